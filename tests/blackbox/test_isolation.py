"""The isolation guard on each framework: silent over many requests of all kinds, and it tells a leak of the application's own.

tests/long/isolation does the same with ten thousand requests.
"""

import re
import unittest

from harness import scratch_directory
from poll_traffic import APPLICATIONS, PollTraffic, copy_of_demos, serve

REQUESTS = 500
STATUSES = {200, 303, 403, 404, 422, 500}
PLANTED = "        static $planted = null; $planted = $_SERVER['HTTP_USER_AGENT'] ?? ($_GET['name'] ?? null);\n"


class Guarded:
    APP = None

    def setUp(self):
        if not APPLICATIONS[self.APP].exists():
            self.skipTest("the framework is not installed" if self.APP != "zf" else "ZEND_DIR names no Zend Framework 1")
        folder = scratch_directory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def serve(self, *arguments, **options):
        server = serve(self.APP, self.folder, *arguments, **options)
        self.addCleanup(server.kill)
        return server

    def findings(self, server):
        return re.findall(r"left something behind.*", server.log)

    def test_no_false_alarm(self):
        server = self.serve("log")
        traffic = PollTraffic(server, self.folder)
        traffic.run(REQUESTS)
        self.assertEqual(self.findings(server), [])
        self.assertLessEqual(STATUSES - {422}, traffic.statuses.keys() | {303}, "all kinds were asked")

    def test_no_false_alarm_whoever_comes_first(self):
        # What a worker's first request makes is there for the first time, with what its visitor sent.
        logged_in = PollTraffic(self.serve("off"), self.folder)
        for first in ("log_in", "fail_to_log_in", "vote", "forge", "lose_the_database", "miss"):
            server = self.serve("log")
            traffic = PollTraffic(server, self.folder)
            visitor = traffic.visitors[0]
            if first == "vote":
                visitor.cookies = self.cookies_of(logged_in)
            getattr(traffic, first)(visitor)
            traffic.log_in(visitor)
            traffic.run(10)
            self.assertEqual(self.findings(server), [], first)
            server.kill()

    def cookies_of(self, traffic):
        visitor = traffic.visitors[0]
        if not visitor.cookies:
            traffic.log_in(visitor)
        return dict(visitor.cookies)

    def test_a_strict_guard_keeps_its_workers(self):
        server = self.serve("strict", workers="2")
        server.wait_for_log("(?s)ready after.*ready after")
        workers = server.workers()
        traffic = PollTraffic(server, self.folder)
        traffic.run(REQUESTS // 2)
        self.assertEqual((self.findings(server), server.workers()), ([], workers))
        self.assertNotIn(503, traffic.statuses)

    def test_a_planted_leak_is_told(self):
        demos = copy_of_demos(self.folder)
        planted = 0
        for controller in (demos / self.APP).rglob("PollController.php"):
            text, count = re.subn(r"(public function results\w*\([^)]*\)[^{]*\{\n)", lambda found: found[1] + PLANTED, controller.read_text())
            controller.write_text(text)
            planted += count
        self.assertEqual(planted, 1)
        for isolation in ("log", "strict"):
            server = self.serve(isolation, demos=demos)
            server.wait_for_log("ready after")
            worker = server.workers()[0]
            self.assertEqual(server.get("/poll").status, 200)
            self.assertEqual(self.findings(server), [])
            self.assertEqual(server.get("/poll/results/1?name=mallory").status, 200)
            server.wait_for_log(r"left something behind.* name=\S*PollController::results\w*\(\)::\$planted")
            self.assertEqual(len(self.findings(server)), 1)
            if isolation == "strict":
                server.wait_for_log("(?s)ready after.*ready after")
                self.assertEqual(server.get("/poll").status, 200)
                self.assertNotEqual(server.workers(), [worker])
            server.kill()


class SymfonyTest(Guarded, unittest.TestCase):
    APP = "symfony"


class LaravelTest(Guarded, unittest.TestCase):
    APP = "laravel"


class SlimTest(Guarded, unittest.TestCase):
    APP = "slim"


class ZendTest(Guarded, unittest.TestCase):
    APP = "zf"
