"""The resident set of the server: flat over many requests, and small for each idle connection."""

from collections.abc import Iterator
from dataclasses import dataclass

from .client import CONNECTIONS, Load, ask_once
from .counting import php_command
from .processes import RunningServer, ServerError, free_port, resident_kib, spawn
from .servers import Bench, listening
from .workloads import Workload

MOST_GROWTH_KIB = 256
MOST_IDLE_BYTES = 1_024
WARM_UP_REQUESTS = 20_000


@dataclass(frozen=True)
class Measured:
    """One figure and the most it may be."""

    name: str
    value: float
    most: int
    unit: str

    @property
    def holds(self) -> bool:
        return self.value <= self.most

    def __str__(self) -> str:
        relation = "<=" if self.holds else ">"
        return f"{'ok' if self.holds else 'not ok'} {self.name} {self.value:.0f} {relation} {self.most} {self.unit}"


def start(bench: Bench, workload: Workload) -> RunningServer:
    """Ours in the script's own process, asked once."""
    port = free_port()
    log = bench.directory / f"memory.{workload.name}.log"
    log.unlink(missing_ok=True)
    (bench.directory / f"{workload.name}.request").write_bytes(workload.request)
    command = [*php_command(bench, opcache=False), f"127.0.0.1:{port}", "0"]
    server = listening(RunningServer("kargo", port, [spawn(command, core=None, log=log)], log))
    try:
        ask_once(port, workload, "kargo")
    except ServerError:
        server.stop()
        raise
    return server


def growth(bench: Bench, load_program, workload: Workload, few: int, many: int) -> Measured:
    """The resident set after `many` requests less that after the first `few`."""
    server = start(bench, workload)
    load = Load(load_program, bench.directory / f"{workload.name}.request")
    try:
        load.send(server.port, workload, few, CONNECTIONS)
        before = resident_kib(server.roots[0].pid)
        load.send(server.port, workload, many - few, CONNECTIONS)
        server.raise_if_ended()
        after = resident_kib(server.roots[0].pid)
    finally:
        server.stop()
    return Measured(f"{workload.name} resident growth from {few:,} to {many:,} requests", after - before, MOST_GROWTH_KIB, "KiB")


def idle(bench: Bench, load_program, workload: Workload, connections: int) -> Measured:
    """What an idle connection costs that has been used once, on a server that has served before."""
    server = start(bench, workload)
    load = Load(load_program, bench.directory / f"{workload.name}.request")
    try:
        load.send(server.port, workload, WARM_UP_REQUESTS, CONNECTIONS)
        before = resident_kib(server.roots[0].pid)
        holder = load.hold(server.port, connections)
        try:
            held = resident_kib(server.roots[0].pid)
        finally:
            holder.stdin.close()
            holder.wait()
    finally:
        server.stop()
    each = (held - before) * 1024 / connections
    return Measured(f"{connections:,} idle connections, each", each, MOST_IDLE_BYTES, "bytes")


def all_measured(bench: Bench, load_program, workloads: list[Workload], few: int, many: int, connections: int,
                 share_of_w3: int) -> Iterator[Measured]:
    """Every workload's growth (W3's over a `share_of_w3`th of the requests), then the idle connections."""
    for workload in workloads:
        share = share_of_w3 if workload.name == "W3" else 1
        yield growth(bench, load_program, workload, few // share, many // share)
    yield idle(bench, load_program, workloads[0], connections)
