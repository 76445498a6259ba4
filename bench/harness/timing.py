"""The timed part: paired, interleaved rounds of all servers, workload by workload."""

import statistics
import sys
from pathlib import Path

from .client import ask_once, run_wrk
from .processes import CpuReading, RunningServer, ServerError, busiest, resident_kib
from .servers import Bench, Limit, Server
from .workloads import Workload

WARM_UP_SECONDS = 1
# Within this the two ways of reading CPU time must agree over all rounds; ticks are 10 ms, so one round may not.
CROSS_CHECK_TOLERANCE = 0.10


class Contender:
    """One server within one workload: its processes, and a figure for every round."""

    def __init__(self, server: Server, running: RunningServer):
        self.server, self.running = server, running
        self.microseconds: list[float] = []
        self.requests_per_second: list[float] = []
        self.scheduler_total = self.tick_total = self.first_root_total = 0.0
        self.failure = ""
        self.resident_at_rest: dict[int, int] = {}
        self.resident_after: dict[int, int] = {}

    def measure(self, workload: Workload, request_file: Path, seconds: int) -> None:
        before = CpuReading(self.running)
        result = run_wrk(self.running.port, workload, request_file, seconds)
        self.running.raise_if_ended()
        after = CpuReading(self.running)
        used = after.microseconds_since(before)
        self.scheduler_total += used
        self.tick_total += after.tick_microseconds_since(before)
        self.first_root_total += after.first_root_microseconds_since(before)
        self.microseconds.append(used / result["requests"])
        self.requests_per_second.append(result["requests"] * 1e6 / result["duration_us"])

    def resident(self) -> dict[int, int]:
        return {pid: resident_kib(pid) for pid in self.running.pids()}

    def result(self, yardstick: list[float]) -> dict:
        ratios = [own / other for own, other in zip(self.microseconds, yardstick)]
        answering = busiest(self.running)
        deviation = self.tick_total / self.scheduler_total - 1 if self.scheduler_total else 0.0
        if abs(deviation) > CROSS_CHECK_TOLERANCE:
            say(f"  {self.server.name}: utime + stime differ from schedstat by {deviation:+.0%}")
        return {
            "cpu_microseconds": spread(self.microseconds),
            "ratio": spread(ratios),
            "requests_per_second": statistics.median(self.requests_per_second),
            "tick_deviation": deviation,
            "first_root_share": self.first_root_total / self.scheduler_total if self.scheduler_total else 0.0,
            "resident_at_rest_kib": self.resident_at_rest.get(answering, 0),
            "resident_after_kib": self.resident_after[answering],
            "resident_largest_kib": max(self.resident_after.values()),
            "rounds": self.microseconds,
        }


def spread(values: list[float]) -> dict[str, float]:
    """Median and quartiles."""
    if len(values) < 2:
        return {"median": values[0], "q1": values[0], "q3": values[0]}
    q1, median, q3 = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": median, "q1": q1, "q3": q3}


def measure_workload(bench: Bench, servers: list[Server], workload: Workload, rounds: int, seconds: int,
                     yardstick: str = "limit") -> dict:
    """All servers on one workload. Returns results by server name, with ratios to the yardstick, which has to answer; another
    server that fails has only a `failure`."""
    say(f"{workload.name}: {workload.title}")
    request_file = bench.directory / f"{workload.name}.request"
    request_file.write_bytes(workload.request)
    results: dict[str, dict] = {}
    contenders: list[Contender] = []
    try:
        # Ours first: the limit answers with the very bytes that ours answers.
        for server in sorted(servers, key=lambda server: isinstance(server, Limit)):
            if reason := server.unfit(bench, workload):
                results[server.name] = {"failure": reason}
                continue
            try:
                contenders.append(start(bench, server, workload))
            except ServerError as error:
                if server.name == yardstick:
                    raise
                fail(results, server, error)
        contenders.sort(key=lambda contender: servers.index(contender.server))
        for contender in contenders:
            attempt(contender, workload, request_file, WARM_UP_SECONDS, yardstick)
            contender.microseconds.clear()
            contender.requests_per_second.clear()
            contender.scheduler_total = contender.tick_total = contender.first_root_total = 0.0
        for round_number in range(rounds):
            # Each round begins with another server, so that none always follows the same one.
            offset = round_number % len(contenders)
            for contender in contenders[offset:] + contenders[:offset]:
                if not contender.failure:
                    attempt(contender, workload, request_file, seconds, yardstick)
            progress(contenders, round_number, rounds)
        compared = next(contender.microseconds for contender in contenders if contender.server.name == yardstick)
        for contender in contenders:
            if contender.failure:
                results[contender.server.name] = {"failure": contender.failure}
                continue
            contender.resident_after = contender.resident()
            results[contender.server.name] = contender.result(compared)
    finally:
        for contender in contenders:
            contender.running.stop()
    return results


def start(bench: Bench, server: Server, workload: Workload) -> Contender:
    if isinstance(server, Limit) and workload.name not in bench.answers:
        path = bench.directory / f"{workload.name}.answer"
        path.write_bytes(stand_in_answer(workload))
        bench.answers[workload.name] = path
    contender = Contender(server, server.start(bench, workload))
    try:
        contender.resident_at_rest = contender.resident()
        answer = ask_once(contender.running.port, workload, server.name)
    except BaseException:
        contender.running.stop()
        raise
    if server.name == "kargo":
        path = bench.directory / f"{workload.name}.answer"
        path.write_bytes(answer)
        bench.answers[workload.name] = path
    return contender


def stand_in_answer(workload: Workload) -> bytes:
    """What the limit answers where ours is not measured: the same headers in the same length."""
    head = ("HTTP/1.1 200 OK\r\n"
            f"Content-Type: {workload.content_type}\r\n"
            f"Content-Length: {len(workload.answer)}\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n")
    return head.encode() + workload.answer


def attempt(contender: Contender, workload: Workload, request_file: Path, seconds: int, yardstick: str) -> None:
    try:
        contender.measure(workload, request_file, seconds)
    except ServerError as error:
        if contender.server.name == yardstick:
            raise
        contender.failure = str(error)
        say(f"  {contender.server.name} is out: {error}")


def fail(results: dict, server: Server, error: ServerError) -> None:
    results[server.name] = {"failure": str(error)}
    say(f"  {server.name} is out: {error}")


def progress(contenders: list[Contender], round_number: int, rounds: int) -> None:
    figures = "  ".join(f"{contender.server.name} {contender.microseconds[-1]:.2f}"
                        for contender in contenders if not contender.failure)
    say(f"  round {round_number + 1}/{rounds}, CPU µs per request: {figures}")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
