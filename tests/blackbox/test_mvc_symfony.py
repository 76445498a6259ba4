"""The poll application on Symfony, and the adapter it runs on."""

import fcntl
import re
import unittest
from pathlib import Path

from harness import ROOT, PhpServer, scratch_directory, wait_until
from poll_pages import PollPages

SECRETS = re.compile(rb"secret|Exception|\.php|Stack trace")


class SymfonyPagesTest(PollPages, unittest.TestCase):
    APP, NAME = "symfony", "Symfony"


class KernelApplicationTest(unittest.TestCase):
    """One worker, so that each request comes after the one before it."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/symfony.php", cls.folder.name)
        cls.addClassCleanup(cls.server.kill)

    def names(self, name):
        return self.server.get(f"/names?name={name}").json()

    def test_services_are_reset_between_requests(self):
        first, second = self.names("ann"), self.names("bob")
        self.assertEqual((first["names"], second["names"]), (["ann"], ["bob"]))
        self.assertEqual((first["made"], first["pid"]), (second["made"], second["pid"]), "one kernel for both")

    def test_an_exception_of_a_controller(self):
        before = self.names("ann")["made"]
        answer = self.server.get("/exception?name=ann")
        self.assertEqual(answer.status, 500)
        self.assertNotRegex(answer.body, SECRETS)
        self.server.wait_for_log("a secret of a controller")
        after = self.names("bob")
        self.assertEqual((after["names"], after["made"]), (["bob"], before), "what the framework caught leaves a clean kernel")

    def test_an_error_of_a_controller(self):
        start = len(self.server.log)
        for _ in range(3):
            answer = self.server.get("/error?name=ann")
            self.assertEqual(answer.status, 500)
            self.assertIn(b"<html", answer.body, "the application's page")
            self.assertNotRegex(answer.body, SECRETS)
        self.server.wait_for_log("a secret of a controller", start)
        self.assertEqual(self.names("bob")["names"], ["bob"])

    def test_exit_of_a_controller_gets_a_new_kernel(self):
        before = self.names("ann")
        answer = self.server.get("/exit?name=ann")
        self.assertEqual((answer.status, answer.body), (200, b"bye"))
        after = self.names("bob")
        self.assertEqual((after["names"], after["made"], after["pid"]), (["bob"], before["made"] + 1, before["pid"]))
        found = re.findall(r"left something behind.* name=(\S+)", self.server.log)
        self.assertLessEqual(set(found), {"App\\Memory::$made"}, "the guard takes a new kernel for no leak")

    def test_a_streamed_response(self):
        flag = Path(self.folder.name, "stream")
        with self.server.connect() as connection:
            connection.sendall(f"GET /stream?until={flag} HTTP/1.0\r\nHost: a\r\n\r\n".encode())
            data = b""
            while b"first" not in data:
                part = connection.recv(4096)
                self.assertTrue(part)
                data += part
            self.assertNotIn(b"second", data, "the first part came before the second was made")
            flag.touch()
            while part := connection.recv(4096):
                data += part
        self.assertIn(b"first, second", data.replace(b"\r\n", b""))

    def test_a_stream_that_breaks(self):
        start, before = len(self.server.log), self.names("ann")["made"]
        for number, name in enumerate(("RuntimeException", "Error"), 1):
            data = self.server.until_closed(f"GET /broken?class={name} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            self.assertIn(b"first", data)
            self.assertFalse(data.endswith(b"0\r\n\r\n"), "the client can tell that it is not whole")
            self.assertNotRegex(data, SECRETS)
            self.assertEqual(self.names("bob")["made"], before + number)
            self.server.wait_for_log(f"Uncaught PHP Exception {name}: .*a secret of a stream", start)
        self.assertEqual(self.server.get("/error").status, 500, "the framework's handler is back")

    def test_a_stream_that_breaks_at_once_is_the_applications_error_page(self):
        page = self.server.get("/exception").body
        for name in ("RuntimeException", "Error"):
            start = len(self.server.log)
            answer = self.server.get(f"/broken?first=&class={name}")
            self.assertEqual((answer.status, answer.body), (500, page))
            self.server.wait_for_log(f"Uncaught PHP Exception {name}: .*a secret of a stream", start)
        self.assertEqual(self.names("bob")["names"], ["bob"])

    def test_an_exception_after_the_answer(self):
        start, before = len(self.server.log), self.names("ann")["made"]
        answer = self.server.get("/names?name=ann&throw=1")
        self.assertEqual((answer.status, answer.json()["names"]), (200, ["ann"]))
        # The framework's own line, which is Monolog's where that is.
        self.server.wait_for_log("Uncaught PHP Exception RuntimeException: .*a secret after the answer", start)
        after = self.names("bob")
        self.assertEqual((after["names"], after["made"]), (["bob"], before + 1))
        self.assertNotIn("PHP warning", self.server.log[start:])

    def test_fatal_errors_have_the_applications_page(self):
        page = self.server.get("/exception").body
        for kind, message in (
            ("memory", "Allowed memory size of"),
            ("small", "Allowed memory size of"),
            ("time", "Maximum execution time of 1 second exceeded"),
            ("compile", "Cannot redeclare"),
        ):
            start = len(self.server.log)
            answer = self.server.get(f"/fatal?kind={kind}&name=ann")
            self.assertEqual((answer.status, answer.body), (500, page), kind)
            self.server.wait_for_log(f"Fatal Error: {message}", start)
            self.assertEqual(self.names("bob")["names"], ["bob"], kind)

    def test_a_fatal_error_after_the_first_bytes(self):
        start = len(self.server.log)
        data = self.server.until_closed(b"GET /fatal?kind=compile&first=1 HTTP/1.1\r\nHost: a\r\n\r\n")
        self.assertIn(b"first", data)
        self.assertNotIn(b"<html", data)
        self.assertFalse(data.endswith(b"0\r\n\r\n"), "the client can tell that it is not whole")
        self.server.wait_for_log("Fatal Error: Cannot redeclare", start)
        self.assertEqual(self.names("bob")["names"], ["bob"])

    def test_terminate_comes_after_the_answer(self):
        start, flag = len(self.server.log), Path(self.folder.name, "terminate")
        answer = self.server.get(f"/names?name=ann&until={flag}")
        self.assertEqual(answer.json()["names"], ["ann"])
        self.assertNotIn("terminated", self.server.log[start:])
        flag.touch()
        self.server.wait_for_log("terminated after the answer", start)

    def test_files_redirects_and_cookies(self):
        source = (ROOT / "tests/blackbox/clients/symfony.php").read_bytes()
        self.assertEqual(self.server.get("/file").body, source)
        part = self.server.get("/file", {"Range": "bytes=2-4"})
        self.assertEqual((part.status, part.body), (206, b"php"))
        self.assertEqual(self.server.request("HEAD", "/file").headers["content-length"], str(len(source)))
        data = self.server.until_closed(b"GET /redirect HTTP/1.0\r\nHost: a\r\n\r\n")
        self.assertRegex(data, rb"^HTTP/1\.[01] 303 ")
        self.assertEqual(len(re.findall(rb"(?im)^set-cookie: [ab]=[12];", data)), 2)
        self.assertEqual(self.server.get("/nowhere/at/all").status, 404)

    def test_proxies_are_trusted_as_configured(self):
        for client in ("192.0.2.1", "192.0.2.2"):
            headers = {"X-Forwarded-For": client, "X-Forwarded-Proto": "https"}
            self.assertEqual(self.server.get("/client", headers).json(), [client, True, "en"])
        self.assertEqual(self.server.get("/client").json(), ["127.0.0.1", False, "en"])

    def test_an_answer_without_a_body_changes_no_other(self):
        before = self.server.get("/type").json()
        self.assertEqual(self.server.get("/nothing").status, 204)
        self.assertEqual((self.server.get("/type").json(), before), ("text/html", "text/html"))

    def test_a_session_that_the_framework_has_not_started(self):
        cookie = self.server.get("/plain-session").headers["set-cookie"].split(";")[0]
        self.assertEqual([self.server.get("/plain-session", {"Cookie": cookie}).json() for _ in range(2)], [2, 3])

    def test_a_session_id_that_is_none(self):
        cookie = {"Cookie": "PHPSESSID=../../x"}
        self.assertEqual(self.server.get("/session", cookie).status, 200)
        self.assertEqual(self.server.get("/error").status, 500)
        self.assertEqual(self.server.get("/session", cookie).status, 200, "with a new kernel too")

    def test_the_locale_of_a_request_ends_with_it(self):
        self.assertEqual([self.server.get("/locale").json() for _ in range(2)], ["en", "en"])

    def test_an_open_transaction_ends_with_its_request(self):
        start = len(self.server.log)
        self.assertEqual([self.server.get("/transaction").json() for _ in range(2)], [False, False])
        self.server.wait_for_log("the connection is closed", start)
        self.assertEqual(self.server.get("/commit").json(), True, "no mark of a failed transaction is left")

    def test_a_connection_that_was_lost_costs_one_request(self):
        for _ in range(2):
            self.assertEqual(self.server.get("/lose").status, 500)
            self.assertEqual(self.server.get("/commit").json(), True)

    def test_sessions_of_two_visitors(self):
        path, cookies = str(Path(self.folder.name, "sessions")), {}
        for name in ("ann", "bob"):
            answer = self.server.get(f"/session?name={name}")
            self.assertEqual(answer.json(), [None, path])
            cookies[name] = answer.headers["set-cookie"]
            self.assertRegex(cookies[name], "(?i)httponly; *samesite=lax")
            self.assertNotRegex(cookies[name], "(?i)secure")
        for _ in range(3):
            for name, cookie in cookies.items():
                self.assertEqual(self.server.get("/session", {"Cookie": cookie.split(";")[0]}).json(), [name, path])
                self.assertEqual(self.server.get("/session?name=x").json(), [None, path])
        secure = self.server.get("/session?name=x", {"X-Forwarded-Proto": "https"}).headers["set-cookie"]
        self.assertRegex(secure, "(?i); *secure")
        self.assertNotRegex(self.server.get("/session?name=x").headers["set-cookie"], "(?i)secure")

    def test_a_thousand_requests_need_no_more_memory(self):
        def resident():
            status = Path(f"/proc/{self.server.workers()[0]}/status").read_text()
            return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

        def requests(count):
            for number in range(count):
                self.server.get(f"/names?name={number}")
                if number % 10 == 0:
                    self.server.get("/session?name=x")
                    self.server.get("/exception")

        requests(300)
        before, used = resident(), self.server.get("/memory").json()
        requests(1000)
        self.assertLess(self.server.get("/memory").json() - used, 32 * 1024, "bytes of PHP's memory")
        self.assertLess(resident() - before, 1024, "KiB")


class HttpCacheTest(unittest.TestCase):
    """HttpCache around the kernel."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/symfony.php", cls.folder.name, "cache")
        cls.addClassCleanup(cls.server.kill)

    def test_what_comes_after_a_hit_ends_with_its_request(self):
        answers = [self.server.get("/cached?late=ann") for _ in range(3)]
        self.assertEqual([answer.body for answer in answers], [b'"cached"'] * 3)
        self.assertIn("age", answers[2].headers)
        self.assertEqual(self.server.get("/names?name=bob").json()["names"], ["bob"])

    def test_no_request_is_kept(self):
        self.assertEqual({self.server.get(f"/held?number={number}").json() for number in range(20)}, {1})

    def test_no_lock_is_kept(self):
        self.assertEqual([self.server.get("/stale").json() for _ in range(2)], ["stale"] * 2)
        Path(self.folder.name, "private").touch()
        self.assertEqual(self.server.get("/stale").json(), "private")
        locks = [path for path in Path(self.folder.name, "http", "md").rglob("*") if path.is_file()]
        self.assertTrue(locks)

        def are_free():
            for lock in locks:
                with lock.open() as file:
                    try:
                        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        return False
            return True

        # They are let go when the client has its answer.
        wait_until(are_free)

    def test_proxies_that_a_request_trusted(self):
        self.assertEqual(self.server.get("/trust").body, b"bye")
        self.assertEqual(self.server.get("/client", {"X-Forwarded-For": "192.0.2.1"}).json(), ["127.0.0.1", False, "en"])

    def test_an_error_has_the_applications_page(self):
        for _ in range(2):
            answer = self.server.get("/error")
            self.assertEqual(answer.status, 500)
            self.assertIn(b"<html", answer.body)


class SettingsTest(unittest.TestCase):
    """What a request sets in the framework itself; the first request does it, before any other has seen the services."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/symfony_settings.php", cls.folder.name)
        cls.addClassCleanup(cls.server.kill)
        cls.first = cls.server.get("/set")

    def test_a_global_of_each_page(self):
        self.assertEqual([self.server.get(f"/title?title={title}").json() for title in "ab"], [["a"], ["b"]])

    def test_a_kernel_that_was_replaced_is_gone(self):
        for _ in range(3):
            self.assertEqual(self.server.get("/set?exit=1").body, b"bye")
        self.assertEqual(self.server.get("/kernels").json(), [1])

    def test_what_a_request_sets_ends_with_it(self):
        self.assertEqual((self.first.body, self.first.headers["set-cookie"]), (b"set", "name=ann; path=/; httponly; samesite=lax"))
        for before in ("/set?exit=1", "/set", "/set"):
            answer = self.server.get("/show")
            self.assertEqual(answer.json(), {
                "shop": "/shop",
                "page": "January 1, 2020 12:00 1,235 of all",
                "made": None,
                "method": "GET",
                "format": None,
                "main": True,
            })
            self.assertNotIn("set-cookie", answer.headers, "a listener that another has added")
            sendfile = {"X-Sendfile-Type": "X-Accel-Redirect", "X-Accel-Mapping": f"{self.folder.name}/=/files/"}
            self.assertNotIn("x-accel-redirect", self.server.get("/file", sendfile).headers)
            self.assertIn(self.server.get(before).body, (b"set", b"bye"))

    def test_the_port_of_another_is_in_no_address(self):
        def address(headers):
            return self.server.get("/address", headers).json()

        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}
        self.assertEqual(address(forwarded), ["https://127.0.0.1:8443/secure"])
        self.assertEqual(address({}), ["https://127.0.0.1/secure"])

    def test_hosts_and_addresses_of_clients_are_not_kept(self):
        def kept(number):
            return self.server.get("/kept", {"Host": f"h{number}.localhost", "X-Forwarded-For": f"192.0.2.{number}"}).json()

        first = kept(0)
        self.assertEqual([kept(number) for number in range(1, 20)], [first] * 19)

    def test_a_service_listens_as_long_as_it_lives(self):
        self.assertEqual([self.server.get("/count").headers["x-answers"] for _ in range(3)], ["1", "2", "3"])


class DebugTest(unittest.TestCase):
    """The same application with APP_DEBUG, where the dispatcher takes listeners away and puts them back."""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/symfony_settings.php", cls.folder.name, "debug")
        cls.addClassCleanup(cls.server.kill)

    def test_nobody_listens_twice(self):
        first = self.server.get("/listeners").json()
        for path in ("/show", "/nowhere", "/set", "/show", "/set?exit=1", "/show"):
            self.server.get(path)
            self.assertEqual(self.server.get("/listeners").json(), first)

    def test_a_service_listens_as_long_as_it_lives(self):
        self.assertEqual([self.server.get("/count").headers["x-answers"] for _ in range(3)], ["1", "2", "3"])

    def test_an_error_says_what_to_do(self):
        for _ in range(2):
            answer = self.server.get("/undefined")
            self.assertEqual(answer.status, 500)
            self.assertIn(b"Attempted to call function &quot;nothing_of_that_name&quot;", answer.body)
