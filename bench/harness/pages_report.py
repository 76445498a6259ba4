"""The part of docs/BENCHMARKS.md on pages, scripts and files beside nginx and php-fpm."""

from .pages import SUBJECTS, YARDSTICK
from .report import microseconds_cell, ratio_cell
from .sections import marks
from .timing import spread

NAME = "pages"
GOALS = {subject.name: "≥ 8" for subject in SUBJECTS if subject.is_framework}

INTRODUCTION = """## Pages beside nginx and php-fpm

What a page costs on `{php_version}`, made by `bench/pages` on {date} ({rounds} rounds of {seconds} s; {processor}, {kernel}, {versions}):
**CPU µs per request of all processes of a server**, and how many times kargo-event's they are, each ratio taken within one round,
as above. `control` is a second server of ours: what its ratio differs from 1.00 is the noise.

| | asked for | answer's body |
|---|---|---|
"""

EXPLANATION = """
- Pages are those of the [demos](../demos), nobody logged in. Symfony begins no session for that, and `laravel-about` is outside
  of Laravel's `web` middleware, so it begins none either; for the other two that middleware decrypts the visitor's cookie, reads his
  session, a file, and writes it. Both sides have the same copy of the demo and its caches, and answer the
  same bytes, which is checked.
- **kargo-event**: `bin/main.php` of the demo, one worker and its master. Scripts: `Kargo\\App\\Scripts` with one process.
  Files: `Kargo\\Http\\Files`.
- **nginx + php-fpm + opcache**: one nginx worker, `sendfile`, `tcp_nopush`, no access log; two php-fpm children, `pm = static`,
  unix socket; `public/index.php` as the frameworks' skeletons have it; files: nginx alone. Symfony's container is compiled into one file and its caches are warmed up; Laravel's
  configuration and routes are cached, views are compiled. The first row finds classes as Debian's packages do, by their own
  autoloaders, which is what ours does once; the second by one authoritative map, as `composer dump-autoload
  --classmap-authoritative` makes, of no more than the page's classes; the third has them all in `opcache.preload`, which Symfony's
  documentation recommends.
- Everything lies in memory (`/dev/shm`), so that no disk has a part in it.
- Every PHP runs without php.ini, with the settings of php.ini-production and the frameworks' chapters on performance:
  `opcache.validate_timestamps=0`, `opcache.file_update_protection=0` (caches are older than the start), `zend.assertions=-1`,
  a realpath cache of 4 MB; no JIT but in the rows that say so (`opcache.jit=tracing`, `opcache.jit_buffer_size=64M`).
- A kernel that lives on saves the boot, and nothing of what the framework does for the page itself, which is most of our
  figure. Of the time in PHP that a request of the list of polls takes, Symfony 5.4 has 70% in the framework's `handle()` and
  21% in sending; Laravel 8 has 88% in `handle()`, 3% in sending and 3% where everything is put back (by Xdebug's profiler). So a
  page that does much itself gains less. Without PHP's collector of cycles Symfony's home page took 1% less instructions.
- The JIT makes php-fpm's pages dearer, also after half a minute of load, and ours cheaper or not by page and processor. So the
  fair row for php-fpm is the one without it; its row with the JIT, like the table with both, only says what the setting does there.
- All processes of a server are on core 0, `wrk -t1 -c64` with keep-alive on core 1.
"""


def markdown(results: dict) -> str:
    begin, end = marks(NAME)
    machine = results["machine"]
    subjects = [subject for subject in SUBJECTS if subject.name in results["subjects"]]
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    parts = [begin, INTRODUCTION.format(php_version=machine["php"], date=results["date"], rounds=results["rounds"],
                                        seconds=results["seconds"], processor=machine["processor"], kernel=machine["kernel"],
                                        versions=versions)]
    parts.extend(f"| {subject.name} | {subject.title} | {results['bytes'][subject.name]:,} bytes |\n" for subject in subjects)
    parts.append(EXPLANATION)
    if note := results.get("note"):
        parts.append(f"- {note}\n")
    parts.append("\n### CPU, as a multiple of kargo-event's\n\n" + table(results, subjects, ratio_cell, GOALS))
    parts.append(jit_table(results, subjects))
    parts.append("\n### CPU µs per request, pages\n\n" + table(results, subjects, microseconds_cell))
    parts.append("\n### nginx's part of its row\n\n" + table(results, subjects, share_cell, only="nginx"))
    parts.append(failures(results))
    parts.append(end)
    return "".join(parts)


def table(results: dict, subjects: list, cell, goals: dict | None = None, only: str = "") -> str:
    lines = ["| | " + " | ".join(subject.name for subject in subjects) + " |", "|---|" + "---|" * len(subjects)]
    for name, title in results["servers"].items():
        if name.startswith(only):
            cells = [cell(results["subjects"][subject.name].get(name)) for subject in subjects]
            lines.append(f"| {f'**{title}**' if name == YARDSTICK else title} | " + " | ".join(cells) + " |")
    if goals:
        lines.append("| *goal* | " + " | ".join(goals.get(subject.name, "–") for subject in subjects) + " |")
    return "\n".join(lines) + "\n"


def jit_table(results: dict, subjects: list) -> str:
    """A part on how many times the CPU of ours with the JIT php-fpm's with the JIT is, within each round; empty if neither is measured."""
    pairs = {subject.name: (results["subjects"][subject.name].get("nginx-fpm-jit", {}).get("rounds"),
                            results["subjects"][subject.name].get("kargo-jit", {}).get("rounds"))
             for subject in subjects if subject.is_framework}
    ratios = {name: {"ratio": spread([other / own for other, own in zip(*pair)])} for name, pair in pairs.items() if all(pair)}
    if not ratios:
        return ""
    lines = ["| | " + " | ".join(ratios) + " |", "|---|" + "---|" * len(ratios),
             "| nginx + php-fpm + opcache | " + " | ".join(ratio_cell(result) for result in ratios.values()) + " |"]
    return "\n### Both with the JIT\n\n" + "\n".join(lines) + "\n"


def share_cell(result: dict | None) -> str:
    return f"{result['first_root_share']:.0%}" if result and "ratio" in result else "–"


def failures(results: dict) -> str:
    lines = [f"- {name}: {reason}" for name, reason in results["absent"].items()]
    lines += [f"- {server} on {name}: {result['failure'].splitlines()[0]}" for name, servers in results["subjects"].items()
              for server, result in servers.items() if "failure" in result]
    return "\nNot measured (–):\n\n" + "\n".join(lines) + "\n" if lines else ""
