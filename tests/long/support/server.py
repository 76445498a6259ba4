"""A PHP server under test: started with a log file, asked over raw sockets, gone when this program is."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bench"))

from harness.processes import spawn

POLL_SECONDS = 0.01  # there is no event for what another process writes to a file or to /proc


class Failure(Exception):
    """What was observed instead of what must be."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def closes(self) -> bool:
        return self.headers.get("connection", "").lower() == "close"


def php_command(php: str, extension: Path, *extensions: str) -> list[str]:
    """PHP without the machine's php.ini, with this extension and those of PHP's own `extensions` that are shared ones."""
    directory = Path(subprocess.run([php, "-n", "-r", "echo ini_get('extension_dir');"], check=True,
                                    capture_output=True, text=True).stdout)
    shared = [name for name in extensions if (directory / f"{name}.so").exists()]
    return [php, "-n", *(word for name in shared for word in ("-d", f"extension={name}")),
            "-d", f"extension={extension}"]


class PhpServer:
    """`command` as a server that logs "listening on http://HOST:PORT" to `log` within `start_seconds`."""

    def __init__(self, command: list[str], log: Path, start_seconds: float, environment: dict[str, str] | None = None):
        self.log = log
        self._is_told_to_end = False
        log.write_bytes(b"")
        self.process = spawn(command, core=None, log=log, environment=environment, death_signal=signal.SIGKILL)
        try:
            found = self.wait_for_log(r"listening on http://127\.0\.0\.1:(\d+)", start_seconds)
        except Failure:
            self.process.kill()
            self.process.wait()
            raise
        self.address = ("127.0.0.1", int(found[1]))

    @property
    def pid(self) -> int:
        return self.process.pid

    def log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for_log(self, pattern: str, seconds: float) -> re.Match:
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.log_text())):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure(f"no {pattern!r} in the log after {seconds} s: {self.log_text()[-600:]}")
            time.sleep(POLL_SECONDS)
        return found

    def connect(self, seconds: float) -> "Connection":
        return Connection(socket.create_connection(self.address, seconds))

    def terminate(self) -> None:
        """SIGTERM, once: a process that has drained and gives its signals back as it ends would die by another."""
        if not self._is_told_to_end and self.process.poll() is None:
            self._is_told_to_end = True
            self.process.terminate()

    def stop(self, seconds: float) -> int:
        """terminate(); returns the exit status, negative for a signal. Killed when it takes longer than `seconds`."""
        self.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failure(f"has not ended {seconds} s after SIGTERM") from None


class Connection:
    """One client connection that reads answers with Content-Length, which all of ours have."""

    def __init__(self, sock: socket.socket):
        self.sock, self.buffer = sock, b""

    def send(self, *requests: bytes) -> None:
        self.sock.sendall(b"".join(requests))

    def read_answer(self, to_head: bool = False) -> Answer:
        """Raises ConnectionError when the connection ends before the answer does, TimeoutError when nothing comes."""
        while b"\r\n\r\n" not in self.buffer:
            self._receive()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in fields}
        bytes_left = 0 if to_head else int(headers.get("content-length", "0"))
        parts = [self.buffer[:bytes_left]]
        self.buffer = self.buffer[bytes_left:]
        bytes_left -= len(parts[0])
        while bytes_left > 0:
            self._receive()
            parts.append(self.buffer[:bytes_left])
            self.buffer = self.buffer[bytes_left:]
            bytes_left -= len(parts[-1])
        return Answer(int(status_line.split(" ")[1]), headers, b"".join(parts))

    def ask(self, request: bytes) -> Answer:
        self.send(request)
        return self.read_answer(request.startswith(b"HEAD "))

    def close(self) -> None:
        self.sock.close()

    def _receive(self) -> None:
        received = self.sock.recv(262144)
        if not received:
            raise ConnectionResetError("the server ended the connection")
        self.buffer += received


def request(method: str, target: str, body: bytes | None = None, **headers: str) -> bytes:
    """The bytes of a request; header names are given with `_` for `-`."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_until(condition, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(f"not within {seconds} s: {what}")
        time.sleep(POLL_SECONDS)


def session_members(session: int) -> list[int]:
    """The processes of a session that are not zombies."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, _parent, _group, of_session = \
                    Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[:4]
            except (OSError, ValueError):
                continue  # ended while we looked
            if int(of_session) == session and state != "Z":
                members.append(int(entry))
    return members
