"""The poll API on SQLite, MariaDB and PostgreSQL: many voters at once, databases that go away and come back."""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import sqlite3
import threading
import unittest
import xmlrpc.client

from clients.poll_server import (
    ALREADY_VOTED, BIN, OPTIONS, QUESTION, PollServer, database_dsn, diagnostics, environment,
)
from harness import WAIT_SECONDS, PhpServer, scratch_directory
from harness_databases import MariaDb, PostgreSql

DEPLOY = BIN.parent / "deploy"
CLIENTS = 8
WORKERS = 4
VOTES_PER_CLIENT = 25
# Nothing of this may reach a client.
DETAILS = re.compile(
    r"SQLSTATE|PDO|sqlite|mysql|maria|pgsql|postgres|kargo|database|127\.0\.0\.1|\.php|/tmp|#0", re.IGNORECASE
)


class DatabaseTests:
    """What is true on every database. `self.database` starts and stops it; its tables are gone before each test."""

    def server(self, workers=1):
        server = PollServer(self.database, workers)
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def test_reading_voting_creating(self):
        server = self.server()
        self.assertEqual(server.result("poll.getAllPolls"), {QUESTION: OPTIONS})
        self.assertEqual(server.proxy().poll.getAllPolls(), {QUESTION: OPTIONS})
        self.assertEqual(server.result("poll.vote", QUESTION, "c", "Ädä"), {"a": 0, "b": 0, "c": 1})
        self.assertEqual(server.error("poll.vote", QUESTION, "a", "Ädä")["code"], ALREADY_VOTED)
        self.assertEqual(server.result("poll.vote", QUESTION, "a", "ädä"), {"a": 1, "b": 0, "c": 1})
        self.assertIs(server.result("poll.create", "\U0001f35e & \"Öl\"?", ["ja", "Ja", "nein"]), True)
        self.assertEqual(server.result("poll.getAllQuestions"), [QUESTION, "\U0001f35e & \"Öl\"?"])
        self.assertEqual(server.result("poll.results", "\U0001f35e & \"Öl\"?"), {"a": 0, "b": 0, "c": 0})
        self.assertEqual(diagnostics(server), [])

    def test_votes_of_many_clients_are_counted_exactly(self):
        server = self.server(WORKERS)
        self.assertEqual(len(server.workers()), WORKERS)

        def vote(client):
            answers = []
            connection = http.client.HTTPConnection(server.host, server.port, timeout=WAIT_SECONDS)
            with contextlib.closing(connection):
                for number in range(VOTES_PER_CLIENT):
                    # One vote of its own, and one that every client tries for the same user.
                    for user in (f"client {client} vote {number}", f"everybody {number}"):
                        params = [QUESTION, "abc"[client % 3], user]
                        body = json.dumps({"jsonrpc": "2.0", "method": "poll.vote", "params": params, "id": user})
                        connection.request("POST", "/jsonrpc", body, {"Content-Type": "application/json"})
                        answers.append(json.loads(connection.getresponse().read()))
            return answers

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
            answers = [answer for part in clients.map(vote, range(CLIENTS)) for answer in part]
        codes = {answer["error"]["code"] for answer in answers if "error" in answer}
        self.assertEqual(codes, {ALREADY_VOTED}, server.log[-3000:])
        counted = sum("result" in answer for answer in answers)
        self.assertEqual(counted, (CLIENTS + 1) * VOTES_PER_CLIENT)
        self.assertEqual(sum(server.result("poll.results", QUESTION).values()), counted)
        self.assertEqual(diagnostics(server), [])

    def test_gone_and_back(self):
        server = self.server(2)
        pids = server.workers()
        self.assertEqual(server.result("poll.vote", QUESTION, "a", "before"), {"a": 1, "b": 0, "c": 0})
        self.database.stop()
        for method, params in (("poll.getAllPolls", []), ("poll.vote", [QUESTION, "a", "meanwhile"])) * 3:
            answer = server.call({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.json()["error"]["code"], -32603)
            self.assertNotRegex(answer.text, DETAILS)
        with self.assertRaises(xmlrpc.client.Fault) as raised:
            server.proxy().poll.getAllPolls()
        self.assertNotRegex(raised.exception.faultString, DETAILS)
        server.wait_for_log(r"SQLSTATE")
        self.database.start()
        for number in range(1, 5):
            results = server.result("poll.vote", QUESTION, "b", f"after {number}")
            self.assertEqual(results, {"a": 1, "b": number, "c": 0})
        self.assertEqual(server.workers(), pids)
        self.assertEqual(diagnostics(server), [])

    def test_a_restart_between_two_calls_is_not_noticed(self):
        server = self.server()
        votes = 0
        for again in (self.database.restart, self.crash_and_start):
            server.result("poll.getAllPolls")
            again()
            self.assertEqual(server.result("poll.getAllPolls"), {QUESTION: OPTIONS})
            again()
            votes += 1
            results = server.result("poll.vote", QUESTION, "a", f"user {votes}")
            self.assertEqual(results, {"a": votes, "b": 0, "c": 0})
        self.assertEqual(diagnostics(server), [])

    def crash_and_start(self):
        self.database.crash()
        self.database.start()

    def test_first_starts_at_once(self):
        with scratch_directory() as folder, contextlib.ExitStack() as stack:
            settings = self.settings(folder)
            servers = [
                stack.enter_context(PhpServer(BIN / "main.php", "127.0.0.1", "0", env=settings, ready=False))
                for _ in range(4)
            ]
            for server in servers:
                found = server.wait_for_log(r"listening on http://([\d.]+):(\d+)")
                server.host, server.port = found[1], int(found[2])
            for server in servers:
                self.assertEqual(server.json_rpc("poll.getAllPolls")["result"], {QUESTION: OPTIONS})

    def settings(self, _folder):
        return environment(database_dsn(self.database), self.database.user, self.database.password)


class ServerTests(DatabaseTests):
    """A database server for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.database = cls.kind()
        cls.addClassCleanup(cls.database.close)

    def test_votes_of_many_clients_are_counted_exactly(self):
        super().test_votes_of_many_clients_are_counted_exactly()
        # The server still runs: each worker has a connection, and the master has none.
        self.assertEqual(self.database.execute(self.sessions).strip(), str(WORKERS))

    def test_the_sql_of_deploy_by_hand_twice(self):
        script = (DEPLOY / self.script).read_text()
        for _ in range(2):
            self.database.execute(script)
        self.assertEqual(self.database.execute("select count(*) from poll_option").strip(), "3")
        self.assertEqual(self.database.execute("select question from poll").strip(), QUESTION)


    def test_a_crash_amid_votes_loses_none_that_was_confirmed(self):
        server = self.server(WORKERS)
        changed = threading.Condition()
        confirmed, refused, is_over = [0] * CLIENTS, [0] * CLIENTS, False

        def vote(client):
            connection = http.client.HTTPConnection(server.host, server.port, timeout=WAIT_SECONDS)
            with contextlib.closing(connection):
                for number in itertools.count():
                    params = [QUESTION, "a", f"client {client} vote {number}"]
                    body = json.dumps({"jsonrpc": "2.0", "method": "poll.vote", "params": params, "id": 1})
                    connection.request("POST", "/jsonrpc", body, {"Content-Type": "application/json"})
                    answer = json.loads(connection.getresponse().read())
                    with changed:
                        (confirmed if "result" in answer else refused)[client] += 1
                        changed.notify_all()
                        if is_over:
                            return

        def wait_for(condition):
            with changed:
                self.assertTrue(changed.wait_for(condition, WAIT_SECONDS), server.log[-2000:])

        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as clients:
            votes = [clients.submit(vote, client) for client in range(CLIENTS)]
            try:
                wait_for(lambda: min(confirmed) >= 3)
                self.database.crash()
                wait_for(lambda: min(refused) >= 1)
                self.database.start()
                before = list(confirmed)
                wait_for(lambda: all(count > then + 3 for count, then in zip(confirmed, before, strict=True)))
            finally:
                with changed:
                    is_over = True
            for done in votes:
                done.result(WAIT_SECONDS)
        counted = server.result("poll.results", QUESTION)["a"]
        # A COMMIT whose confirmation was lost may have been done.
        self.assertLessEqual(sum(confirmed), counted)
        self.assertLessEqual(counted, sum(confirmed) + sum(refused))
        self.assertEqual(diagnostics(server), [])


class MariaDbTest(ServerTests, unittest.TestCase):
    kind = MariaDb
    script = "mysql.sql"
    sessions = "select count(*) from information_schema.processlist where user = 'kargo'"

    def setUp(self):
        self.database.execute(f"drop database {self.database.name}; create database {self.database.name};")


class PostgreSqlTest(ServerTests, unittest.TestCase):
    kind = PostgreSql
    script = "pgsql.sql"
    sessions = "select count(*) from pg_stat_activity where usename = 'kargo'"

    def setUp(self):
        self.database.execute(
            "set client_min_messages = error; drop schema public cascade;"
            f" create schema public authorization {self.database.user};"
        )


class SqliteTest(DatabaseTests, unittest.TestCase):
    def setUp(self):
        self.database = None

    def server(self, workers=1):
        server = super().server(workers)
        self.database = SqliteFile(server.file)
        return server

    def settings(self, folder):
        return environment(f"sqlite:{folder}/new/folder/poll #1 100%.sqlite")

    def test_the_sql_of_deploy_by_hand_twice(self):
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            for _ in range(2):
                database.executescript((DEPLOY / "sqlite.sql").read_text())
            self.assertEqual(database.execute("select letter, text from poll_option").fetchall(), list(OPTIONS.items()))


class SqliteFile:
    """An SQLite file that goes away and comes back."""

    def __init__(self, file):
        self._file = file

    def stop(self):
        os.rename(self._file, f"{self._file}-away")

    def start(self):
        os.rename(f"{self._file}-away", self._file)

    def restart(self):
        """Another file with the same content takes its place, as after restoring a backup."""
        shutil.copy(self._file, f"{self._file}-copy")
        os.rename(f"{self._file}-copy", self._file)

    def crash(self):
        shutil.copy(self._file, f"{self._file}-away")
        os.unlink(self._file)
