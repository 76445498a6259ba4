"""Python packages of others, in an environment of their own below .cache: what clients/python/requirements.txt names."""

import fcntl
import hashlib
import shutil
import subprocess
import sys

from harness import ROOT

REQUIREMENTS = ROOT / "tests/blackbox/clients/python/requirements.txt"
INSTALL_SECONDS = 300


def environment():
    """The folder with its commands. It is made once for each Python and each list of packages."""
    text = REQUIREMENTS.read_bytes() + sys.version.encode()
    folder = ROOT / ".cache" / f"python-{hashlib.sha256(text).hexdigest()[:16]}"
    folder.parent.mkdir(exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "complete").is_file():
            shutil.rmtree(folder, ignore_errors=True)
            run(sys.executable, "-m", "venv", folder)
            run(folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", REQUIREMENTS)
            (folder / "complete").touch()
    return folder / "bin"


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
