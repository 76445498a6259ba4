"""Laravel: the poll application, and what Kargo\\App\\Laravel\\LaravelApplication puts back after each request."""

import contextlib
import os
import re
import sqlite3
import time
import unittest
from pathlib import Path

from harness import ROOT, PhpServer, scratch_directory
from poll_pages import SECRETS, PollPages

IS_THERE = Path("/usr/share/php/Illuminate/Foundation").is_dir()
REQUESTS = 1000
# What a thousand requests may add; each single one of them would have to leave less than 70 bytes.
MORE_BYTES = 64 * 1024


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class LaravelPollsTest(PollPages, unittest.TestCase):
    APP, NAME = "laravel", "Laravel"

    def test_a_page_that_is_the_same_for_everybody(self):
        answer = self.server.get("/about")
        self.assertEqual((answer.status, answer.headers.get("set-cookie")), (200, None))
        self.assertIn("public", answer.headers["cache-control"])
        self.assertRegex(answer.body.decode(), r'<li>Laravel \d+\.\d+')
        self.assertNotIn(b"/login", answer.body)


class Application(unittest.TestCase):
    ROUTES, BOOT = "", ""

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.fifo = Path(cls.folder.name, "fifo")
        os.mkfifo(cls.fifo)
        environment = {
            "KARGO_DEMO_DSN": f"sqlite:{cls.folder.name}/poll.sqlite", "LARAVEL_FOLDER": cls.folder.name,
            "LARAVEL_ROUTES": cls.ROUTES, "LARAVEL_BOOT": cls.BOOT,
        }
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/laravel/server.php", "127.0.0.1", "0", env=environment)
        cls.addClassCleanup(cls.server.kill)
        cls.booted = cls.server.get("/state").json()

    def tearDown(self):
        self.assertNotIn("left something behind", self.server.log, "what the isolation guard finds")

    def state(self):
        answer = self.server.get("/state")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class LaravelApplicationTest(Application):
    def test_nothing_of_a_request_is_in_the_next(self):
        changed = self.server.get("/change").json()
        same = [name for name, value in self.booted.items() if value == changed[name]]
        self.assertEqual(same, ["request"], "what is not changed is not tested")
        self.assertEqual(self.state(), self.booted)

    def test_nor_of_one_that_ended_by_exit_or_an_exception(self):
        answer = self.server.get("/exit")
        self.assertEqual((answer.status, answer.body), (200, b"over"))
        self.server.wait_for_log("A request left a transaction open")
        self.assertEqual(self.state(), self.booted)
        answer = self.server.get("/throw")
        self.assertEqual(answer.status, 500)
        self.assertNotRegex(answer.body.decode(), SECRETS)
        self.assertNotIn(b"the secret", answer.body)
        self.server.wait_for_log("the secret")
        self.assertEqual(self.state(), self.booted)

    def test_fatal_errors_are_reported_and_shown_by_laravel(self):
        def without_token(page):
            return re.sub(rb'value="\w{40}"', b"", page)

        page = without_token(self.server.get("/throw").body)
        for kind, line in (
            ("memory", "production.ERROR: Allowed memory size of"),
            ("small", "production.ERROR: Allowed memory size of"),
            ("time", "production.ERROR: Maximum execution time of 1 second exceeded"),
            ("compile", "production.ERROR: Cannot redeclare"),
        ):
            start = len(self.server.log)
            answer = self.server.get(f"/fatal/{kind}")
            self.assertEqual((answer.status, without_token(answer.body)), (500, page), kind)
            self.server.wait_for_log(line, start)
            self.assertEqual(self.state(), self.booted, kind)

    def test_a_stream_that_breaks_is_reported_and_cut_off(self):
        start = len(self.server.log)
        self.assertEqual(self.server.get("/broken").status, 500)
        self.server.wait_for_log("production.ERROR: the secret of a stream", start)
        for end, line in (("", "the secret of a stream"), ("&fatal=1", "Cannot redeclare")):
            start = len(self.server.log)
            data = self.server.until_closed(f"GET /broken?first=1{end} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            self.assertIn(b"first", data)
            self.assertNotIn(b"<html", data)
            self.assertFalse(data.endswith(b"0\r\n\r\n"), "the client can tell that it is not whole")
            self.server.wait_for_log(f"production.ERROR: {line}", start)
            self.assertEqual(self.state(), self.booted)
        self.assertIn(b"<html", self.server.get("/throw").body, "Laravel's handler is back")

    def test_a_session_that_was_touched_while_booting_is_nobodys(self):
        self.assertEqual(self.server.get("/change").status, 200)
        self.assertEqual(self.server.get("/who").json(), {"session": None, "user": None})

    def test_transactions_that_the_framework_knows_nothing_of_are_ended(self):
        before = self.server.get("/committed").json()
        for how in ("pdo", "statement"):
            start = len(self.server.log)
            self.assertEqual(self.server.get(f"/begin/{how}").body, b"begun")
            self.assertEqual(self.server.get("/committed").json(), before)
            self.server.wait_for_log("A request left a transaction open", start)

    def test_tenants_have_drivers_of_their_own(self):
        for name in ("none", "ann", "bob", "none", "ann", "bob", "none"):
            self.assertEqual(set(self.server.get(f"/tenant/{name}").json().values()), {name})
        self.assertEqual(set(self.server.get("/for-a-while/ann").json().values()), {"ann"})
        self.assertEqual(set(self.server.get("/tenant/none").json().values()), {"none"})
        for name in ("none", "ann", "bob"):
            lines = Path(self.folder.name, name, "log").read_text()
            self.assertEqual(set(re.findall(r"line of (\w+);", lines)), {name})

    def test_what_is_set_on_disks_and_caches_ends_with_the_request(self):
        booted = {"first": "drivers-first", "second": "drivers-second", "seconds": 3600, "events": True}
        for _ in range(2):  # the first time they are made by the request that sets it
            self.assertEqual(
                self.server.get("/set-drivers").json(),
                {"first": "drivers-visitor", "second": "drivers-visitor", "seconds": 7, "events": False},
            )
            self.assertEqual(self.server.get("/drivers").json(), booted)

    def test_drivers_that_the_application_makes_itself_are_of_one_request(self):
        for name in ("ann", "bob", "ann"):
            self.assertEqual(set(self.server.get(f"/own-drivers?visitor={name}").json().values()), {f"drivers-{name}"})
        for name, lines in (("ann", 4), ("bob", 2)):
            self.assertEqual(Path(self.folder.name, f"drivers-{name}", "log").read_text().count("\n"), lines)

    def test_names_of_drivers_do_not_pile_up(self):
        descriptors = {self.server.get(f"/new-names/{number}").body for number in range(12)}
        self.assertEqual(len(descriptors), 1, descriptors)

    def test_themes_are_of_the_request_that_has_set_them(self):
        for name in ("plain", "red", "blue"):
            folder = Path(self.folder.name, "themes", name, "en")
            folder.mkdir(parents=True)
            folder.with_name("themed.blade.php").write_text(name)
            (folder / "words.php").write_text(f"<?php return ['name' => '{name}'];")
        plain = ["plain", "theme::words.name", "line.added"]
        for path, seen in (("", plain), ("/red", ["red"] * 3), ("/blue", ["blue"] * 3), ("", plain)):
            self.assertEqual(self.server.get(f"/theme{path}").json(), seen)

    def test_what_was_added_to_a_connection_while_booting_stays(self):
        self.assertEqual([self.server.get("/reversed").json() for _ in range(2)], [["cba", "PDO", "PDO"]] * 2)

    def test_a_service_that_is_replaced_is_there_again(self):
        for service in ("log", "cache", "db", "view", "session", "auth", "config"):
            self.assertIn(self.server.get(f"/replace/{service}").status, (200, 500))
            self.assertEqual(self.state(), self.booted, service)
        self.assertNotIn("is not put back", self.server.log)

    def test_nothing_that_a_request_does_to_its_route(self):
        marked = {"before": None, "now": True, "url": "/counted/7"}
        self.assertEqual([self.server.get("/route").json() for _ in range(3)], [marked] * 3)

    def test_a_controller_lives_for_one_request(self):
        self.assertEqual([self.server.get(f"/keeping?name={name}").body for name in ("ann", "bob")], [b"ann", b"bob"])

    def test_a_controller_of_a_request_inside_of_another_does_too(self):
        self.assertEqual([self.server.get(f"/nested/{name}").body for name in ("ann", "bob")], [b"ann", b"bob"])

    def test_values_are_dumped_for_browsers_with_the_style_sheet_each_time(self):
        for _ in range(2):
            page = self.server.get("/dd").body.decode()
            self.assertIn("<style>", page)
            self.assertIn("&lt;b&gt;", page)

    def test_what_the_boot_has_put_into_memory_is_in_each_request(self):
        for _ in range(2):
            self.assertEqual(self.server.get("/of-the-boot").json(), ["seen", None])
            time.sleep(1.1)  # longer than it may stay there: that begins again with each request

    def test_what_the_boot_has_made_is_as_it_was(self):
        first = self.server.get("/made-by-the-boot").json()
        self.assertEqual((first[0], first[2]), (0, "sync"))
        self.assertEqual(self.server.get("/made-by-the-boot").json(), first)

    def test_closures_of_queues_are_read(self):
        self.assertEqual(self.server.get("/closure").body, b"called")

    def test_locks_in_memory_end_with_their_request(self):
        self.assertEqual([self.server.get("/lock").body for _ in range(2)], [b"1", b"1"])

    def test_models_have_their_listeners_in_each_request(self):
        self.assertEqual([self.server.get("/retrieved").json() for _ in range(3)], [{"retrieved": True}] * 3)

    def test_the_application_is_in_no_console_and_in_no_class(self):
        self.assertEqual(self.server.get("/console").json(), {"console": False, "class": ""})

    def test_a_database_file_that_is_replaced_is_opened_again(self):
        file = Path(self.folder.name, "poll.sqlite")
        before = self.server.get("/questions").json()
        self.assertEqual(self.server.get("/questions").json(), before, "the connection stays")
        whole, other = file.read_bytes(), file.with_suffix(".other")
        other.write_bytes(whole)
        with contextlib.closing(sqlite3.connect(other)) as connection, connection:
            connection.execute("UPDATE poll SET question = 'another'")
        other.rename(file)
        self.assertEqual(set(self.server.get("/questions").json()[0]), {"another"})
        file.unlink()
        self.assertEqual(self.server.get("/questions").status, 500)
        file.write_bytes(whole)
        self.assertEqual(self.server.get("/questions").json()[0], before[0])

    def test_a_stream_is_sent_while_it_is_made(self):
        with self.server.connect() as client:
            client.sendall(f"GET /stream?fifo={self.fifo} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            stream = client.makefile("rb")
            while (line := stream.readline()) != b"first\n":
                self.assertNotEqual(line, b"")
            self.fifo.write_text("second\n")
            self.assertIn(b"second\n", stream.read())

    def test_a_file_is_sent(self):
        answer = self.server.get("/file")
        self.assertEqual(answer.body, (ROOT / "tests/blackbox/clients/laravel/app.php").read_bytes())
        self.assertIn("app.txt", answer.headers["content-disposition"])

    def test_terminate_comes_after_the_answer_and_its_exceptions_are_reported(self):
        self.assertEqual(self.server.get(f"/terminate?fifo={self.fifo}").body, b"answered")
        self.fifo.write_text("now")
        self.server.wait_for_log("terminating: now")
        self.assertEqual(self.server.get("/console").status, 200)

    def test_each_middleware_that_has_something_to_do_at_the_end_does_it(self):
        for number in range(3):
            self.assertEqual(self.server.get(f"/counted/{number}").body, str(number).encode())
            self.server.wait_for_log(f"terminated counted/{number}, middleware is on")
            start = len(self.server.log)
            self.assertEqual(self.server.get("/sub-request").body, b"answered")
            self.server.wait_for_log("afterwards, middleware is on")
            self.assertNotIn("terminated", self.server.log[start:])

    def test_a_thousand_requests_leave_nothing_in_memory(self):
        def visit(number):
            for _ in range(number // 5):
                for path, status in (("/poll", 200), ("/login", 200), ("/change", 200), ("/poll/results/99", 404), ("/state", 200)):
                    self.assertEqual(self.server.get(path).status, status)

        visit(100)
        before = self.server.get("/memory").json()
        visit(REQUESTS)
        after = self.server.get("/memory").json()
        self.assertEqual(after["resets"] - before["resets"], REQUESTS + 1)
        self.assertLess(after["bytes"] - before["bytes"], MORE_BYTES)


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class LaravelDecoratedTest(Application):
    BOOT = "decorated"

    def test_services_may_be_decorated(self):
        decorated = ["DecoratedLog", "DecoratedCache", True]
        for _ in range(2):
            self.assertEqual(self.server.get("/decorated").json(), decorated)
            self.assertEqual(self.server.get("/begin/pdo").body, b"begun")
            self.assertEqual(self.state(), self.booted)
        self.assertNotIn("is not put back", self.server.log)


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class LaravelLateSettingsTest(Application):
    BOOT = "late"

    def test_settings_may_come_before_what_is_made_from_them(self):
        for name in ("ann", "bob"):
            folder = Path(self.folder.name, f"late-{name}")
            folder.mkdir(exist_ok=True)
            folder.joinpath("late.blade.php").write_text(name)
            self.assertEqual(self.server.get(f"/late-settings/{name}").json(), [name, "de", f"{name}.example"])
            self.assertEqual(self.state(), self.booted)


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class LaravelStubbornTest(Application):
    BOOT = "stubborn"

    def test_a_worker_whose_state_can_not_be_put_back_is_replaced(self):
        first = self.server.get("/process").json()
        self.assertEqual(self.server.get("/process").json(), first)
        self.assertEqual(self.server.get("/stubborn").json(), [first[0], "secret"])
        process, visitor = self.server.get("/process").json()
        self.assertNotEqual(process, first[0])
        self.assertIsNone(visitor)
        self.server.wait_for_log("the cache stays full")
        self.assertEqual(self.server.get("/process").json(), [process, None])


@unittest.skipUnless(IS_THERE, "php-laravel-framework is not installed")
class TwoLaravelApplicationsTest(Application):
    BOOT = "two"

    def test_each_is_itself_in_its_requests(self):
        for _ in range(2):
            self.assertEqual(self.server.get("/retrieved").json(), {"retrieved": True})
            self.assertIn(b"/second/", self.server.get("/second/about").body)
            self.assertEqual(self.server.get("/second/where").json(), ["de", "de", "Asia/Tokyo"])
            self.assertEqual(self.state()["locale"], ["en", "en", "UTC"])
            self.assertEqual(self.state(), self.booted)


class LaravelCachedRoutesTest(LaravelApplicationTest):
    ROUTES = "cached"

    def test_routes_beside_the_cached_ones(self):
        self.assertEqual(self.server.get("/added-later").body, b"later")
        self.assertEqual(self.server.get("/visitor").status, 404)
