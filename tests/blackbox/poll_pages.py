"""What every poll application on an MVC framework must do (demos/library/PAGES.md), whatever the framework.

    class SymfonyTest(PollPages, unittest.TestCase):
        APP, NAME = "symfony", "Symfony"
"""

import os
import re
import sqlite3
import threading
from pathlib import Path

from clients.browser import Browser
from clients.visitor import Visitor
from harness import ROOT, PhpServer, scratch_directory

ACCOUNTS = {"ann": "paper boat", "bob": "tin drum"}
QUESTION = "What framework do you prefer?"
VISITS = int(os.environ.get("POLL_PAGES_VISITS", "300"))
# What no page may show: where things are, what broke, and how.
SECRETS = re.compile(r"Stack trace|\.php|Exception|SQLSTATE|/demos/|/usr/share|Fatal error|Warning:|Notice:|Deprecated:")


class PollPages:
    APP, NAME = None, None
    WORKERS = "2"
    ENVIRONMENT: dict = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = scratch_directory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.database = Path(cls.folder.name, "poll.sqlite")
        environment = {"KARGO_DEMO_DSN": f"sqlite:{cls.database}", "KARGO_DEMO_WORKERS": cls.WORKERS,
                       "KARGO_DEMO_ISOLATION": "log", **cls.ENVIRONMENT}
        cls.server = PhpServer(ROOT / f"demos/{cls.APP}/bin/main.php", "127.0.0.1", "0", env=environment)
        cls.addClassCleanup(cls.server.kill)

    def setUp(self):
        with sqlite3.connect(self.database, timeout=20) as database:
            database.execute("DELETE FROM poll_choice")
            database.execute("DELETE FROM poll WHERE id > 1")
        database.close()
        self.log_start = len(self.server.log)

    def tearDown(self):
        complaints = re.findall(r".*(?:PHP (?:warning|notice|deprecation|error|reported)\b|Fatal error|panic).*", self.server.log[self.log_start:])
        self.assertEqual(complaints, [])
        self.assertEqual(re.findall(r"a request left something behind.*", self.server.log), [], "the isolation guard is on")

    def visitor(self, name=None):
        visitor = Visitor(self.server)
        if name:
            visitor.get("/login").submit("/login/auth", username=name, password=ACCOUNTS[name])
            self.assertEqual((visitor.status, visitor.redirects, visitor.path), (200, [303], "/poll"))
        return visitor

    def test_home_and_polls(self):
        visitor = self.visitor().get("/")
        self.assertEqual((visitor.status, visitor.headers["content-type"].lower()), (200, "text/html; charset=utf-8"))
        self.assertIn("Welcome", visitor.text)
        self.assertIn('href="/login"', visitor.body)
        visitor.get("/poll")
        self.assertEqual((visitor.status, visitor.headings("h1"), visitor.headings("h2")), (200, ["Current Polls"], [QUESTION]))
        self.assertIn('<ol type="a">', visitor.body)
        self.assertRegex(visitor.body, r'<li value="a">\s*Zend Framework\s*</li>')
        self.assertFalse(visitor.has_form("/poll/vote"), "who is not logged in can't vote")
        self.assertIn(f"on {self.NAME}", visitor.text)

    def test_head_is_get_without_a_body(self):
        visitor = self.visitor().get("/poll")
        head = self.server.request("HEAD", "/poll")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["content-type"], visitor.headers["content-type"])

    def test_the_style_sheet_and_the_icon(self):
        for name, kind in (("poll.css", "text/css; charset=utf-8"), ("poll.svg", "image/svg+xml")):
            answer = self.server.get(f"/assets/{name}")
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, kind))
            self.assertEqual(answer.body, (ROOT / "demos/library/public" / name).read_bytes())
            self.assertEqual(self.server.get(f"/assets/{name}", {"If-None-Match": answer.headers["etag"]}).status, 304)
        self.assertIn(self.server.get("/assets/../bin/main.php").status, (400, 404))

    def test_login_and_logout(self):
        visitor = self.visitor().get("/login")
        self.assertEqual(visitor.headings("h1"), ["Welcome to Poll Login"])
        before = dict(visitor.cookies)
        self.assertLessEqual({"username", "password", "login"}, set(visitor.form("/login/auth").fields))
        visitor.submit("/login/auth", username="ann", password="wrong")
        self.assertEqual((visitor.status, visitor.has_form("/login/auth")), (422, True))
        visitor.submit("/login/auth", username="nobody", password="wrong")
        self.assertEqual(visitor.status, 422)
        visitor.submit("/login/auth", username="ann", password=ACCOUNTS["ann"])
        self.assertEqual((visitor.status, visitor.redirects, visitor.path), (200, [303], "/poll"))
        self.assertIn("ann", visitor.text)
        for name, value in before.items():
            self.assertNotEqual(visitor.cookies.get(name), value, f"{name} must be new after a login")
        stolen = dict(visitor.cookies)
        visitor.submit("/login/logout")
        self.assertEqual((visitor.status, visitor.redirects, visitor.path), (200, [303], "/"))
        self.assertNotIn("ann", visitor.text)
        visitor.cookies = stolen
        self.assertNotIn("ann", visitor.get("/").text, "the old session is gone")

    def test_session_cookies_are_for_this_site_and_no_script(self):
        visitor = self.visitor().get("/login")
        cookies = " ".join(visitor.headers.get_all("set-cookie") or []).lower()
        self.assertIn("httponly", cookies)
        self.assertRegex(cookies, "samesite=(lax|strict)")

    def test_an_old_password_is_taken_once_and_replaced(self):
        self.visitor("bob")
        with sqlite3.connect(self.database, timeout=20) as database:
            kept = database.execute('SELECT password FROM "user" WHERE username = \'bob\'').fetchone()[0]
        database.close()
        self.assertRegex(kept, r"^\$2y\$|^\$argon2")
        self.visitor("bob")

    def test_voting(self):
        visitor = self.visitor("ann")
        visitor.submit("/poll/vote", option="b")
        self.assertEqual((visitor.status, visitor.redirects, visitor.path), (200, [303], "/poll/results/1"))
        self.assertEqual((visitor.headings("h1"), visitor.headings("h2")), (["Results"], [QUESTION]))
        self.assertIn("Your vote is counted", visitor.text)
        self.assertRegex(visitor.text, r"b\. Symphony 1 vote, 100 %")
        self.assertIn('<rect width="100%"', visitor.body)
        self.assertNotIn("Your vote is counted", visitor.get("/poll/results/1").text, "a notice is shown once")
        visitor.get("/poll")
        self.assertFalse(visitor.has_form("/poll/vote"), "who has voted can't vote again")
        self.assertRegex(visitor.body, r'class="chosen"')

    def test_a_vote_is_seen_by_others(self):
        self.visitor("ann").submit("/poll/vote", option="a")
        self.visitor("bob").submit("/poll/vote", option="c")
        text = self.visitor().get("/poll/results/1").text
        self.assertRegex(text, r"a\. Zend Framework 1 vote, 50 %")
        self.assertRegex(text, r"b\. Symphony 0 votes, 0 %")
        self.assertRegex(text, r"2 votes ·")

    def test_a_second_vote_is_refused(self):
        first, second = self.visitor("ann"), self.visitor("ann")
        first.submit("/poll/vote", option="a")
        second.submit("/poll/vote", option="b")
        self.assertEqual(second.status, 200)
        self.assertIn("already voted", second.text)
        self.assertRegex(second.get("/poll/results/1").text, r"b\. Symphony 0 votes")

    def test_who_is_not_logged_in_is_sent_to_the_login(self):
        visitor = self.visitor("ann")
        form = visitor.form("/poll/vote")
        visitor.submit("/login/logout")
        visitor.get("/login")
        token = {k: v for k, v in visitor.form("/login/auth").fields.items() if k not in ("username", "password", "login")}
        visitor.post("/poll/vote", {**form.fields, **token, "option": "a"})
        self.assertEqual((visitor.status, visitor.path), (200, "/login"))

    def test_posts_from_elsewhere_are_refused(self):
        visitor = self.visitor("ann")
        for path, fields in (
            ("/poll/vote", {"poll": "1", "option": "a"}),
            ("/poll/vote", {**dict.fromkeys(visitor.form("/poll/vote").fields, "forged"), "poll": "1", "option": "a"}),
            ("/login/logout", {}),
            ("/login/auth", {"username": "ann", "password": ACCOUNTS["ann"], "login": "1"}),
        ):
            self.assertEqual(visitor.post(path, fields).status, 403, path)
        other = self.visitor("bob").get("/poll").form("/poll/vote").fields
        visitor.get("/poll")
        self.assertEqual(visitor.post("/poll/vote", {**other, "option": "a"}).status, 403, "the token of somebody else")
        self.assertRegex(self.visitor().get("/poll/results/1").text, "0 votes ·")

    def test_what_is_not_there(self):
        visitor = self.visitor()
        for path in ("/nowhere", "/poll/results/99", "/poll/results/x", "/poll/results/1'--", "/login/nowhere", "/%00"):
            visitor.get(path)
            self.assertIn(visitor.status, (400, 404), path)
            self.assertNotRegex(visitor.body, SECRETS)
            if visitor.status == 404:
                self.assertIn('class="site"', visitor.body, "a page of the application's own")

    def test_bad_votes_change_nothing(self):
        visitor = self.visitor("ann")
        form = visitor.form("/poll/vote").fields
        for bad in ({"option": "z"}, {"poll": "99", "option": "a"}, {"option": ""}, {"option": "a'--"}, {"poll": "x", "option": "a"}):
            visitor.post("/poll/vote", {**form, **bad})
            self.assertLess(visitor.status, 500, bad)
            self.assertNotRegex(visitor.body, SECRETS)
        visitor.post("/poll/vote", {**form, "option[]": "a"})
        self.assertLess(visitor.status, 500)
        self.assertRegex(self.visitor().get("/poll/results/1").text, "0 votes ·")

    def test_all_text_is_escaped(self):
        hostile = "<script>alert(1)</script> & \"quotes\" 'too' äöü €"
        with sqlite3.connect(self.database, timeout=20) as database:
            database.execute("INSERT INTO poll (id, question) VALUES (2, ?)", [hostile])
            database.executemany("INSERT INTO poll_option (poll_id, letter, text) VALUES (2, ?, ?)", [("a", hostile), ("b", "x")])
        database.close()
        for path in ("/poll", "/poll/results/2"):
            visitor = self.visitor().get(path)
            self.assertIn(hostile, visitor.text)
            self.assertNotIn("<script>", visitor.body)

    def test_a_page_tells_nothing_of_what_broke(self):
        away = self.database.with_suffix(".away")
        self.database.rename(away)
        try:
            visitor = self.visitor().get("/poll")
        finally:
            away.rename(self.database)
        self.assertEqual(visitor.status, 500)
        self.assertNotRegex(visitor.body, SECRETS)
        self.assertIn('class="site"', visitor.body, "a page of the application's own")
        self.assertEqual(self.visitor().get("/poll").status, 200, "and works again when the database is back")

    def test_nothing_on_a_page_is_inline(self):
        visitor = self.visitor("ann")
        for path in ("/", "/poll", "/poll/results/1", "/login", "/nowhere"):
            visitor.get(path)
            self.assertIn("default-src 'self'", visitor.headers["content-security-policy"] or "")
            self.assertNotRegex(visitor.body, r"<script|<style|\sstyle=|\son\w+=")

    def test_visitors_never_see_each_other(self):
        """Many visitors at once on two workers: each page has its own visitor's name and no other's."""
        wrong, failures = [], []

        def visit(name, other):
            try:
                look_around(name, other)
            except Exception as failure:  # of a thread, which nobody else would hear of
                failures.append(failure)

        def look_around(name, other):
            visitor = self.visitor(name) if name else self.visitor()
            for number in range(VISITS):
                visitor.get(("/", "/poll", "/poll/results/1", "/login", "/nowhere")[number % 5])
                who = re.search(r'class="who">\s*([^<]*?)\s*<', visitor.body)
                if (who[1] if who else None) != name or re.search(rf"\b{other}\b", visitor.body.partition("<main>")[0]):
                    wrong.append((name, visitor.path, visitor.status, who and who[1]))
                    return

        pairs = [("ann", "bob"), ("bob", "ann"), (None, "ann"), (None, "bob")]
        threads = [threading.Thread(target=visit, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        self.assertEqual(wrong, [])

    def test_two_browsers_at_once(self):
        """Two real browsers, logged in at the same time; a vote of one is in the other's chart."""
        url = f"http://127.0.0.1:{self.server.port}"
        with Browser() as ann, Browser(width=400, height=800, is_dark=True) as bob:
            for browser, name in ((ann, "ann"), (bob, "bob")):
                browser.open(f"{url}/login")
                browser.fill("input[name=username]", name)
                browser.fill("input[name=password]", ACCOUNTS[name])
                browser.click("button[name=login]")
                browser.wait_for("return location.pathname === '/poll'")
            for browser, name in ((ann, "ann"), (bob, "bob")):
                browser.open(f"{url}/poll")
                self.assertEqual(browser.run("return document.querySelector('.who').textContent.trim()"), name)
                self.assertEqual(browser.run("return document.documentElement.scrollWidth > innerWidth"), False)
            ann.click("input[name=option][value=c]")
            ann.click("main form button")
            ann.wait_for("return location.pathname === '/poll/results/1'")
            bob.open(f"{url}/poll/results/1")
            bars = "return [...document.querySelectorAll('.bar rect')].map(bar => bar.getBoundingClientRect().width > 10)"
            self.assertEqual(bob.run(bars), [False, False, True])
            self.assertEqual(bob.run("return document.querySelector('.who').textContent.trim()"), "bob")
            if folder := os.environ.get("SCREENSHOTS"):
                Path(folder, f"{self.APP}-results-phone-dark.png").write_bytes(bob.screenshot())
                Path(folder, f"{self.APP}-results.png").write_bytes(ann.screenshot())
                ann.open(f"{url}/login")
                Path(folder, f"{self.APP}-login.png").write_bytes(ann.screenshot())
                bob.open(f"{url}/poll")
                Path(folder, f"{self.APP}-polls-phone-dark.png").write_bytes(bob.screenshot())
            for browser in (ann, bob):
                self.assertEqual(browser.complaints(), [])
