"""Sessions of the modern API as browsers, several workers, several machines and crashes see them."""

import http.cookiejar
import os
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import ROOT, WAIT_SECONDS, PhpServer, wait_until
from harness_redis import Redis

SCRIPT = ROOT / "tests/blackbox/clients/sessions_server.php"
SECRET = "0123456789abcdef0123456789abcdef"


class Browser:
    """Requests with a cookie jar of Python's."""

    def __init__(self, server):
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        handler = urllib.request.HTTPCookieProcessor(self.jar)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), handler)

    def get(self, path):
        """Status and text."""
        url = f"http://{self.server.host}:{self.server.port}{path}"
        try:
            with self._opener.open(url, timeout=WAIT_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def text(self, path):
        return self.get(path)[1]

    def all(self):
        import json
        return json.loads(self.text("/all"))

    @property
    def cookie(self):
        return next((cookie.value for cookie in self.jar), None)

    def header(self):
        return {"Cookie": f"session={self.cookie}"}


class SessionsTest(unittest.TestCase):
    def start(self, kind, place, workers=2):
        server = PhpServer(SCRIPT, kind, str(place), str(workers))
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def directory(self):
        scratch = tempfile.TemporaryDirectory(prefix="kargo-")
        self.addCleanup(scratch.cleanup)
        return Path(scratch.name, "sessions")

    def redis(self):
        redis = Redis()
        self.addCleanup(redis.__exit__, None, None, None)
        return redis

    def stores(self):
        """Each place on the server's side, twice: two servers that share it."""
        directory = self.directory()
        redis = self.redis()
        for kind, place in (("files", directory), ("redis", redis.url()), ("redis", redis.unix_url("prefix=shop"))):
            with self.subTest(kind=kind, place=str(place).split(":")[0]):
                yield self.start(kind, place, 4), self.start(kind, place, 2)

    def test_two_servers_know_the_same_visitors(self):
        for one, two in self.stores():
            browser = Browser(one)
            self.assertEqual(browser.all(), {})
            self.assertIsNone(browser.cookie)
            browser.text("/set/a/1")
            first = browser.cookie
            browser.server = two
            browser.text("/set/b/2")
            self.assertEqual(browser.all(), {"a": "1", "b": "2"})
            self.assertEqual(browser.text("/bytes"), "[true]")
            browser.server = one
            self.assertEqual(browser.text("/same"), "[true]")
            self.assertEqual(browser.cookie, first)
            browser.text("/clear")
            self.assertEqual(browser.all(), {"after": 1})
            self.assertEqual(browser.get("/throw")[0], 500)
            self.assertEqual(browser.get("/refuse")[0], 403)
            browser.server = two
            self.assertEqual(browser.all(), {"after": 1, "tries": 1})

    def test_ids_change_and_end_everywhere(self):
        for one, two in self.stores():
            browser = Browser(one)
            browser.text("/set/a/1")
            old = browser.header()
            browser.text("/login")
            self.assertNotEqual(browser.header(), old)
            for server in (one, two):
                self.assertEqual(server.get("/all", old).body, b"{}")
            browser.server = two
            self.assertEqual(browser.all(), {"a": "1", "user": "ann"})
            new = browser.header()
            browser.text("/logout")
            self.assertIsNone(browser.cookie)
            for server in (one, two):
                self.assertEqual(server.get("/all", new).body, b"{}")

    def test_strangers_ids_are_not_taken(self):
        for one, _two in self.stores():
            for value in ("A" * 32, "x", "../../x", "A" * 31, "A" * 33, "*" * 32, "", "A" * 4000):
                answer = one.get("/set/a/1", {"Cookie": f"session={value}"})
                self.assertEqual(answer.status, 200)
                self.assertNotIn(f"session={value};", answer.headers["set-cookie"])

    def test_no_increment_is_lost(self):
        for one, two in self.stores():
            browser = Browser(one)
            browser.text("/set/a/1")
            header = browser.header()

            def count(number):
                server = one if number % 3 else two
                return int(server.get("/count", header).text)

            with ThreadPoolExecutor(16) as pool:
                seen = sorted(pool.map(count, range(400)))
            self.assertEqual(seen, list(range(1, 401)))
            self.assertEqual(browser.all(), {"a": "1", "n": 400})

    def test_no_key_is_lost(self):
        for one, two in self.stores():
            browser = Browser(one)
            browser.text("/set/a/1")
            header = browser.header()

            def write(number):
                kind = "slow" if number % 2 else "set"
                server = one if number % 3 else two
                return server.get(f"/{kind}/k{number}/{number}", header).status

            with ThreadPoolExecutor(32) as pool:
                self.assertEqual(set(pool.map(write, range(96))), {200})
            self.assertEqual(browser.all(), {"a": "1", **{f"k{number}": str(number) for number in range(96)}})

    def test_what_ended_stays_ended(self):
        for one, two in self.stores():
            for path in ("/logout", "/login"):
                browser = Browser(one)
                browser.text("/set/a/1")
                old = browser.header()
                answers = []
                slow = threading.Thread(target=lambda: answers.append(two.get("/slow/late/1", old)))
                slow.start()
                time.sleep(0.05)
                browser.text(path)
                slow.join()
                self.assertEqual(answers[0].status, 200)
                self.assertNotIn("set-cookie", answers[0].headers)
                self.assertEqual(one.get("/all", old).body, b"{}")
                expected = {"a": "1", "user": "ann"} if path == "/login" else {}
                self.assertEqual(browser.all(), expected)

    def test_killed_workers_lose_nothing_that_was_answered(self):
        for one, _two in self.stores():
            browser = Browser(one)
            browser.text("/set/a/1")
            header = browser.header()
            answered, stop = [], threading.Event()

            def write(thread):
                number = 0
                while not stop.is_set():
                    number += 1
                    key = f"t{thread}n{number % 50}"
                    try:
                        if one.get(f"/set/{key}/{number}", header).status == 200:
                            answered.append((thread, number))
                    except OSError:
                        pass

            threads = [threading.Thread(target=write, args=(thread,)) for thread in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(6):
                before = len(answered)
                wait_until(lambda: len(answered) > before + 20)
                os.kill(one.workers()[0], signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join()
            kept = browser.all()
            latest = {}
            for thread, number in answered:
                latest[f"t{thread}n{number % 50}"] = number
            for key, number in latest.items():
                # One that was killed before it could answer may have kept more.
                self.assertGreaterEqual(int(kept[key]), number, key)

    def test_redis_goes_and_comes(self):
        redis = self.redis()
        server = self.start("redis", redis.url("timeout=0.5"))
        browser = Browser(server)
        browser.text("/set/a/1")
        self.assertEqual(redis.command("KEYS", "*")[0][:14], b"kargo:session:")
        self.assertNotIn(browser.cookie.encode(), redis.command("KEYS", "*")[0])
        self.assertLessEqual(redis.command("PTTL", redis.command("KEYS", "*")[0]), 30_000)
        redis.crash()
        for path in ("/all", "/set/a/2", "/count", "/login", "/logout"):
            status, text = browser.get(path)
            self.assertEqual((status, text), (503, "503 Service Unavailable\n"), path)
        self.assertEqual(browser.get("/plain"), (200, "plain"))
        self.assertEqual(server.get("/all").status, 200)
        server.wait_for_log("the store of sessions is away; until it is back, requests that need theirs")
        redis.start()
        wait_until(lambda: browser.get("/all")[0] == 200)
        self.assertEqual(browser.all(), {})
        browser.text("/set/a/3")
        self.assertEqual(browser.all(), {"a": "3"})
        self.assertNotIn(SECRET, server.log)

    def test_what_others_wrote_into_redis_is_none(self):
        redis = self.redis()
        server = self.start("redis", redis.url())
        for command in (("SET", "KEY", "x"), ("HSET", "KEY", "a", "b"), ("HSET", "KEY", "@", "99999999999999", ".a", "\x09"),
                        ("HSET", "KEY", "@", "x"), ("RPUSH", "KEY", "x")):
            browser = Browser(server)
            browser.text("/set/a/1")
            key = redis.command("KEYS", "*")[0].decode()
            redis.command("DEL", key)
            redis.command(*[key if word == "KEY" else word for word in command])
            self.assertEqual(browser.all(), {}, command)
            self.assertEqual(redis.command("KEYS", "*"), [])
        removed = "a session that can't be read was removed"
        server.wait_for_log(f"(?s)(?:{removed}.*){{5}}")
        self.assertEqual(server.log.count(removed), 5)

    def test_a_full_disk_is_told(self):
        directory = self.directory()
        server = self.start("files", directory, 1)
        browser = Browser(server)
        browser.text("/set/a/1")
        before = os.listdir(directory)
        pid = server.workers()[0]
        # As a full disk: what is written has no room.
        subprocess.run(["prlimit", "--pid", str(pid), "--fsize=10:10"], check=True)
        self.assertEqual(browser.get("/set/b/2"), (503, "503 Service Unavailable\n"))
        self.assertEqual(browser.all(), {"a": "1"})
        self.assertEqual(sorted(os.listdir(directory)), sorted(before))
        server.wait_for_log("the session can't be kept")

    def test_curl_keeps_and_loses_cookies(self):
        server = self.start("cookie", SECRET)
        with tempfile.TemporaryDirectory() as scratch:
            def curl(path):
                url = f"http://{server.host}:{server.port}{path}"
                command = ["curl", "-sS", "--noproxy", "*", "-b", "jar", "-c", "jar", url]
                return subprocess.run(command, cwd=scratch, capture_output=True, text=True, check=True).stdout

            curl("/set/a/1")
            curl("/set/b/2")
            self.assertEqual(curl("/all"), '{"a":"1","b":"2"}')
            self.assertEqual([curl("/count") for _ in range(3)], ["1", "2", "3"])
            curl("/logout")
            self.assertEqual(curl("/all"), "{}")


if __name__ == "__main__":
    unittest.main()
