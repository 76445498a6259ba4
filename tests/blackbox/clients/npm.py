"""Packages of npm, as clients/node/package-lock.json names them."""

import shutil
import subprocess
from pathlib import Path

NODE = Path(__file__).parent / "node"
# To install all of them.
INSTALL_SECONDS = 120


def install_packages():
    """Installs them into clients/node/node_modules, unless the same are there."""
    installed = NODE / "node_modules" / ".installed-lock.json"
    lock = (NODE / "package-lock.json").read_bytes()
    if installed.is_file() and installed.read_bytes() == lock:
        return
    if shutil.which("npm") is None:
        raise AssertionError("npm is not installed: make test installs it")
    subprocess.run(
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=NODE, check=True, capture_output=True, timeout=INSTALL_SECONDS,
    )
    installed.write_bytes(lock)
