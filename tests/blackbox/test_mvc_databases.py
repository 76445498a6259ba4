"""The poll applications on MariaDB and PostgreSQL: pages, logins, votes, and a database that goes away and comes back."""

import unittest

from clients.poll_server import database_dsn, environment
from clients.visitor import Visitor
from harness import ROOT, PhpServer
from harness_databases import MariaDb, PostgreSql
from poll_pages import ACCOUNTS, QUESTION, SECRETS
from poll_traffic import APPLICATIONS


class DatabaseTests:
    """What is true on both. Each application begins with an empty database."""

    @classmethod
    def setUpClass(cls):
        cls.database = cls.kind()
        cls.addClassCleanup(cls.database.close)

    def polls_on(self, application):
        if not APPLICATIONS[application].exists():
            self.skipTest(f"{application}: its framework is not installed")
        self.database.execute(self.empty.format(database=self.database))
        settings = environment(database_dsn(self.database), self.database.user, self.database.password)
        main = ROOT / f"demos/{application}/bin/main.php"
        with PhpServer(main, "127.0.0.1", "0", env=settings) as server:
            ann, bob, nobody = (Visitor(server) for _ in range(3))
            for visitor, name in ((ann, "ann"), (bob, "bob")):
                visitor.get("/login").submit("/login/auth", username=name, password=ACCOUNTS[name])
                self.assertEqual((visitor.status, visitor.path, visitor.headings("h2")), (200, "/poll", [QUESTION]))
            ann.submit("/poll/vote", option="b")
            self.assertRegex(ann.text, r"b\. Symphony 1 vote, 100 %")

            self.database.crash()
            gone = nobody.get("/poll")
            self.assertEqual(gone.status, 500)
            self.assertNotRegex(gone.body, SECRETS)
            self.database.start()
            self.assertEqual(nobody.get("/poll").headings("h2"), [QUESTION], "the connection is made again")

            self.database.restart()
            bob.get("/poll").submit("/poll/vote", option="a")
            self.assertRegex(bob.text, r"a\. Zend Framework 1 vote, 50 %")
            self.assertFalse(bob.get("/poll").has_form("/poll/vote"), "who has voted can't vote again")
            self.assertEqual(self.database.execute("select count(*) from poll_choice").strip(), "2")

    def test_symfony(self):
        self.polls_on("symfony")

    def test_laravel(self):
        self.polls_on("laravel")

    def test_slim(self):
        self.polls_on("slim")

    def test_zend_framework(self):
        self.polls_on("zf")


class MariaDbTest(DatabaseTests, unittest.TestCase):
    kind = MariaDb
    empty = "drop database {database.name}; create database {database.name};"


class PostgreSqlTest(DatabaseTests, unittest.TestCase):
    kind = PostgreSql
    empty = ("set client_min_messages = error; drop schema public cascade;"
             " create schema public authorization {database.user};")
