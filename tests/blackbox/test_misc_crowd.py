"""demos/misc/chatserver.php with 500 clients; tests/long/chat does the same with 5,000."""

import contextlib
import select
import unittest

from clients.crowd import Crowd, Size, open_files
from clients.misc import Demo


class FullTest(unittest.TestCase):
    def test_without_a_free_descriptor_others_wait_and_nothing_spins(self):
        for name, greeting in (("chatserver", "Welcome"), ("bufferevent", "echo: hello")):
            with self.subTest(name), Demo(name, files=(50, 50)) as demo, contextlib.ExitStack() as stack:
                clients = [stack.enter_context(demo.client()) for _ in range(80)]
                for client in clients:
                    client.send("hello")
                served = next(number for number in range(80) if not self.has_answer(clients[number]))
                self.assertGreater(served, 20)
                self.assertLess(demo.cpu_share(), 0.15)
                clients[0].expect(greeting)
                for client in clients[:served]:
                    client.close()
                for client in clients[served:]:
                    client.expect(greeting)
                demo.end()

    def has_answer(self, client):
        """Whether something comes within some seconds; nobody who is served waits for so long."""
        return bool(select.select([client.socket], [], [], 5.0)[0])


class CrowdTest(unittest.TestCase):
    def test_500_clients_of_whom_some_never_read_and_some_vanish(self):
        open_files(2000)
        # It raises its own limit, which is the usual one here.
        with Demo("chatserver", files=400) as demo, Crowd(demo, Size(clients=500, deaf=10, vanishing=50)) as crowd:
            report = crowd.run(broadcasts=100, interval_seconds=0.02)
            self.assertEqual(report.faults, [])
            self.assertLess(report.delay(0.99), 1.0, report)
            self.assertLess(report.bytes_per_client, 32 << 10, report)
            self.assertLess(report.bytes_per_client_after, 64 << 10, report)
            demo.end()
