"""demos/modern/httpclient.php: Kargo\\Http\\Client asks one server many times at once."""

import re
import threading
import unittest

from clients.counting_server import CountingServer
from clients.misc import Demo
from harness import ROOT, WAIT_SECONDS, free_port


class ModernHttpClientTest(unittest.TestCase):
    def setUp(self):
        self.server = CountingServer()
        self.authority = "127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def demo(self, *arguments):
        return Demo("httpclient", *arguments, folder=ROOT / "demos/modern", ready=None)

    def summary(self, *arguments, code=0):
        with self.demo(*arguments) as client:
            self.assertEqual(client.wait(), code, client.log + client.output)
            self.assertEqual(client.complaints(), [])
            return re.sub(r"in \d+\.\d{3} s", "in TIME", client.output).splitlines()

    def test_200_requests_at_once(self):
        # No answer before all are there: they must be on their way at the same time.
        self.server.gate = threading.Event()
        with self.demo(f"http://{self.authority}/some/path?a=b") as client:
            with self.server.lock:
                self.assertTrue(self.server.changed.wait_for(lambda: self.server.active == 200, WAIT_SECONDS), client.log)
            self.server.gate.set()
            self.assertEqual(client.wait(), 0)
            self.assertRegex(client.output, r"\n200 answers with 1000 bytes in \S+ s, 0 failed\nstatus 200: 200\n\Z")
        self.assertEqual(self.server.hosts, {(self.authority, "/some/path?a=b")})

    def test_more_than_at_once_and_other_answers(self):
        for path, count, size, status in (("", 1000, 5, 200), ("status/404", 20, 5, 404), ("chunked", 20, 10, 200), ("", 1, 5, 200)):
            url = f"http://{self.authority}/{path}"
            self.assertEqual(self.summary(url, count), [
                f"{count} requests to {url}", f"{count} answers with {count * size} bytes in TIME, 0 failed", f"status {status}: {count}"])
        self.assertLessEqual(self.server.most_active, 200)

    def test_failures_are_counted_with_their_reason(self):
        lines = self.summary(f"http://{self.authority}/close", 20, code=1)
        self.assertEqual(lines[1], "0 answers with 0 bytes in TIME, 20 failed")
        self.assertRegex(lines[2], r"^20 times: GET http://\S+/close: .+closed")
        lines = self.summary(f"http://127.0.0.1:{free_port()}/", 500, code=1)
        self.assertRegex(lines[2], r"^500 times: .+ nobody listens at ")
        self.assertRegex(self.summary("https://127.0.0.1/", 3, code=1)[2], r"^3 times: .+ TLS is not in this release")

    def test_wrong_arguments_are_one_line(self):
        for arguments in (["127.0.0.1"], ["http://127.0.0.1/", "0"], ["http://127.0.0.1/", "many"], ["ftp://x"], [""]):
            with self.demo(*arguments) as client:
                self.assertEqual(client.wait(), 1)
                self.assertRegex(client.log, r"\Ahttpclient\.php: usage: [^\n]+\n\Z")
                self.assertEqual(client.output, "")
