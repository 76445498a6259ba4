"""docs/BENCHMARKS.md: the method, the machine, the tables."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

GOALS = {"W1": "≤ 1.05", "W1b": "–", "W2": "≤ 1.20", "W3": "≤ 8.0", "W4": "≤ 1.20", "W5": "≤ 1.30", "W6": "–"}
INSTRUCTION_GOALS = {"W1": 3_000, "W1b": 7_000, "W2": 12_000, "W3": 900_000, "W4": 12_000}

HEADER = """# Benchmarks

What a request costs on `{php_version}`, made by `make bench` on {date}; the file is written by `bench/run`, not by hand.

![CPU time per request as a multiple of a bare epoll server's](benchmarks.svg)

## What is measured

**CPU microseconds per request of the whole server**, all its processes and threads, and its **ratio to the limit**: a bare
epoll server without PHP ([bench/limit](../bench/limit/src/main.rs)) that reads once, finds the blank line and sends
prepared bytes, the same bytes that kargo-event answers. Nothing that serves HTTP over the same sockets can be below it
for long. Times drift from minute to minute on shared machines, so each ratio is taken within one round.

| | workload | request | answer's body |
|---|---|---|---|
"""

METHOD = """
- One server process on core 0, `wrk -t1 -c64` with keep-alive on core 1, loopback. nginx shares core 0 with four php-fpm
  children.
- {rounds} rounds of {seconds} s for each server and workload after {warm_up} s of warm-up. A round measures every server once, one
  after the other, beginning with another one each time.
- CPU time is the growth of `/proc/PID/task/*/schedstat` over a round, divided by the answers that wrk counted; utime + stime
  over all rounds agree within {tolerance:.0%}, else the run says so. Any error that wrk reports takes the server out.
- Before it is measured each server answers once, and the body is compared byte for byte; in SOAP, where each
  server has prefixes of its own, as canonical XML.
- Shown is the median over the rounds, in brackets the quartiles. `control` is the limit measured a second time as if it
  were another server: what it differs from 1.00 is the noise.
- PHP runs without php.ini (`-n`), with opcache and without Xdebug, the same for every PHP server. kargo-event runs as
  `run(workers: 1)`, its idle master included. Every peer answers from memory, by the parsers it ships
  ([bench/servers](../bench/servers)), SOAP by PHP's own SoapServer; Node has no XML parser and takes the method's name out with a regular expression.

"""

#: Parts that other programs write come before it.
LAST_HEADING = "## Do it again\n"

REPRODUCE = """
## Do it again

```
make bench                                    # all of it
bench/run --servers limit,control,kargo --workloads W1,W2 --rounds 21 --seconds 2
bench/instructions --limit                    # userland instructions per request
bench/memory                                  # resident set over a million requests, and of 10,000 idle connections
bench/events                                  # the part on event loops
bench/pages                                   # the part on pages beside nginx and php-fpm
bench/classic --rounds 11                      # the part on classic mode
```

Peers are measured when they are installed: `nginx` and `php-fpm`, `node`, Swoole or OpenSwoole (in PHP's extension directory, or
`BENCH_SWOOLE=FILE`), Workerman (`WORKERMAN_AUTOLOAD=vendor/autoload.php`), the extension `event` (`BENCH_EVENT=FILE`). The raw figures of the last run are in
`build/bench/results.json`.

`bench/memory` holds 10,000 connections. The load generator raises its limit of open files to the hard limit by itself and
the runner does so for the servers; where `ulimit -Hn` is below 10,100, raise it first. A server started by hand needs
`ulimit -n` above the connections it is to hold.
"""


def describe_machine(php: str) -> dict[str, str]:
    def first(command: list[str]) -> str:
        if not shutil.which(command[0]):
            return "not installed"
        run = subprocess.run(command, capture_output=True, text=True)
        return (run.stdout or run.stderr).strip().splitlines()[0] if run.stdout or run.stderr else "unknown"

    models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
              if line.startswith("model name")]
    return {
        "processor": f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores",
        "kernel": f"{platform.system()} {platform.release()}",
        "php": first([php, "-n", "-r", "echo 'PHP ', PHP_VERSION, PHP_ZTS ? ' ZTS' : ' NTS', PHP_DEBUG ? ' debug' : '', ' ', PHP_SAPI;"]),
        "wrk": first(["wrk", "-v"]).partition(" [")[0],
    }


def markdown(results: dict, workloads: dict, warm_up: int, tolerance: float) -> str:
    machine, settings = results["machine"], results["settings"]
    parts = [HEADER.format(php_version=machine["php"], date=results["date"])]
    for workload in workloads.values():
        parts.append(f"| {workload.name} | {workload.title} | {len(workload.request):,} bytes | {len(workload.answer):,} bytes |\n")
    parts.append(METHOD.format(rounds=settings["rounds"], seconds=settings["seconds"], warm_up=warm_up, tolerance=tolerance))
    parts.append("| machine | |\n|---|---|\n")
    parts.extend(f"| {key} | {value} |\n" for key, value in machine.items())
    parts.append(f"| command | `{settings['command']}` |\n")
    parts.append("\n## Ratio to the limit\n\n" + table(results, workloads, ratio_cell, goals=GOALS))
    parts.append("\n## CPU µs per request\n\n" + table(results, workloads, microseconds_cell))
    parts.append("\n## Requests per second on that one core\n\n" + table(results, workloads, rate_cell))
    parts.append("\n## Resident set of the process that answers, MiB: at rest → after all rounds\n\n"
                 "Where a larger process stands beside it, such as the idle master that has loaded PHP and the script for its "
                 "workers, its size is in brackets. A worker shares those pages and has mapped the ones it has touched.\n\n"
                 + table(results, workloads, resident_cell))
    parts.append(failures(results))
    if results.get("instructions"):
        parts.append(instructions_table(results["instructions"]))
    parts.append(REPRODUCE)
    return "".join(parts)


def table(results: dict, workloads: dict, cell, goals: dict | None = None) -> str:
    names = [name for name in workloads if name in results["workloads"]]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for server in results["servers"]:
        cells = [cell(results["workloads"][name].get(server["name"])) for name in names]
        title = f"**{server['title']}**" if server["name"] == "kargo" else server["title"]
        lines.append(f"| {title} {server['version']} | ".replace("  |", " |") + " | ".join(cells) + " |")
    if goals:
        lines.append("| *goal for kargo-event* | " + " | ".join(goals[name] for name in names) + " |")
    return "\n".join(lines) + "\n"


def ratio_cell(result: dict | None) -> str:
    return spread_cell(result, "ratio")


def microseconds_cell(result: dict | None) -> str:
    return spread_cell(result, "cpu_microseconds")


def spread_cell(result: dict | None, key: str) -> str:
    if not result or key not in result:
        return "–"
    spread = result[key]
    digits = 2 if spread["median"] < 10 else 1
    return f"{spread['median']:.{digits}f} ({spread['q1']:.{digits}f}–{spread['q3']:.{digits}f})"


def rate_cell(result: dict | None) -> str:
    return f"{result['requests_per_second']:,.0f}" if result and "ratio" in result else "–"


def resident_cell(result: dict | None) -> str:
    if not result or "ratio" not in result:
        return "–"
    at_rest, after, largest = (result[f"resident_{when}_kib"] / 1024 for when in ("at_rest", "after", "largest"))
    beside = f" (beside {largest:.1f})" if largest > after else ""
    return f"{at_rest:.1f} → {after:.1f}{beside}"


def failures(results: dict) -> str:
    lines = [f"- {server}: {reason}" for server, reason in results["absent"].items()]
    lines += [f"- {server} on {name}: {result['failure'].splitlines()[0]}" for name, servers in results["workloads"].items()
              for server, result in servers.items() if "failure" in result]
    return "\nNot measured (–):\n\n" + "\n".join(lines) + "\n" if lines else ""


def instructions_table(counted: dict) -> str:
    names = list(next(iter(counted["servers"].values())))
    lines = ["\n## Userland instructions per request\n",
             f"Counted by callgrind as the difference of two request counts ({counted['few']:,} and {counted['many']:,}; a tenth of it"
             f" for W3) on {connections(counted['connections'])}, {counted['php']}. One connection means one turn of the loop per request,"
             " the dearest case, and the same count every time.\n",
             "| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for server, counts in counted["servers"].items():
        lines.append(f"| {server} | " + " | ".join(f"{counts[name]:,}" if name in counts else "–" for name in names) + " |")
    goals = (f"≤ {INSTRUCTION_GOALS[name]:,}" if name in INSTRUCTION_GOALS else "–" for name in names)
    lines.append("| *goal for kargo-event* | " + " | ".join(goals) + " |")
    return "\n".join(lines) + "\n"


def connections(count: int) -> str:
    return "one connection" if count == 1 else f"{count} connections"
