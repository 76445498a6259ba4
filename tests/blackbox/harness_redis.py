"""A real Redis server on loopback, with a password and without persistence, in a directory that goes away with it:

    with Redis() as redis:
        redis.url("prefix=shop"), redis.unix_url()
        redis.command("PING")                       # b"PONG"
        redis.crash(); redis.start()                # gone, and back on the same port without its data
"""

import os
import signal
import socket

from harness import WAIT_SECONDS, Process, free_port, scratch_directory


class Redis:
    password = "kargo-redis-secret"

    def __init__(self, *options):
        self._owner = "redis" if os.geteuid() == 0 else None
        self._scratch = scratch_directory(self._owner)
        self.socket = f"{self._scratch.name}/redis.sock"
        self.port = free_port()
        self._options = options
        self.process = None
        self.start()

    def url(self, options=""):
        return f"redis://:{self.password}@127.0.0.1:{self.port}/1?{options}"

    def unix_url(self, options=""):
        return f"unix://:{self.password}@{self.socket}?db=1&{options}"

    def start(self):
        # It logs to its output, where nobody waits.
        command = ["sh", "-c", 'exec "$@" >&2', "sh", "redis-server", "--port", self.port, "--bind", "127.0.0.1",
                   "--unixsocket", self.socket, "--unixsocketperm", "777", "--requirepass", self.password, "--save", "",
                   "--appendonly", "no", "--dir", self._scratch.name, *self._options]
        self.process = Process(command, user=self._owner, cwd=self._scratch.name)
        self.process.wait_for_log("Ready to accept connections")

    def crash(self):
        """Ends it at once: every connection and all data are lost."""
        self.process.stop(signal.SIGKILL)

    def command(self, *words, database=1):
        """The reply to a command: bytes, a number, None, or a list of them."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=WAIT_SECONDS) as connection:
            reader = connection.makefile("rb")
            for line in (("AUTH", self.password), ("SELECT", database), words):
                parts = [str(word).encode() for word in line]
                connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
                reply = self._reply(reader)
            return reply

    def _reply(self, reader):
        line = reader.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise AssertionError(rest.decode())
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if int(rest) < 0:
            return None
        if kind == b"*":
            return [self._reply(reader) for _ in range(int(rest))]
        return reader.read(int(rest) + 2)[:-2]

    def info(self, field):
        lines = self.command("INFO").decode().splitlines()
        return next(line.split(":", 1)[1] for line in lines if line.startswith(field + ":"))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self.process is not None:
            self.process.kill()
        self._scratch.cleanup()
