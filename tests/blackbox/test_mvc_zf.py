"""Zend Framework 1, unpatched, where ZEND_DIR names a copy of its library/Zend: the polls, and what such applications leave behind."""

import json
import os
import re
import unittest
from pathlib import Path

from clients.visitor import Visitor
from harness import ROOT, PhpServer, ProcessError, scratch_directory
from poll_pages import PollPages

ZEND = Path(os.environ.get("ZEND_DIR") or "/nonexistent")
needs_zend = unittest.skipUnless((ZEND / "Controller/Front.php").is_file(), "ZEND_DIR names no Zend Framework 1")
TRAPS = ROOT / "tests/blackbox/clients/zend_traps/main.php"


@needs_zend
class ZendTest(PollPages, unittest.TestCase):
    APP, NAME = "zf", "Zend Framework"

    def test_fields_that_are_lists_are_refused(self):
        visitor = self.visitor().get("/login")
        token = visitor.form("/login/auth").fields["token"]
        visitor.post("/login/auth", {"token": token, "username[]": "ann", "password": "x"})
        self.assertEqual((visitor.status, visitor.has_form("/login/auth")), (422, True))
        self.assertEqual(visitor.post("/login/auth", {"token[]": token, "username": "ann"}).status, 403)
        visitor = self.visitor("ann")
        form = visitor.form("/poll/vote").fields
        visitor.post("/poll/vote", {**form, "poll": "", "poll[]": "1", "option": "a"})
        self.assertEqual(visitor.status, 404)
        visitor.post("/poll/vote", {"token": form["token"], "poll": "1", "option[]": "a"})
        self.assertIn("Choose one of the options.", visitor.text)
        for path in ("/poll/vote", "/login/auth", "/login/logout", "/error/error", "/error/error?error_handler[x]=1"):
            self.assertEqual(visitor.get(path).status, 404, path)

    def test_who_only_looks_gets_no_session(self):
        for path in ("/", "/poll", "/poll/results/1", "/nowhere"):
            self.assertIsNone(self.visitor().get(path).headers["set-cookie"], path)


class WithoutZendTest(unittest.TestCase):
    def test_main_says_where_the_framework_comes_from(self):
        with self.assertRaises(ProcessError) as error:
            PhpServer(ROOT / "demos/zf/bin/main.php", "127.0.0.1", "0", env={"ZEND_DIR": "/nonexistent"})
        self.assertRegex(str(error.exception), r"(?m)^main\.php: Zend Framework 1 is not there: .*zf1-future.*ZEND_DIR$")


@needs_zend
class TrapsTest(unittest.TestCase):
    def serve(self, **environment):
        folder = scratch_directory()
        self.addCleanup(folder.cleanup)
        server = PhpServer(TRAPS, f"{folder.name}/sessions.sqlite", env=environment)
        self.addCleanup(server.kill)
        return server

    def state(self, server):
        answer = server.get("/trap/state")
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def assert_nothing_stays(self, hows):
        server = self.serve()
        before = self.state(server)
        self.assertEqual(before["start"], [False, True, 2], "headers can be sent; buffers: the server's, the dispatcher's")
        for how, status in hows.items():
            with self.subTest(how=how):
                answer = server.get(f"/trap/leave?name=alice&how={how}")
                self.assertEqual(answer.status, status, answer.body)
                self.assertEqual(self.state(server), before)
        self.assertEqual(re.findall(r".*a request left something behind.*", server.log), [])

    def test_nothing_stays_of_a_request_that_returned(self):
        self.assert_nothing_stays({"returned": 203, "buffers": 203, "transaction": 203})

    def test_nothing_stays_of_a_request_that_ended_otherwise(self):
        self.assert_nothing_stays({"exit": 200, "throw": 500, "through": 500, "fatal": 500})

    def test_a_shutdown_function_that_fails_keeps_nothing_either(self):
        server = self.serve()
        before = self.state(server)
        self.assertEqual(server.get("/trap/leave?name=alice&how=shutdown").status, 500)
        self.assertEqual(self.state(server), before)

    def test_each_visitor_has_a_session(self):
        server = self.serve()
        visitors = [Visitor(server), Visitor(server), Visitor(server)]
        for number in range(1, 4):
            for visitor in visitors:
                visitor.get("/trap/count")
                self.assertEqual(json.loads(visitor.body), {"count": number})
                self.assertEqual(server.get("/trap/state").status, 200)
        self.assertEqual(len({tuple(visitor.cookies.values()) for visitor in visitors}), 3)
        self.assertEqual(json.loads(visitors[0].get("/trap/destroy").body), {"isDestroyed": True})
        counts = [json.loads(visitor.get("/trap/count").body)["count"] for visitor in visitors]
        self.assertEqual(counts, [1, 4, 4])

    def test_a_script_that_dies_ends_its_request_only(self):
        server = self.serve()
        before = self.state(server)
        for _ in range(3):
            answer = server.get("/trap/die")
            self.assertEqual((answer.status, answer.body), (200, b"half a word"))
            answer = server.get("/trap/redirect")
            self.assertEqual((answer.status, answer.headers["location"]), (302, "/trap/state"))
            self.assertEqual(self.state(server), before, "the same worker, as it was")

    def test_an_error_in_a_view_leaves_no_output(self):
        server = self.serve()
        before = self.state(server)
        for path in ("/trap/view", "/trap/layout", "/trap/view"):
            answer = server.get(path)
            self.assertEqual((answer.status, answer.body), (500, b"the error page"), path)
            self.assertEqual(self.state(server), before)
            plain = server.get("/trap/plain")
            self.assertEqual((plain.status, plain.body), (200, b"<title></title>a plain page\n"))

    def test_a_resource_of_each_request_sees_its_visitor(self):
        server = self.serve()
        for language in ("de", "fr", "de"):
            answer = server.get("/trap/state", {"Accept-Language": f"{language}-XX"})
            self.assertEqual(json.loads(answer.body)["language"], language)
        self.assertEqual(self.state(server)["language"], "no")

    def test_a_resource_that_is_not_there_is_told(self):
        server = self.serve(TRAPS_RESOURCE="nonsense")
        server.wait_for_log(r'The bootstrap has no resource \\"nonsense\\"')

    def test_a_bootstrap_that_sends_the_response_itself(self):
        server = self.serve(TRAPS_OWN_RUN="1")
        for _ in range(3):
            answer = server.get("/trap/plain")
            self.assertEqual((answer.body, answer.headers["x-sent-by"]), (b"<title></title>a plain page\n", "bootstrap"))

    def test_memory_does_not_grow(self):
        server = self.serve()

        def used():
            return json.loads(server.get("/trap/memory").body)["bytes"]

        def leave(times):
            for number in range(times):
                how = ("returned", "exit", "throw")[number % 3]
                self.assertLess(server.get(f"/trap/leave?name=alice&how={how}").status, 501)
            return used()

        before = leave(60)
        self.assertLess(leave(600) - before, 600 * 64, "bytes of PHP's memory")
