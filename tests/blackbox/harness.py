"""Servers under test, driven from outside: processes that die with the test, logs, deadlines, clients.

    class HelloTest(unittest.TestCase):
        def test_hello(self):
            with PhpServer(ROOT / "demos/misc/httpdtest.php", "127.0.0.1", "0") as server:
                self.assertEqual(server.get("/").status, 200)

Only the standard library is used. `python3 tests/blackbox/harness_run.py` runs every `test_*.py` of this folder.
"""

import ctypes
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PHP = os.environ.get("PHP", "php")
EXTENSION = Path(os.environ.get("EXTENSION", ROOT / "build" / "kargo_event.so")).resolve()
# Seconds for each single wait.
WAIT_SECONDS = 20.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class ProcessError(Exception):
    """A process did not do what was waited for; the message has the end of its log."""


class Process:
    """A child process that is killed when this one ends, with its stderr as a log that can be waited on."""

    def __init__(self, command, *, cwd=None, env=None, user=None, stdin=subprocess.DEVNULL, files=None):
        """`files`: the soft limit of its open files, or a pair with the hard limit."""
        parent = os.getpid()

        def die_with_parent():
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
            if files:
                soft, hard = files if isinstance(files, tuple) else (files, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

        self.command = [str(word) for word in command]
        self._log = ""
        self._changed = threading.Condition()
        self._ended = False
        self._popen = subprocess.Popen(
            self.command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=die_with_parent,
        )
        self._output = b""
        self._readers = [
            threading.Thread(target=self._read_log, daemon=True),
            threading.Thread(target=self._read_output, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self):
        return self._popen.pid

    @property
    def stdin(self):
        """The pipe to it, if `stdin` was subprocess.PIPE."""
        return self._popen.stdin

    @property
    def log(self):
        """What it wrote to stderr so far."""
        with self._changed:
            return self._log

    @property
    def output(self):
        """What it wrote to stdout so far."""
        return self._output.decode(errors="replace")

    def wait_for_log(self, pattern, start=0, seconds=WAIT_SECONDS):
        """The match of `pattern` in the whole lines logged from offset `start` on, as soon as there is one."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                lines = self._log[start : self._log.rfind("\n") + 1]
                if found := re.search(pattern, lines):
                    return found
                if self._ended:
                    raise ProcessError(f"{self.command} ended before it logged {pattern!r}:\n{self._log[-4000:]}")
                if not self._changed.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise ProcessError(f"{self.command} did not log {pattern!r} in time:\n{self._log[-4000:]}")

    def send_signal(self, number):
        self._popen.send_signal(number)

    def wait(self, seconds=WAIT_SECONDS):
        """Its exit code (minus the signal that ended it), when it has ended and no process it left holds its log."""
        deadline = time.monotonic() + seconds
        try:
            code = self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessError(f"{self.command} goes on:\n{self.log[-4000:]}") from None
        for reader in self._readers:
            reader.join(max(0.0, deadline - time.monotonic()))
            if reader.is_alive():
                raise ProcessError(f"{self.command} left a process behind:\n{self.log[-4000:]}")
        return code

    def stop(self, number=signal.SIGTERM, seconds=WAIT_SECONDS):
        """Asks it to end and returns how it did."""
        if self._popen.poll() is None:
            self.send_signal(number)
        return self.wait(seconds)

    def kill(self):
        """Ends it at once, whatever it does."""
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.kill()

    def _read_log(self):
        with self._popen.stderr as pipe:
            while data := os.read(pipe.fileno(), 1 << 16):
                with self._changed:
                    self._log += data.decode(errors="replace")
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _read_output(self):
        with self._popen.stdout as pipe:
            while data := os.read(pipe.fileno(), 1 << 16):
                self._output += data


@dataclass(frozen=True)
class Response:
    """What came back: header names in lower case, the last value of each."""

    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)


class PhpServer(Process):
    """A PHP server script, given as a file, ready when it has logged "listening on URL"."""

    def __init__(self, script, *arguments, ini=None, env=None, cwd=None, ready=True):
        script = Path(script).resolve()
        settings = [word for name, value in (ini or {}).items() for word in ("-d", f"{name}={value}")]
        super().__init__(
            [PHP, *php_arguments(), *settings, script, *arguments], cwd=cwd or script.parent, env=env
        )
        self.host, self.port = None, None
        if ready:
            try:
                address = self.wait_for_log(r"listening on https?://(\[[^\]]+\]|[^:/\s]+):(\d+)")
            except ProcessError:
                self.kill()
                raise
            self.host, self.port = address[1].strip("[]"), int(address[2])

    def request(self, method, target, body=None, headers=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=WAIT_SECONDS)
        try:
            connection.request(method, target, body, headers or {})
            answer = connection.getresponse()
            return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, target, headers=None):
        return self.request("GET", target, None, headers)

    def post(self, target, body, headers=None):
        return self.request("POST", target, body, headers)

    def json_rpc(self, method, *params, target="/jsonrpc"):
        """The whole answer to one JSON-RPC 2.0 call."""
        call = {"jsonrpc": "2.0", "method": method, "params": list(params), "id": 1}
        return self.post(target, json.dumps(call), {"Content-Type": "application/json"}).json()

    def connect(self):
        """A raw socket with a deadline on each operation."""
        return socket.create_connection((self.host, self.port), timeout=WAIT_SECONDS)

    def until_closed(self, request):
        """All that comes back for the bytes of `request`, until the server closes the connection."""
        with self.connect() as connection:
            connection.sendall(request)
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts)

    def workers(self):
        """The processes it started and that live."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


def php_arguments(shared=("posix", "sockets", "ctype", "tokenizer", "dom", "simplexml", "xml", "xmlreader", "pdo",
                          "mysqlnd", "pdo_mysql", "pdo_pgsql", "pdo_sqlite", "mbstring", "iconv", "fileinfo", "intl")):
    """Arguments of PHP that make every machine alike: no php.ini, the extension, and what the demos use."""
    directory = subprocess.run(
        [PHP, "-n", "-r", 'echo ini_get("extension_dir");'], check=True, capture_output=True, text=True
    ).stdout
    names = [name for name in shared if Path(directory, f"{name}.so").exists()]
    return ["-n", *(word for name in [*names, EXTENSION] for word in ("-d", f"extension={name}"))]


def run_php(script, *arguments, cwd=None, seconds=WAIT_SECONDS):
    """Runs a PHP script to its end: (exit code, stdout, stderr)."""
    script = Path(script).resolve()
    done = subprocess.run(
        [PHP, *php_arguments(), str(script), *map(str, arguments)],
        cwd=cwd or script.parent, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def free_port():
    """A TCP port of 127.0.0.1 that is free now, for servers that cannot be told to choose one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until(condition):
    """Until something is so that nothing tells."""
    deadline = time.monotonic() + 60
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.02)


def scratch_directory(user=None):
    """A new empty directory; its object removes it."""
    directory = tempfile.TemporaryDirectory(prefix="kargo-")
    if user:
        shutil.chown(directory.name, user, user)
    return directory
