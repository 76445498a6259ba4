"""tests/phpt/classic under memcheck: PHP's own test runner with a PHP that starts itself under valgrind."""

import os
import shlex
import subprocess
from pathlib import Path

from support.server import ROOT, Failure

#: About memory, which memcheck keeps, or about crowds, which take it an hour.
LEFT_OUT = {"023-flat-memory", "024-ten-thousand", "036-many-bufferevents"}
#: A script may be silent for so long.
SILENT_SECONDS = 600


def run_classic(group: str, valgrind: list[str], php: str, extension: Path, scratch: Path, variables: dict[str, str]) -> None:
    """Runs the scripts of the group; `valgrind` is its command line up to PHP's."""
    areas = ROOT / "tests/phpt"
    names = sorted(path.stem for path in (areas / "classic").glob("*.phpt") if path.stem not in LEFT_OUT)
    scripts = [f"classic/{name}.phpt" for name in names] if group == "classic" else [f"{group}.phpt"]
    wrapper = scratch / "php"
    wrapper.write_text(WRAPPER.format(
        variables=" ".join(f"{name}={value}" for name, value in variables.items()),
        valgrind=shlex.join(valgrind), php=shlex.quote(php)))
    wrapper.chmod(0o755)
    run = subprocess.run(
        [ROOT / "tests/phpt/run", *scripts], capture_output=True, text=True, check=False,
        env={**os.environ, "PHP": str(wrapper), "EXTENSION": str(extension), "KARGO_MEMCHECK": "1",
             "KARGO_TEST_SECONDS": str(SILENT_SECONDS)})
    lines = run.stdout.splitlines()
    if run.returncode != 0 or sum(line.startswith(("ok ", "skip ")) for line in lines) != len(scripts):
        raise Failure("\n".join(line for line in lines if not line.startswith("ok ")) + run.stderr)


#: Only the scripts of tests are looked at, not the test runner, nor what it asks PHP before.
WRAPPER = """#!/bin/sh
case " $* " in
    *".skip.php "*) exec {php} "$@" ;;
    *"/build/phpt-"*"/classic/"[0-9]*".php "*) {variables} exec {valgrind} {php} -d pcre.jit=0 "$@" ;;
    *) exec {php} "$@" ;;
esac
"""
