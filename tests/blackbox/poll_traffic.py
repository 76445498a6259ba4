"""Requests of many kinds to a poll application (demos/library/PAGES.md), as visitors and others send them."""

import os
import random
import shutil
import sqlite3
from pathlib import Path

from clients.visitor import Visitor
from harness import ROOT, PhpServer
from poll_pages import ACCOUNTS

ZEND = Path(os.environ.get("ZEND_DIR") or "/nonexistent")
#: Each application, and what must be there for it.
APPLICATIONS = {
    "symfony": Path("/usr/share/php/Symfony/Bundle/FrameworkBundle/autoload.php"),
    "laravel": Path("/usr/share/php/Illuminate/Foundation/Application.php"),
    "slim": Path("/usr/share/php/Slim/App.php"),
    "zf": ZEND / "Controller/Front.php",
}


def copy_of_demos(folder):
    """The demos in a folder of their own, to be changed; the adapters are this project's."""
    demos = Path(folder, "demos")
    shutil.copytree(ROOT / "demos", demos, ignore=shutil.ignore_patterns("data", "var", "storage", "Zend"), symlinks=True)
    Path(folder, "php").symlink_to(ROOT / "php")
    return demos


def serve(application, folder, isolation, workers="1", demos=ROOT / "demos"):
    environment = {"KARGO_DEMO_DSN": f"sqlite:{folder}/poll.sqlite", "KARGO_DEMO_WORKERS": workers, "KARGO_DEMO_ISOLATION": isolation}
    return PhpServer(demos / application / "bin/main.php", "127.0.0.1", "0", env=environment)


class PollTraffic:
    """The same requests each time: what comes next is drawn, but not by chance."""

    def __init__(self, server, folder):
        self.server = server
        self.database = Path(folder, "poll.sqlite")
        self.sent = 0
        #: What was answered: status → how often.
        self.statuses = {}
        self.random = random.Random(5)
        self.visitors = [self._visitor() for _ in range(5)]

    def run(self, requests):
        goal = self.sent + requests
        steps = ((self.look, 10), (self.miss, 3), (self.log_in, 2), (self.fail_to_log_in, 1), (self.vote, 3),
                 (self.vote_badly, 2), (self.forge, 2), (self.log_out, 1), (self.head, 1), (self.lose_the_database, 1))
        names, weights = zip(*steps)
        while self.sent < goal:
            self.random.choices(names, weights)[0](self.random.choice(self.visitors))

    def look(self, visitor):
        visitor.get(self.random.choice(("/", "/poll", "/poll/results/1", "/login", f"/poll?page={self.random.randrange(10**6)}")))

    def miss(self, visitor):
        visitor.get(self.random.choice(("/nowhere", "/poll/results/99", "/poll/vote", f"/{self.random.randrange(10**6)}", "/poll/results/x")))

    def log_in(self, visitor):
        name = self.random.choice(list(ACCOUNTS))
        visitor.get("/login").submit("/login/auth", username=name, password=ACCOUNTS[name])

    def fail_to_log_in(self, visitor):
        visitor.get("/login").submit("/login/auth", username=f"user{self.random.randrange(10**4)}", password="wrong")

    def vote(self, visitor):
        if self.random.random() < 0.5:
            with sqlite3.connect(self.database, timeout=20) as database:
                database.execute("DELETE FROM poll_choice")
            database.close()
        if visitor.get("/poll").has_form("/poll/vote"):
            visitor.submit("/poll/vote", option=self.random.choice("abc"))

    def vote_badly(self, visitor):
        if visitor.get("/poll").has_form("/poll/vote"):
            visitor.submit("/poll/vote", **self.random.choice(({"option": "z"}, {"option": ""}, {"poll": "99"}, {"poll": "x"})))

    def forge(self, visitor):
        path, fields = self.random.choice((("/poll/vote", {"poll": "1", "option": "a"}), ("/login/auth", {"username": "ann"}), ("/login/logout", {})))
        visitor.post(path, {**fields, "token": "forged"})

    def log_out(self, visitor):
        if visitor.get("/").has_form("/login/logout"):
            visitor.submit("/login/logout")

    def head(self, visitor):
        del visitor
        self.server.request("HEAD", "/poll")
        self.sent += 1

    def lose_the_database(self, visitor):
        away = self.database.with_suffix(".away")
        self.database.rename(away)
        try:
            visitor.get("/poll")
        finally:
            away.rename(self.database)

    def _visitor(self):
        traffic = self

        class Counted(Visitor):
            def _send(self, *request):
                status = super()._send(*request)
                traffic.sent += 1
                traffic.statuses[status] = traffic.statuses.get(status, 0) + 1
                return status

        return Counted(self.server)
