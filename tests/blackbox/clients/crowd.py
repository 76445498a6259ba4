"""Thousands of clients in a chat, on one selector: some never read, some vanish, all others must hear everything.

    crowd = Crowd(demo, Size(clients=5000, deaf=50, vanishing=100))
    report = crowd.run(broadcasts=100, interval_seconds=0.1)
"""

import collections
import resource
import selectors
import socket
import time
from dataclasses import dataclass

from harness import WAIT_SECONDS

# Sets of clients that connect together: more would only wait in the listen queue.
_CONNECTING = 256
# Of each broadcast, besides what it tells: long enough to fill what the kernel holds for one that never reads.
_PADDING = b"x" * 500
_SENDERS = 10


def open_files(wanted):
    """Raises this process's limit of open files as far as it may; how many there can be, at most `wanted`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < min(wanted, hard):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    return min(wanted, hard)


@dataclass(frozen=True)
class Size:
    """How many are connected, and of these: how many never read, and how many go without a word, half of them by reset."""

    clients: int
    deaf: int
    vanishing: int


@dataclass
class Report:
    """What came of it."""

    #: Seconds from the sending of a broadcast to its arrival, all of them, sorted.
    delays: list
    #: What each that was to hear everything has not heard, or heard twice or in the wrong order: empty if all is well.
    faults: list
    connect_seconds: float
    #: Of the server, per client: when all are connected, and at the end.
    bytes_per_client: float
    bytes_per_client_after: float

    def delay(self, part):
        return self.delays[min(int(len(self.delays) * part), len(self.delays) - 1)]

    def __str__(self):
        return (f"connected in {self.connect_seconds:.1f} s, {self.bytes_per_client:.0f} bytes each, then "
                f"{self.bytes_per_client_after:.0f}; {len(self.delays)} deliveries: median {self.delay(0.5):.3f} s, "
                f"p99 {self.delay(0.99):.3f} s, longest {self.delays[-1]:.3f} s")


class _Client:
    __slots__ = ("heard", "input", "is_named", "number", "socket")

    def __init__(self, number, connection):
        self.number, self.socket = number, connection
        self.input = b""
        self.is_named = False
        self.heard = []


class Crowd:
    def __init__(self, demo, size):
        self._demo, self._size = demo, size
        self._selector = selectors.DefaultSelector()
        self._clients = []
        self._deaf = []
        self._sent = {}
        self._delays = []

    def run(self, broadcasts, interval_seconds):
        """Everybody comes, `broadcasts` are said at that pace, and heard."""
        empty = self._demo.resident_bytes()
        start = time.monotonic()
        self._connect()
        connect_seconds = time.monotonic() - start
        full = self._demo.resident_bytes()
        self._broadcast(broadcasts, interval_seconds)
        after = self._demo.resident_bytes()
        faults = [fault for client in self._clients if (fault := self._fault(client, broadcasts))]
        count = self._size.clients
        return Report(sorted(self._delays), faults, connect_seconds, (full - empty) / count, (after - empty) / count)

    def close(self):
        for client in (*self._clients, *self._deaf):
            client.socket.close()
        self._selector.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _connect(self):
        """All are in the chat, under names of their own, and have heard so; the deaf have not read it."""
        last = self._size.clients - self._size.deaf
        for number in range(self._size.clients):
            client = _Client(number, self._new_socket(is_deaf=number >= last))
            client.socket.sendall(b"/nick c%d\r\n" % number)
            if number >= last:
                self._deaf.append(client)
                continue
            self._clients.append(client)
            self._selector.register(client.socket, selectors.EVENT_READ, client)
            if number % _CONNECTING == 0:
                self._receive(0)
        deadline = time.monotonic() + 3 * WAIT_SECONDS
        while waiting := sum(not client.is_named for client in self._clients):
            self._receive(1.0)
            if time.monotonic() > deadline:
                raise AssertionError(f"{waiting} of {self._size.clients} were not let in: {self._demo.log[-1000:]}")
        self._wait_until_quiet()

    def _new_socket(self, is_deaf):
        connection = socket.socket()
        if is_deaf:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(WAIT_SECONDS)
        connection.connect((self._demo.host, self._demo.port))
        connection.setblocking(False)
        return connection

    def _wait_until_quiet(self):
        """Nothing has come for half a second: arrivals have been told."""
        last = time.monotonic()
        while time.monotonic() - last < 0.5:
            if self._receive(0.1):
                last = time.monotonic()

    def _broadcast(self, broadcasts, interval_seconds):
        senders = self._clients[:_SENDERS]
        # Who is to vanish, with the broadcast after which it does.
        leaving = collections.defaultdict(list)
        for position, client in enumerate(self._clients[_SENDERS : _SENDERS + self._size.vanishing]):
            leaving[broadcasts // 4 + position * broadcasts // (2 * self._size.vanishing)].append(client)
        due = time.monotonic()
        for number in range(broadcasts):
            while (rest := due - time.monotonic()) > 0:
                self._receive(rest)
            due = max(due + interval_seconds, time.monotonic())
            sender = senders[number % len(senders)]
            self._sent[number] = (sender.number, time.monotonic())
            sender.socket.sendall(b"%d %b\n" % (number, _PADDING))
            for position, client in enumerate(leaving[number]):
                self._vanish(client, by_reset=position % 2 == 0)
        expected = sum(broadcasts - self._said_by(client, broadcasts) for client in self._clients)
        deadline = time.monotonic() + 3 * WAIT_SECONDS
        while sum(len(client.heard) for client in self._clients) < expected and time.monotonic() < deadline:
            self._receive(0.2)

    def _vanish(self, client, by_reset):
        if by_reset:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._selector.unregister(client.socket)
        self._clients.remove(client)
        client.socket.close()

    def _receive(self, seconds):
        """Takes what has come and notes what it says; whether anything has."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            client = key.data
            data = key.fileobj.recv(1 << 18)
            if not data:
                raise AssertionError(f"client {client.number} was disconnected: {self._demo.log[-1000:]}")
            lines = (client.input + data).split(b"\n")
            client.input = lines.pop()
            now = time.monotonic()
            for line in lines:
                if line[:1] == b"<":
                    number = int(line[line.index(b">") + 2 : line.index(b" x")])
                    client.heard.append(number)
                    self._delays.append(now - self._sent[number][1])
                elif not client.is_named and line.startswith(b"* You are now known as c%d." % client.number):
                    client.is_named = True
        return bool(ready)

    def _said_by(self, client, broadcasts):
        return sum(1 for number in range(broadcasts) if self._sent[number][0] == client.number)

    def _fault(self, client, broadcasts):
        expected = [number for number in range(broadcasts) if self._sent[number][0] != client.number]
        if sorted(client.heard) != expected:
            return f"client {client.number} heard {len(client.heard)} of {len(expected)}: {client.heard}"
        # What one says is heard in the order in which it was said; two people's lines may cross.
        for sender in range(_SENDERS):
            own = [number for number in client.heard if number % _SENDERS == sender]
            if own != sorted(own):
                return f"client {client.number} heard sender {sender} in the order {own}"
        return None
