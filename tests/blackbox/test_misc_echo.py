"""demos/misc/bufferevent.php, an echo server, and simple_client.php, which talks to such."""

import itertools
import os
import re
import selectors
import signal
import socket
import subprocess
import time
import unittest

from clients.misc import Demo
from harness import WAIT_SECONDS, free_port

PREFIX = "echo: "


def echoes(data):
    """What the server makes of it."""
    return b"".join(PREFIX.encode() + line for line in data.splitlines(keepends=True))


class EchoTest(unittest.TestCase):
    def test_lines_of_several_clients(self):
        with Demo("bufferevent") as demo, demo.client() as one, demo.client() as two, demo.client() as three:
            for number in range(50):
                for name, client in (("one", one), ("two", two), ("three", three)):
                    client.send(f"{name} {number}")
                for name, client in (("three", three), ("one", one), ("two", two)):
                    self.assertEqual(client.line(), f"{PREFIX}{name} {number}")
            two.send("first", "second", "", "fourth", end="\r\n")
            self.assertEqual([two.line() for _ in range(4)], [PREFIX + text for text in ("first", "second", "", "fourth")])
            demo.end(signal.SIGINT)

    def test_whatever_comes_is_echoed_at_once(self):
        with Demo("bufferevent") as demo, demo.client() as client:
            # Without a line end, byte by byte, and bytes of all values.
            client.send_bytes(b"ab")
            self.assertEqual(client.read_bytes(8), b"echo: ab")
            for byte in b"cd\ne\r\n":
                client.send_bytes(bytes([byte]))
            self.assertEqual(client.read_bytes(12), b"cd\n" + b"echo: " + b"e\r\n")
            data = bytes(range(11, 256)) * 4 + b"\n"
            client.send_bytes(data)
            self.assertEqual(client.read_bytes(len(data) + 6), b"echo: " + data)
            demo.end()

    def test_half_closed_reset_and_vanished_clients(self):
        with Demo("bufferevent") as demo:
            with demo.client() as half:
                half.send_bytes(b"one\ntwo")
                half.finish_sending()
                self.assertEqual(half.read_rest(), b"echo: one\necho: two")
            with demo.client() as rude:
                rude.send("x")
                rude.expect("x")
                start = len(demo.log)
                rude.reset()
                demo.wait_for_log(r"has gone", start)
            with demo.client() as silent:
                start = len(demo.log)
                silent.close()
                demo.wait_for_log(r"has gone", start)
            self.assertEqual(len(re.findall("has come", demo.log)), len(re.findall("has gone", demo.log)))
            self.assertLess(demo.cpu_share(), 0.1)
            with demo.client() as next_client:
                next_client.send("still there?")
                next_client.expect("echo: still there")
            demo.end()

    def test_a_client_that_does_not_read_is_not_read_from(self):
        with Demo("bufferevent") as demo, demo.client() as greedy, demo.client() as other:
            other.send("before")
            other.expect("before")
            before = demo.resident_bytes()
            line = b"%08d" + b"x" * 1000 + b"\n"
            sent = self.send_until_refused(greedy.socket, (line % number for number in itertools.count()))
            other.send("meanwhile")
            other.expect("meanwhile")
            self.assertLess(demo.resident_bytes() - before, 4 << 20)
            # It has lost nothing: all comes back once it reads, in order.
            greedy.socket.settimeout(WAIT_SECONDS)
            received = 0
            for number in itertools.count():
                expected = echoes(line % number)
                expected = expected[: len(PREFIX) + sent - received]
                if len(expected) <= len(PREFIX):
                    break
                self.assertEqual(greedy.read_bytes(len(expected)), expected)
                received += len(expected) - len(PREFIX)
            self.assertEqual(received, sent)
            demo.end()

    def send_until_refused(self, connection, pieces):
        """Sends until nothing has been taken for a while; how many bytes were."""
        connection.setblocking(False)
        sent = 0
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_WRITE)
            for piece in pieces:
                while piece:
                    if not selector.select(1.0):
                        return sent
                    count = connection.send(piece)
                    sent, piece = sent + count, piece[count:]
                self.assertLess(sent, 256 << 20, "the server takes without end what nobody reads")
        return sent

    def test_a_used_port_is_one_clear_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            for name in ("bufferevent", "chatserver"):
                with Demo(name, "127.0.0.1", port, ready=None) as demo:
                    self.assertEqual(demo.wait(), 1)
                    self.assertRegex(demo.log, rf"^{name}\.php: could not listen on 127\.0\.0\.1:{port}: [^\n]+\n$")
                    self.assertEqual(demo.output, "")

    def test_what_is_no_port_is_one_clear_line(self):
        for port in ("65536", "-1", "8000x", "http", ""):
            with Demo("bufferevent", "127.0.0.1", port, ready=None) as demo:
                self.assertEqual(demo.wait(), 1)
                self.assertRegex(demo.log, rf'^bufferevent\.php: "{port}" is no port: [^\n]+\n$')


class SimpleClientTest(unittest.TestCase):
    """The client, and this test as its server."""

    def setUp(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(WAIT_SECONDS)
        self.addCleanup(self.listener.close)

    def start(self, stdin=subprocess.DEVNULL):
        client = Demo("simple_client", *self.listener.getsockname(), ready=None, stdin=stdin)
        self.addCleanup(client.kill)
        connection, _ = self.listener.accept()
        connection.settimeout(WAIT_SECONDS)
        self.addCleanup(connection.close)
        return client, connection

    def wait_for_output(self, client, text):
        deadline = time.monotonic() + WAIT_SECONDS
        while text not in client.output:
            self.assertLess(time.monotonic(), deadline, client.output)
            time.sleep(0.005)

    def test_prints_what_comes_and_ends_with_the_server(self):
        client, connection = self.start()
        connection.sendall(b"hello\n")
        self.wait_for_output(client, "hello\n")
        connection.sendall(b"and goodbye, ")
        connection.sendall(b"without a line end")
        connection.close()
        self.assertEqual(client.wait(), 0)
        self.assertEqual(client.output, "hello\nand goodbye, without a line end")
        self.assertEqual(client.complaints(), [])

    def test_does_not_spin_after_an_end(self):
        read_end, write_end = os.pipe()
        client, connection = self.start(stdin=read_end)
        os.close(read_end)
        os.write(write_end, b"typed\n")
        self.assertEqual(connection.recv(100), b"typed\n")
        # The end of the input is told, and the client waits for the server's.
        os.close(write_end)
        self.assertEqual(connection.recv(100), b"")
        self.assertLess(client.cpu_share(), 0.1)
        connection.close()
        self.assertEqual(client.wait(), 0)

    def test_talks_both_ways(self):
        client, connection = self.start(stdin=subprocess.PIPE)
        for number in range(5):
            client.stdin.write(b"line %d\n" % number)
            client.stdin.flush()
            self.assertEqual(connection.recv(100), b"line %d\n" % number)
            connection.sendall(b"got %d\n" % number)
            self.wait_for_output(client, f"got {number}\n")
        client.stdin.close()
        self.assertEqual(connection.recv(100), b"")
        connection.sendall(b"bye\n")
        connection.close()
        self.assertEqual(client.wait(), 0)
        self.assertTrue(client.output.endswith("bye\n"))

    def test_much_input_for_a_server_that_is_slow(self):
        data = b"".join(b"%d\n" % number for number in range(500_000))
        read_end, write_end = os.pipe()
        client, connection = self.start(stdin=read_end)
        os.close(read_end)
        os.set_blocking(write_end, False)
        received, sent = bytearray(), 0
        with open(write_end, "wb", buffering=0) as pipe:
            while sent < len(data):
                # None: the pipe is full.
                sent += pipe.write(data[sent : sent + 65536]) or 0
                received += connection.recv(1000)
        while chunk := connection.recv(65536):
            received += chunk
        self.assertEqual(bytes(received), data)
        connection.close()
        self.assertEqual(client.wait(), 0)

    def test_a_file_as_input(self):
        with open(__file__, "rb") as file:
            client, connection = self.start(stdin=file)
        received = bytearray()
        while chunk := connection.recv(65536):
            received += chunk
        self.assertEqual(bytes(received), open(__file__, "rb").read())
        connection.close()
        self.assertEqual((client.wait(), client.complaints()), (0, []))

    def test_signals(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            client, connection = self.start()
            connection.sendall(b"hello\n")
            self.wait_for_output(client, "hello\n")
            client.end(number)
            self.assertEqual(connection.recv(100), b"")

    def test_no_server(self):
        for name in ("simple_client", "bufferbot"):
            port = free_port()
            with Demo(name, "127.0.0.1", port, ready=None) as client:
                self.assertEqual(client.wait(), 1)
                self.assertRegex(client.log, rf"^{name}\.php: could not connect to 127\.0\.0\.1:{port}: [^\n]+\n$")

    def test_with_the_echo_server(self):
        with Demo("bufferevent") as server:
            with Demo("simple_client", server.host, server.port, ready=None, stdin=subprocess.PIPE) as client:
                client.stdin.write(b"hello\nworld\n")
                client.stdin.close()
                self.assertEqual(client.wait(), 0)
                self.assertEqual(client.output, "echo: hello\necho: world\n")
            server.end()
