"""Server processes: started pinned, watched as a tree, gone when this program is."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SERVER_CORE = 0
LOAD_CORE = 1
START_DEADLINE_SECONDS = 60
STOP_DEADLINE_SECONDS = 60
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


def free_port() -> int:
    """A port nobody listens on. It may be taken again before it is used: the server then fails to start, loudly."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def spawn(command: list[str], *, core: int | None, log: Path | None = None, environment: dict | None = None,
          user: int | None = None, death_signal: int = signal.SIGKILL, **options) -> subprocess.Popen:
    """Starts `command`, pinned to `core`, as `user` if given; it gets `death_signal` when this program ends.

    Of this program's environment it has PATH only: each request finds all of it in $_SERVER, 37 instructions a variable.
    """
    parent = os.getpid()

    def prepare() -> None:
        if core is not None:
            os.sched_setaffinity(0, {core})
        _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
        if user is not None:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
        _libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    output = open(log, "ab") if log else options.pop("output", subprocess.DEVNULL)
    try:
        return subprocess.Popen(
            command, stdin=options.pop("stdin", subprocess.DEVNULL), stdout=output,
            stderr=options.pop("stderr", subprocess.STDOUT), preexec_fn=prepare, start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), **(environment or {})}, **options,
        )
    finally:
        if log:
            output.close()


class ServerError(Exception):
    """A server that did not start, answer or survive as it must; the text says which and how."""


class RunningServer:
    """The processes of one server, and all that they forked. `temporary` goes when they have been stopped."""

    def __init__(self, name: str, port: int, roots: list[subprocess.Popen], log: Path,
                 temporary: tempfile.TemporaryDirectory | None = None):
        self.name, self.port, self.roots, self.log, self.temporary = name, port, roots, log, temporary

    def wait_until_listening(self, address: tuple[str, int] | Path) -> None:
        """Returns once `address`, TCP or a unix socket's path, accepts a connection."""
        family = socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET
        deadline = time.monotonic() + START_DEADLINE_SECONDS
        while time.monotonic() < deadline:
            self.raise_if_ended()
            with socket.socket(family) as probe:
                if probe.connect_ex(str(address) if isinstance(address, Path) else address) == 0:
                    return
            time.sleep(0.01)  # there is no event for another process's listen()
        raise ServerError(f"{self.name} does not listen after {START_DEADLINE_SECONDS} s: {self.last_words()}")

    def raise_if_ended(self) -> None:
        for root in self.roots:
            if root.poll() is not None:
                raise ServerError(f"{self.name} ended with status {root.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        text = self.log.read_text(errors="replace").strip() if self.log.exists() else ""
        return text[-600:] or "it said nothing"

    def pids(self, roots: list[subprocess.Popen] | None = None) -> list[int]:
        """The roots, all of them unless some are named, and all their descendants."""
        children: dict[int, list[int]] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                try:
                    parent = int(_stat_fields(int(entry))[1])
                except (OSError, IndexError):
                    continue  # ended while we looked
                children.setdefault(parent, []).append(int(entry))
        found = [root.pid for root in (self.roots if roots is None else roots)]
        for pid in found:
            found.extend(children.get(pid, []))
        return found

    def stop(self) -> int:
        """SIGTERM, then SIGKILL for what is left at the deadline. Returns the first root's exit status."""
        pids = self.pids()
        for root in self.roots:
            if root.poll() is None:
                root.terminate()
        deadline = time.monotonic() + STOP_DEADLINE_SECONDS
        for root in self.roots:
            try:
                root.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                root.kill()
                root.wait()
        roots = {root.pid for root in self.roots}
        for pid in pids:
            if pid not in roots and _is_still_in_session(pid, roots):
                os.kill(pid, signal.SIGKILL)
        if self.temporary:
            self.temporary.cleanup()
        return self.roots[0].returncode


class CpuReading:
    """The CPU time that a server's processes have used so far, read in two ways."""

    def __init__(self, server: RunningServer):
        self.pids = server.pids()
        spent = {pid: _scheduler_ns(pid) for pid in self.pids}
        self.scheduler_ns = sum(spent.values())
        self.first_root_ns = sum(spent[pid] for pid in server.pids(server.roots[:1]))
        self.ticks = sum(sum(map(int, _stat_fields(pid)[11:13])) for pid in self.pids)

    def microseconds_since(self, earlier: "CpuReading") -> float:
        if self.pids != earlier.pids:
            raise ServerError(f"processes came or went while measuring: {earlier.pids} became {self.pids}")
        return (self.scheduler_ns - earlier.scheduler_ns) / 1000

    def first_root_microseconds_since(self, earlier: "CpuReading") -> float:
        """The part of the first root and its descendants: the web server's, where another process runs PHP."""
        return (self.first_root_ns - earlier.first_root_ns) / 1000

    def tick_microseconds_since(self, earlier: "CpuReading") -> float:
        return (self.ticks - earlier.ticks) * 1e6 / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> int:
    """The resident set, exact: VmRSS is kept in batches per CPU and can be off by hundreds of KiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1])
    raise ServerError(f"no resident set known of process {pid}")


def busiest(server: RunningServer) -> int:
    """The process that has used most CPU time: the one that answers."""
    return max(server.pids(), key=_scheduler_ns)


def _scheduler_ns(pid: int) -> int:
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        total += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
    return total


def _stat_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on (state, parent, group, session, …)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _is_still_in_session(pid: int, sessions: set[int]) -> bool:
    """Whether a former descendant still runs: the number itself may belong to somebody else by now."""
    try:
        return int(_stat_fields(pid)[3]) in sessions
    except (OSError, IndexError):
        return False
