"""The two loads (wrk where time is measured, kargo-bench-load where something is counted) and one careful question."""

import http.client
import json
import os
import socket
import subprocess
from pathlib import Path

from .processes import LOAD_CORE, ServerError, spawn
from .servers import ROOT
from .workloads import Workload

CONNECTIONS = 64
ANSWER_DEADLINE_SECONDS = 60  # a server may be running under valgrind
REPLAY = ROOT / "bench" / "wrk" / "replay.lua"


def build_programs() -> tuple[Path, Path]:
    """Builds the limit and the load generator, and says where they are."""
    build = subprocess.run(["cargo", "build", "--quiet", "--release", "--package", "kargo-bench-limit"], cwd=ROOT)
    if build.returncode != 0:
        raise SystemExit("the limit and the load generator could not be built")
    directory = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"
    return directory / "kargo-bench-limit", directory / "kargo-bench-load"


def ask_once(port: int, workload: Workload, name: str) -> bytes:
    """Asks once and compares the answer's body. Returns the whole answer as it came."""
    try:
        status, body, answer = ask(port, workload.request)
    except (OSError, http.client.HTTPException) as error:
        raise ServerError(f"{name} does not answer {workload.name}: {error!r}") from error
    if status != 200 or not workload.accepts(body):
        raise ServerError(f"{name} answers {workload.name} with {status} and {body[:400]!r}, "
                          f"not 200 and {workload.answer[:400]!r}")
    return answer


def ask(port: int, request: bytes) -> tuple[int, bytes, bytes]:
    """Status, body and the whole answer as it came."""
    with socket.create_connection(("127.0.0.1", port), ANSWER_DEADLINE_SECONDS) as connection:
        connection.sendall(request)
        recorded = _Recording(connection)
        response = http.client.HTTPResponse(recorded)
        response.begin()
        body = response.read()
    return response.status, body, bytes(recorded.taken)


class _Recording:
    """A socket for HTTPResponse that remembers what was read from it."""

    def __init__(self, connection: socket.socket):
        self.connection, self.taken = connection, bytearray()

    def makefile(self, _mode: str):
        return self

    def readline(self, _limit: int = -1) -> bytes:
        line = bytearray()
        while not line.endswith(b"\n") and (byte := self.read(1)):
            line += byte
        return bytes(line)

    def read(self, count: int = -1) -> bytes:
        data = bytearray()
        while (count < 0 or len(data) < count) and (chunk := self.connection.recv(65536 if count < 0 else count - len(data))):
            data += chunk
        self.taken += data
        return bytes(data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


def run_wrk(port: int, workload: Workload, request_file: Path, seconds: int) -> dict:
    """One timed load: one thread and 64 connections on the load's core. Returns requests, errors and duration."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", f"{ANSWER_DEADLINE_SECONDS}s", "-s", str(REPLAY),
               f"http://127.0.0.1:{port}/", "--", str(request_file), str(workload.pipeline)]
    wrk = spawn(command, core=LOAD_CORE, output=subprocess.PIPE, text=True)
    output, _ = wrk.communicate(timeout=seconds + ANSWER_DEADLINE_SECONDS)
    if wrk.returncode != 0:
        raise ServerError(f"wrk ended with status {wrk.returncode}: {output[-400:]}")
    result = json.loads(output.strip().splitlines()[-1])
    if result["errors"] > 0 or result["requests"] == 0:
        raise ServerError(f"{result['errors']} errors and {result['requests']} answers in {workload.name}")
    return result


class Load:
    """kargo-bench-load with the workload's request in a file."""

    def __init__(self, program: Path, request_file: Path):
        self.program, self.request_file = program, request_file

    def command(self, port: int, *options: str) -> list[str]:
        return [str(self.program), f"127.0.0.1:{port}", "--request", str(self.request_file), *options]

    def send(self, port: int, workload: Workload, requests: int, connections: int) -> None:
        command = self.command(port, "--requests", str(requests), "--connections", str(connections),
                               "--pipeline", str(workload.pipeline))
        load = spawn(command, core=None, output=subprocess.PIPE, text=True)
        output, _ = load.communicate()
        if load.returncode != 0:
            raise ServerError(f"{workload.name}: {output.strip()}")

    def hold(self, port: int, connections: int) -> subprocess.Popen:
        """Opens connections, asks once on each, and keeps them open and idle until the result's stdin is closed."""
        command = self.command(port, "--requests", str(connections), "--connections", str(connections), "--hold")
        load = spawn(command, core=None, stdin=subprocess.PIPE, output=subprocess.PIPE, text=True)
        line = load.stdout.readline()
        if line != "holding\n":
            raise ServerError(f"{connections} connections could not be held: {line.strip()}")
        return load
