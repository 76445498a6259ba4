"""The scripts of tests/phpt/classic, its neighbours, tests/phpt/client and rpc-client under memcheck, one process for each.

What they print depends on times that memcheck stretches, so PHP's test runner compares it elsewhere; here each has to come
to its end.
"""

import os
import shutil
import subprocess
from pathlib import Path

from support.server import ROOT, Failure

#: About memory, which memcheck keeps, or about crowds, which take it an hour.
LEFT_OUT = {"006-flat-memory", "011-flat-memory", "023-flat-memory", "024-ten-thousand", "036-many-bufferevents"}
SECONDS = 600
#: Areas that are groups of their own.
CLIENTS = ("client", "rpc-client")
#: Extensions that the scripts call, where the distribution has them as shared ones.
SHARED = ("posix", "sockets")


def run_classic(group: str, valgrind: list[str], php: str, extension: Path, scratch: Path, variables: dict[str, str]) -> None:
    """Runs the scripts of the group; `valgrind` is its command line, without PHP's."""
    tests = scratch / "phpt"
    shutil.rmtree(tests, ignore_errors=True)
    shutil.copytree(ROOT / "tests/phpt", tests)
    directory = subprocess.run([php, "-n", "-r", 'echo ini_get("extension_dir");'], capture_output=True, text=True, check=True)
    shared = [name for name in SHARED if Path(directory.stdout, f"{name}.so").exists()]
    arguments = ["-n", *(f"-dextension={name}" for name in shared), f"-dextension={extension}", "-dpcre.jit=0"]
    variables = {**os.environ, **variables, "KARGO_MEMCHECK": "1", "KARGO_PHP_ARGS": "\n".join(arguments),
                 "KARGO_TEST_SECONDS": str(SECONDS), "KARGO_TEST_TMP": str(scratch)}
    failures = []
    for test in sorted([test for area in ("classic*", *CLIENTS) for test in tests.glob(f"{area}/*.phpt")]):
        # What evhttp_server() starts runs elsewhere: support/evhttp.py has such a server under memcheck.
        if "evhttp_server(" in test.read_text():
            continue
        folder = test.parent.name if test.parent.name in CLIENTS else "classic"
        if test.stem in LEFT_OUT or group not in (folder, f"{test.parent.name}/{test.stem}"):
            continue
        script = test.with_suffix(".php")
        script.write_text(file_section(test))
        run = subprocess.run([*valgrind, php, *arguments, script], capture_output=True, text=True, check=False,
                             timeout=SECONDS, env=variables, cwd=script.parent)
        if run.returncode != 0 or "Fatal error: " in run.stdout and "Fatal error: " not in test.read_text():
            failures.append(f"{test.stem} ended with {run.returncode}: {run.stdout[-800:]}{run.stderr[-800:]}")
    if failures:
        raise Failure("\n".join(failures))


def file_section(test: Path) -> str:
    """The script of a phpt."""
    text = test.read_text().partition("\n--FILE--\n")[2]
    return text.partition("\n--EXPECT")[0]
