"""demos/misc/httpclient.php, which makes many requests at once."""

import re
import signal
import socket
import threading
import unittest

from clients.counting_server import CountingServer
from clients.misc import Demo
from harness import WAIT_SECONDS, free_port


class HttpClientTest(unittest.TestCase):
    def setUp(self):
        self.server = CountingServer()
        self.authority = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def run_client(self, *arguments, code=0):
        with Demo("httpclient", *arguments, ready=None) as client:
            self.assertEqual(client.wait(), code, client.log + client.output)
            self.assertEqual(client.complaints(), [])
            return client.output

    def assert_summary(self, output, count, answers, size, statuses):
        self.assertRegex(output, rf"(?m)^{count} requests to http://")
        self.assertRegex(output, rf"(?m)^{answers} answers with {size} bytes in \d+\.\d+ s, {count - answers} failed$")
        self.assertEqual({int(status): int(number) for status, number in re.findall(r"status (\d+): (\d+)", output)}, statuses)

    def test_200_requests_at_once(self):
        # No answer before all are there: they must be on their way at the same time.
        self.server.gate = threading.Event()
        with Demo("httpclient", f"http://{self.authority}/some/path?a=b", ready=None) as client:
            with self.server.lock:
                self.assertTrue(self.server.changed.wait_for(lambda: self.server.active == 200, WAIT_SECONDS), client.log)
            self.server.gate.set()
            self.assertEqual(client.wait(), 0)
            self.assert_summary(client.output, 200, 200, 1000, {200: 200})
        self.assertEqual(self.server.hosts, {(self.authority, "/some/path?a=b")})

    def test_more_than_at_once_and_fewer(self):
        self.assert_summary(self.run_client(f"http://{self.authority}/", 1000), 1000, 1000, 5000, {200: 1000})
        self.assertLessEqual(self.server.most_active, 200)
        self.assertEqual(self.server.requests, 1000)
        self.assert_summary(self.run_client(f"http://{self.authority}/", 1), 1, 1, 5, {200: 1})
        self.assert_summary(self.run_client(*self.authority.split(":"), 3), 3, 3, 15, {200: 3})

    def test_statuses_and_chunked_bodies(self):
        self.assert_summary(self.run_client(f"http://{self.authority}/status/404", 20), 20, 20, 100, {404: 20})
        self.assert_summary(self.run_client(f"http://{self.authority}/chunked", 20), 20, 20, 200, {200: 20})

    def test_failures_are_counted_and_told_by_the_exit_code(self):
        self.assert_summary(self.run_client(f"http://{self.authority}/close", 20, code=1), 20, 0, 0, {})
        url = f"http://127.0.0.1:{free_port()}/"
        self.assert_summary(self.run_client(url, 500, code=1), 500, 0, 0, {})

    def test_wrong_arguments_are_one_line(self):
        for arguments in (["https://127.0.0.1/"], ["http://127.0.0.1/", "0"], ["http://127.0.0.1/", "many"], ["ftp://x"]):
            with Demo("httpclient", *arguments, ready=None) as client:
                self.assertEqual(client.wait(), 1)
                self.assertRegex(client.log, r"^httpclient\.php: usage: [^\n]+\n$")

    def test_a_signal_ends_it_with_the_summary_of_what_came(self):
        with socket.create_server(("127.0.0.1", 0), backlog=256) as silent:
            with Demo("httpclient", "http://127.0.0.1:%d/" % silent.getsockname()[1], 10, ready=None) as client:
                silent.settimeout(WAIT_SECONDS)
                connection, _ = silent.accept()
                with connection:
                    connection.settimeout(WAIT_SECONDS)
                    self.assertIn(b"GET / HTTP/1.1", connection.recv(1000))
                    self.assertLess(client.cpu_share(), 0.1)
                    self.assertEqual(client.stop(signal.SIGINT), 1)
                self.assertRegex(client.output, r"0 answers with 0 bytes")
                self.assertEqual(client.complaints(), [])

    def test_with_the_server_of_the_same_folder(self):
        with Demo("httpdtest", "127.0.0.1", free_port()) as server:
            output = self.run_client(f"http://{server.host}:{server.port}/", 500)
            self.assertRegex(output, r"500 answers with \d+ bytes in [\d.]+ s, 0 failed\nstatus 200: 500\n")
            server.end()
