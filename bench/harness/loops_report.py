"""The part of docs/BENCHMARKS.md on event loops."""

from .loops import LOOPS, WORKLOADS
from .report import spread_cell
from .sections import marks

NAME = "events"

INTRODUCTION = """## Event loops

What one operation costs on `{php_version}`, made by `bench/events` on {date} ({rounds} rounds; {processor}, {kernel}): **CPU µs
per operation of the whole process** and its ratio to plain `stream_select()`, each ratio taken within one round, as above. The
process is on core 0, the load on core 1, and a round lets every loop do the same operations once. Shown is the median, in brackets
the quartiles; `control` is stream_select() measured a second time, and what it differs from 1.00 is the noise.

| | operation |
|---|---|
"""

EXPLANATION = """
The scripts are in [bench/servers/events](../bench/servers/events), one for each library, in the way that is usual with it. Lines
come in lockstep: one on each of the 64 connections, then all echoes are awaited. The buffered kind does the same with the
library's own buffers, which also hold what a slow client does not take; the others write at once and would lose it.
"""


def markdown(results: dict) -> str:
    begin, end = marks(NAME)
    machine = results["machine"]
    parts = [begin, INTRODUCTION.format(php_version=machine["php"], date=results["date"], rounds=results["rounds"],
                                        processor=machine["processor"], kernel=machine["kernel"])]
    parts.extend(f"| {workload.name} | {workload.title} |\n" for workload in WORKLOADS)
    parts.append(EXPLANATION)
    parts.append("\n### Ratio to stream_select()\n\n" + table(results, "ratio"))
    parts.append("\n### CPU µs per operation\n\n" + table(results, "cpu_microseconds"))
    parts.append(failures(results))
    parts.append(end)
    return "".join(parts)


def table(results: dict, key: str) -> str:
    names = [workload.name for workload in WORKLOADS if workload.name in results["workloads"]]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for loop in LOOPS:
        if loop.name in results["absent"]:
            continue
        title = f"**{loop.title}**" if loop.is_ours else loop.title
        version = results["versions"].get(loop.name, "")
        cells = (spread_cell(results["workloads"][name].get(loop.name), key) for name in names)
        lines.append(f"| {title} {version} | ".replace("  |", " |") + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def failures(results: dict) -> str:
    lines = [f"- {title}: {reason}" for title, reason in results["absent"].items()]
    lines += [f"- {loop} on {name}: {result['failure'].splitlines()[0]}" for name, loops in results["workloads"].items()
              for loop, result in loops.items() if "failure" in result]
    return "\nNot measured:\n\n" + "\n".join(lines) + "\n" if lines else ""
