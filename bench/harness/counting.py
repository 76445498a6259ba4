"""Userland instructions per request, counted by callgrind as the difference of two request counts."""

import re
from pathlib import Path

from .client import Load, ask_once
from .processes import RunningServer, ServerError, free_port, spawn
from .servers import SCRIPTS, Bench, Limit, listening
from .timing import stand_in_answer
from .workloads import Workload

# W3 costs a hundred times the others and is exact after far fewer.
COUNTS = {"W3": (200, 1_200)}
DEFAULT_COUNTS = (2_000, 12_000)


def php_command(bench: Bench, opcache: bool, script: str = "kargo.php") -> list[str]:
    """PHP without php.ini: no Xdebug, no opcache unless asked for, its own allocator as always."""
    cache = ["-d", "zend_extension=opcache", "-d", "opcache.enable_cli=1"] if opcache else []
    return [bench.php, "-n", *cache, "-d", "memory_limit=256M", "-d", f"extension={bench.extension}", str(SCRIPTS / script)]


def kargo_instructions(bench: Bench, load: Path, workload: Workload, opcache: bool, connections: int) -> int:
    """Ours, in the script's own process: callgrind counts one process."""
    def command(port: int) -> list[str]:
        return [*php_command(bench, opcache), f"127.0.0.1:{port}", "0"]

    return per_request(bench, load, workload, "kargo", command, connections)


def evhttp_instructions(bench: Bench, load: Path, workload: Workload, opcache: bool, connections: int) -> int:
    """The classic API's."""
    def command(port: int) -> list[str]:
        return [*php_command(bench, opcache, "evhttp.php"), f"127.0.0.1:{port}"]

    return per_request(bench, load, workload, "kargo-evhttp", command, connections)


def classic_instructions(bench: Bench, load: Path, workload: Workload, kind: str) -> int:
    """A page by a plain handler or by an application (bench/servers/classic.php), without opcache, on one connection."""
    def command(port: int) -> list[str]:
        return [*php_command(bench, False, "classic.php"), f"127.0.0.1:{port}", "0", kind]

    return per_request(bench, load, workload, f"classic-{kind}", command, 1)


def limit_instructions(bench: Bench, load: Path, workload: Workload, connections: int) -> int:
    path = bench.directory / f"{workload.name}.answer"
    path.write_bytes(stand_in_answer(workload))
    bench.answers[workload.name] = path
    limit = Limit("limit")
    return per_request(bench, load, workload, "limit", lambda port: limit.command(bench, port, workload), connections)


def per_request(bench: Bench, load: Path, workload: Workload, name: str, command, connections: int) -> int:
    few, many = COUNTS.get(workload.name, DEFAULT_COUNTS)
    counted = [counted_run(bench, load, workload, name, command, requests, connections) for requests in (few, many)]
    # The load rounds up to whole rounds of connections × pipeline.
    sent = [-(-requests // step) * step for requests in (few, many) for step in [connections * workload.pipeline]]
    return round((counted[1] - counted[0]) / (sent[1] - sent[0]))


def counted_run(bench: Bench, load: Path, workload: Workload, name: str, command, requests: int, connections: int) -> int:
    """One server's life under callgrind with so many requests: all the instructions of it."""
    port = free_port()
    output = bench.directory / f"callgrind.{name}.{workload.name}.{requests}"
    output.unlink(missing_ok=True)
    log = output.with_suffix(".log")
    log.unlink(missing_ok=True)
    request_file = bench.directory / f"{workload.name}.request"
    request_file.write_bytes(workload.request)
    valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={output}", *command(port)]
    server = listening(RunningServer(name, port, [spawn(valgrind, core=None, log=log)], log))
    try:
        ask_once(port, workload, name)
        Load(load, request_file).send(port, workload, requests, connections)
        server.raise_if_ended()
    finally:
        server.stop()
    found = re.search(r"^(?:totals|summary): (\d+)", output.read_text() if output.exists() else "", re.MULTILINE)
    if not found:
        raise ServerError(f"callgrind wrote no total for {name}: {server.last_words()}")
    return int(found[1])
