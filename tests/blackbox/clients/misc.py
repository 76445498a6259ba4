"""demos/misc as tests start and use it: a demo in a process, and clients that talk to it in lines.

    with Demo("chatserver") as demo, demo.client() as one, demo.client() as two:
        one.send("hello")
        two.expect(r"<(\\w+)> hello")
"""

import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from harness import PHP, ROOT, WAIT_SECONDS, Process, ProcessError, php_arguments

MISC = ROOT / "demos/misc"

# PHP's own complaints, however they are printed.
_COMPLAINT = re.compile(r"^.*\b(?:Warning|Notice|Deprecated|Fatal error|Parse error|Stack trace)\b.*$", re.MULTILINE)


class Demo(Process):
    """One of the programs: php NAME.php ARGUMENTS..., ready when it listens, if it is a server."""

    def __init__(self, name, *arguments, folder=MISC, ready=r"listening on \S*?(\[[^\]]+\]|[\d.]+):(\d+)",
                 stdin=subprocess.DEVNULL, files=None):
        self.script = Path(folder) / f"{name}.php"
        arguments = arguments or ("127.0.0.1", "0")
        super().__init__([PHP, *php_arguments(), "-d", "display_errors=stderr", self.script, *map(str, arguments)],
                         cwd=self.script.parent, stdin=stdin, files=files)
        try:
            found = self.wait_for_log(ready) if ready else None
        except ProcessError:
            self.kill()
            raise
        self.host, self.port = (found[1].strip("[]"), int(found[2])) if found and found.re.groups == 2 else (None, None)

    def client(self, **options):
        return LineClient(self.host, self.port, **options)

    def complaints(self):
        """What PHP complained about."""
        return _COMPLAINT.findall(self.log + self.output)

    def end(self, number=signal.SIGTERM):
        """Stops it; an AssertionError unless it ended in good order."""
        code = self.stop(number)
        if code != 0 or self.complaints():
            raise AssertionError(f"{self.script.name} ended with {code}:\n{self.log}{self.output}")

    def cpu_seconds(self):
        """What it has computed so far."""
        schedstat = Path(f"/proc/{self.pid}/schedstat").read_text()
        return int(schedstat.split()[0]) / 1e9

    def cpu_share(self, seconds=0.5):
        """The part of a core that it uses in the coming time, in which nobody asks it for anything."""
        before, start = self.cpu_seconds(), time.monotonic()
        time.sleep(seconds)
        return (self.cpu_seconds() - before) / (time.monotonic() - start)

    def resident_bytes(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


class LineClient:
    """A TCP client; every wait has a deadline. Lines come without their ends."""

    def __init__(self, host, port, receive_buffer=None):
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        self._socket.settimeout(WAIT_SECONDS)
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.connect((host, port))
        self._input = b""
        self.is_at_end = False
        # Everything that came, for messages of failing tests.
        self.seen = []

    @property
    def socket(self):
        return self._socket

    def send(self, *lines, end="\n"):
        self.send_bytes("".join(line + end for line in lines).encode())

    def send_bytes(self, data):
        self._socket.sendall(data)

    def read_bytes(self, count):
        """Exactly so many bytes."""
        while len(self._input) < count and self._receive():
            pass
        data, self._input = self._input[:count], self._input[count:]
        return data

    def read_rest(self):
        """Everything until the other side ends the connection."""
        while self._receive():
            pass
        data, self._input = self._input, b""
        return data

    def line(self):
        """The next line; None at the end of the connection."""
        while b"\n" not in self._input:
            if not self._receive():
                return None
        line, self._input = self._input.split(b"\n", 1)
        text = line.decode(errors="replace").removesuffix("\r")
        self.seen.append(text)
        return text

    def expect(self, pattern):
        """The match of the first line that has one; those before are skipped."""
        while (line := self.line()) is not None:
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"the connection ended before {pattern!r} came: {self.seen[-30:]}")

    def lines_until(self, pattern):
        """The lines before the one that matches."""
        lines = []
        while (line := self.line()) is not None:
            if re.search(pattern, line):
                return lines
            lines.append(line)
        raise AssertionError(f"the connection ended before {pattern!r} came: {self.seen[-30:]}")

    def finish_sending(self):
        """Ends this side; what comes can still be read."""
        self._socket.shutdown(socket.SHUT_WR)

    def reset(self):
        """Goes without a farewell: the other side gets an error, not an end."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._socket.close()

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _receive(self):
        try:
            data = self._socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        except TimeoutError:
            raise AssertionError(f"nothing came for {WAIT_SECONDS} s: {self.seen[-30:]}, {self._input[-200:]}") from None
        self._input += data
        self.is_at_end = data == b""
        return bool(data)
