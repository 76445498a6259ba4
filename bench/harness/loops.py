"""Event loops in PHP, side by side: timers and lines echoed, as CPU µs per operation and as a ratio to stream_select()."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .processes import LOAD_CORE, SERVER_CORE, CpuReading, RunningServer, ServerError, free_port, spawn
from .servers import PHP_OPTIONS, ROOT, SCRIPTS, Bench, listening
from .timing import CROSS_CHECK_TOLERANCE, say, spread

LINE = b"a line of 32 bytes, and its end\n"
CONNECTIONS = 64
# stream_select() can't watch descriptors from 1,024 on.
IDLE_CONNECTIONS = 800
ANSWER_DEADLINE_SECONDS = 120
YARDSTICK = "select"


@dataclass(frozen=True)
class LoopWorkload:
    """`mode` is what the scripts are told; `operations` are done in a round, beside `idle` connections."""

    name: str
    title: str
    mode: str
    operations: int
    idle: int = 0

    @property
    def is_echo(self) -> bool:
        return self.mode == "echo"


WORKLOADS = [
    LoopWorkload("expire", "a timer that is set and expires after 1 to 10 ms, 1,000 at the same time", "expire", 200_000),
    LoopWorkload("cancel", "a timer that is set and cancelled, while 10,000 others wait", "cancel", 200_000),
    LoopWorkload("echo", f"a line of 32 bytes echoed, {CONNECTIONS} connections", "echo", 100_000),
    LoopWorkload("echo-idle", f"the same, beside {IDLE_CONNECTIONS} idle connections", "echo", 100_000, IDLE_CONNECTIONS),
]


@dataclass(frozen=True)
class Loop:
    """One way to run the workloads: a script of bench/servers/events, told `echo` as its mode for echoes."""

    name: str
    title: str
    script: str
    echo: str = "echo"
    is_ours: bool = False
    has_timers: bool = True

    def options(self, bench: Bench) -> list[str]:
        own = ["-d", f"extension={bench.extension}"] if self.is_ours else []
        if self.script == "libevent":
            # Compiled with a "sockets" that is shared, it needs that first.
            file = os.environ.get("BENCH_EVENT")
            own = [*bench.with_extensions("sockets"), *(["-d", f"extension={file}"] if file else bench.with_extensions("event"))]
        return [*PHP_OPTIONS, *own]

    def probe(self, bench: Bench, code: str) -> str:
        run = subprocess.run([bench.php, *self.options(bench), "-r", code], capture_output=True, text=True)
        return run.stdout.strip() if run.returncode == 0 else ""

    def version(self, bench: Bench) -> str:
        return self.probe(bench, "echo phpversion('event');") if self.script == "libevent" else ""

    def missing(self, bench: Bench) -> str:
        if self.script == "libevent" and not self.probe(bench, "echo class_exists('EventBase');"):
            return "no extension event on libevent (BENCH_EVENT=FILE names one)"
        if self.is_ours and not bench.extension.exists():
            return f"{bench.extension.name} is not built (make build)"
        return ""

    def start(self, bench: Bench, workload: LoopWorkload) -> RunningServer:
        port = free_port()
        log = bench.directory / f"events.{self.name}.log"
        log.unlink(missing_ok=True)
        mode = self.echo if workload.is_echo else workload.mode
        script = SCRIPTS / "events" / f"{self.script}.php"
        command = [bench.php, *self.options(bench), str(script), f"127.0.0.1:{port}", mode]
        return listening(RunningServer(self.name, port, [spawn(command, core=SERVER_CORE, log=log)], log))


LOOPS = [
    Loop("select", "stream_select()", "select"),
    Loop("control", "stream_select() again, as a control", "select"),
    Loop("libevent", "extension event, Event", "libevent"),
    Loop("libevent-buffered", "extension event, EventBufferEvent", "libevent", echo="buffered", has_timers=False),
    Loop("classic", "kargo-event, event_*()", "classic", is_ours=True),
    Loop("classic-buffered", "kargo-event, bufferevent_*()", "classic", echo="buffered", is_ours=True, has_timers=False),
    Loop("modern", "kargo-event, Kargo\\Loop", "modern", is_ours=True),
    Loop("modern-buffered", "kargo-event, Kargo\\Net", "modern", echo="buffered", is_ours=True, has_timers=False),
]


class Contender:
    """A loop that runs a workload, with its figure for every round."""

    def __init__(self, bench: Bench, load: Path, loop: Loop, workload: LoopWorkload):
        self.loop, self.workload, self._load = loop, workload, load
        self.microseconds: list[float] = []
        self.failure = ""
        self._scheduler_total = self._tick_total = 0.0
        self._line_file = bench.directory / "echo.request"
        self._line_file.write_bytes(LINE)
        self._running = loop.start(bench, workload)
        try:
            self._idle = [self._connect() for _ in range(workload.idle)]
            self._control = None if workload.is_echo else self._connect()
        except BaseException:
            self._running.stop()
            raise

    def measure(self) -> None:
        before = CpuReading(self._running)
        if self.workload.is_echo:
            self._send_lines()
        else:
            self._run_timers()
        self._running.raise_if_ended()
        after = CpuReading(self._running)
        used = after.microseconds_since(before)
        self._scheduler_total += used
        self._tick_total += after.tick_microseconds_since(before)
        self.microseconds.append(used / self.workload.operations)

    def result(self, yardstick: list[float]) -> dict:
        deviation = self._tick_total / self._scheduler_total - 1 if self._scheduler_total else 0.0
        if abs(deviation) > CROSS_CHECK_TOLERANCE:
            say(f"  {self.loop.name}: utime + stime differ from schedstat by {deviation:+.0%}")
        ratios = [own / other for own, other in zip(self.microseconds, yardstick, strict=True)]
        return {"cpu_microseconds": spread(self.microseconds), "ratio": spread(ratios), "rounds": self.microseconds}

    def stop(self) -> None:
        for connection in (*self._idle, *([self._control] if self._control else [])):
            connection.close()
        self._running.stop()

    def _connect(self) -> socket.socket:
        try:
            return socket.create_connection(("127.0.0.1", self._running.port), timeout=ANSWER_DEADLINE_SECONDS)
        except OSError as error:
            raise ServerError(f"{self.loop.name} takes no connection: {error}: {self._running.last_words()}") from error

    def _send_lines(self) -> None:
        command = [str(self._load), f"127.0.0.1:{self._running.port}", "--request", str(self._line_file), "--echo",
                   "--requests", str(self.workload.operations), "--connections", str(CONNECTIONS)]
        load = spawn(command, core=LOAD_CORE, output=subprocess.PIPE, text=True)
        output, _ = load.communicate(timeout=ANSWER_DEADLINE_SECONDS)
        if load.returncode != 0:
            raise ServerError(f"{self.loop.name}: {output.strip()}: {self._running.last_words()}")

    def _run_timers(self) -> None:
        self._control.sendall(b"%d\n" % self.workload.operations)
        try:
            answer = self._control.recv(100)
        except OSError as error:
            raise ServerError(f"{self.loop.name} did not answer: {error}: {self._running.last_words()}") from error
        if answer != b"done\n":
            raise ServerError(f"{self.loop.name} answered {answer!r}: {self._running.last_words()}")


def measure(bench: Bench, load: Path, loops: list[Loop], workload: LoopWorkload, rounds: int) -> dict:
    """Interleaved rounds of all loops on one workload: results by name, or a `failure`."""
    say(f"{workload.name}: {workload.title}")
    results: dict[str, dict] = {}
    contenders: list[Contender] = []
    try:
        for loop in loops:
            if workload.is_echo or loop.has_timers:
                attempt(results, loop, lambda loop=loop: contenders.append(Contender(bench, load, loop, workload)))
        # What is done first is not counted: code is compiled and memory is mapped.
        for contender in contenders:
            attempt(results, contender.loop, contender.measure)
            contender.microseconds.clear()
        for number in range(rounds):
            left = [contender for contender in contenders if contender.loop.name not in results]
            offset = number % len(left)
            for contender in left[offset:] + left[:offset]:
                attempt(results, contender.loop, contender.measure)
            figures = "  ".join(f"{contender.loop.name} {contender.microseconds[-1]:.2f}" for contender in left
                                if contender.loop.name not in results)
            say(f"  round {number + 1}/{rounds}, CPU µs per operation: {figures}")
        yardstick = next(contender.microseconds for contender in contenders if contender.loop.name == YARDSTICK)
        for contender in contenders:
            if contender.loop.name not in results:
                results[contender.loop.name] = contender.result(yardstick)
    finally:
        for contender in contenders:
            contender.stop()
    return results


def attempt(results: dict, loop: Loop, action) -> None:
    """A loop that fails is out, with the reason; the yardstick must not."""
    try:
        action()
    except ServerError as error:
        if loop.name == YARDSTICK:
            raise
        results[loop.name] = {"failure": str(error).replace(f"{ROOT}/", "")}
        say(f"  {loop.name} is out: {error}")
