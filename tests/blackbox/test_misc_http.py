"""demos/misc/httpdtest.php, the smallest HTTP server."""

import http.client
import signal
import socket
import unittest

from clients.misc import Demo
from harness import WAIT_SECONDS, free_port


class HttpdTest(unittest.TestCase):
    def start(self):
        # evhttp_start() does not tell which port the system has chosen.
        return Demo("httpdtest", "127.0.0.1", free_port())

    def test_one_callback_answers_every_request(self):
        with self.start() as demo:
            connection = http.client.HTTPConnection(demo.host, demo.port, timeout=WAIT_SECONDS)
            for method, body in (("GET", None), ("POST", b"sent\0with it\n"), ("PUT", b"x" * 100_000), ("DELETE", None)):
                connection.request(method, "/a/path?with=query", body, {"X-Header": "value"})
                answer = connection.getresponse()
                text = answer.read()
                self.assertEqual((answer.status, answer.reason, answer.version), (200, "OK", 11))
                self.assertEqual(answer.getheader("Content-Type"), "text/plain; charset=utf-8")
                self.assertTrue(text.startswith(f"{method} /a/path?with=query\n".encode()), text[:80])
                self.assertIn(b"\nX-Header: value\n", text)
                self.assertTrue(text.endswith(body) if body else text.endswith(b"\n"))
            connection.request("HEAD", "/")
            self.assertEqual(connection.getresponse().read(), b"")
            connection.close()
            demo.end()

    def test_several_clients_at_once_and_rude_ones(self):
        with self.start() as demo:
            clients = [socket.create_connection((demo.host, demo.port), timeout=WAIT_SECONDS) for _ in range(200)]
            for number, client in enumerate(clients):
                client.sendall(f"GET /{number} HTTP/1.0\r\n".encode())
            clients[7].close()
            clients[8].sendall(b"no header\r\n\r\n")
            for number, client in reversed(list(enumerate(clients))):
                if number == 7:
                    continue
                if number != 8:
                    client.sendall(b"\r\n")
                answer = b"".join(iter(lambda: client.recv(65_536), b""))
                expected = b"HTTP/1.1 400 " if number == 8 else b"HTTP/1.0 200 OK\r\n"
                self.assertTrue(answer.startswith(expected), answer)
                self.assertTrue(number == 8 or answer.endswith(f"\r\n\r\nGET /{number}\n".encode()), answer)
                client.close()
            demo.end(signal.SIGINT)

    def test_wrong_arguments_and_a_port_in_use_end_it_with_one_line(self):
        with self.start() as demo:
            for port, reason in (("x", "must be between 0 and 65535"), (demo.port, "address in use")):
                with Demo("httpdtest", "127.0.0.1", port, ready=None) as other:
                    self.assertEqual(other.wait(), 1)
                    self.assertRegex(other.log, rf"\Ahttpdtest\.php: [^\n]*{reason}[^\n]*\n\Z")
                    self.assertEqual(other.output, "")
            demo.end()


if __name__ == "__main__":
    unittest.main()
