"""main.php and test.php as commands: what they print and how they end."""

import os
import shutil
import socket
import subprocess
import unittest

from clients.poll_server import BIN, QUESTION, PollServer, environment
from harness import PHP, WAIT_SECONDS, PhpServer, free_port, php_arguments, run_php, scratch_directory

POLL = "  What framework do you prefer?\n    a. Zend Framework\n    b. Symphony\n    c. I just write code\n"


def run_main(*arguments, **variables):
    """Runs main.php to its end: (exit code, stdout, stderr)."""
    done = subprocess.run(
        [PHP, *php_arguments(), BIN / "main.php", *arguments], cwd=BIN, capture_output=True, text=True,
        timeout=WAIT_SECONDS, env={**os.environ, **variables}, stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


class TestPhpTest(unittest.TestCase):
    def test_prints_the_answer_of_each_protocol(self):
        with PollServer() as server:
            code, output, errors = run_php(BIN / "test.php", server.host, server.port)
        self.assertEqual((code, errors), (0, ""))
        protocols = ("JSON-RPC", "XML-RPC", "SOAP", "REST")
        self.assertEqual(output, "".join(f"poll.getAllPolls by {protocol}:\n{POLL}" for protocol in protocols))

    def test_needs_no_extension_at_all(self):
        with PollServer() as server:
            done = subprocess.run(
                [PHP, "-n", BIN / "test.php", server.host, str(server.port)],
                capture_output=True, text=True, timeout=WAIT_SECONDS,
            )
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_nobody_there(self):
        port = free_port()
        code, output, errors = run_php(BIN / "test.php", "127.0.0.1", port)
        self.assertEqual((code, output), (1, ""))
        self.assertRegex(errors, rf"^test.php: http://127.0.0.1:{port}/jsonrpc: nobody answers.*\n$")

    def test_another_server_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(WAIT_SECONDS)
            port = listener.getsockname()[1]
            client = subprocess.Popen(
                [PHP, *php_arguments(), BIN / "test.php", "127.0.0.1", str(port)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(WAIT_SECONDS)
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                output, errors = client.communicate(timeout=WAIT_SECONDS)
        self.assertEqual((client.returncode, output), (1, ""))
        self.assertIn("404 Not Found", errors)

    def test_a_fault_is_told(self):
        with PollServer() as server:
            shutil.move(server.file, f"{server.file}.away")
            code, _, errors = run_php(BIN / "test.php", server.host, server.port)
        self.assertEqual(code, 1)
        self.assertRegex(errors, r"^test.php: fault -32603: .*\n$")


class MainPhpTest(unittest.TestCase):
    def assert_ends(self, result, message):
        code, output, errors = result
        self.assertEqual((code, output), (1, ""), errors)
        self.assertRegex(errors, message)
        self.assertEqual(errors.count("\n"), 1, errors)

    def run_on_scratch(self, *arguments):
        with scratch_directory() as folder:
            return run_main(*arguments, **environment(f"sqlite:{folder}/data/poll.sqlite"))

    def test_a_port_in_use(self):
        with PollServer() as server:
            self.assert_ends(self.run_on_scratch("127.0.0.1", str(server.port)), rf"127\.0\.0\.1:{server.port}")
            self.assertEqual(server.get("/jsonrpc").status, 200)

    def test_bad_addresses(self):
        for host, port in (("nonsense:x:", "1"), ("127.0.0.1", "http"), ("127.0.0.1", "65536"), ("192.0.2.1", "0")):
            with self.subTest(host=host, port=port):
                self.assert_ends(self.run_on_scratch(host, port), r"^main\.php: .+")

    def test_a_database_that_is_not_there(self):
        port = free_port()
        server = f"host=127.0.0.1;port={port};dbname=x"
        for dsn in (f"mysql:{server}", f"pgsql:{server}", "none:x", ""):
            with self.subTest(dsn):
                ended = run_main("127.0.0.1", "0", **environment(dsn, "me", "secret"))
                self.assert_ends(ended, r"^main\.php: .+")
                self.assertNotIn("secret", ended[2])

    def test_a_database_that_can_not_be_made(self):
        ended = run_main("127.0.0.1", "0", **environment("sqlite:/dev/null/data/poll.sqlite"))
        self.assert_ends(ended, r"^main\.php: /dev/null/data")

    def test_a_bad_number_of_workers(self):
        self.assert_ends(run_main("127.0.0.1", "0", **environment("sqlite:x", workers="many")), "workers")

    def test_ipv6(self):
        with PollServer(host="::1") as server:
            code, _, errors = run_php(BIN / "test.php", "::1", server.port)
            self.assertEqual((code, errors), (0, ""))

    def test_the_file_of_the_first_start_is_used_by_the_next(self):
        with scratch_directory() as folder:
            settings = environment(f"sqlite:{folder}/data/poll.sqlite")
            for expected in (1, 2):
                with PhpServer(BIN / "main.php", "127.0.0.1", "0", env=settings) as server:
                    answer = server.json_rpc("poll.vote", QUESTION, "b", f"user {expected}")
                    self.assertEqual(answer["result"], {"a": 0, "b": expected, "c": 0})
                    server.stop()
