"""The harness itself: servers are ready when they say so, die with their test, and databases come back."""

import os
import select
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

from harness import Process, ProcessError
from harness_databases import MariaDb, PostgreSql


class ProcessTest(unittest.TestCase):
    def test_log_and_exit_code(self):
        with Process(["sh", "-c", "echo said; echo ready 7 >&2; exec sleep 60"]) as process:
            self.assertEqual(process.wait_for_log(r"ready (\d)")[1], "7")
            self.assertEqual(process.stop(), -signal.SIGTERM)
            self.assertEqual(process.output, "said\n")

    def test_an_early_end_is_told_with_the_log(self):
        with Process(["sh", "-c", "echo no such thing >&2; exit 3"]) as process:
            with self.assertRaisesRegex(ProcessError, "no such thing"):
                process.wait_for_log("ready")
            self.assertEqual(process.wait(), 3)

    def test_children_die_with_a_killed_test(self):
        script = "from harness import Process; p = Process(['sleep', '60']); print(p.pid, flush=True); p.wait(60)"
        folder = str(Path(__file__).parent)
        with subprocess.Popen([sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE) as test:
            pid = int(test.stdout.readline())
            descriptor = os.pidfd_open(pid)
            test.kill()
        self.assertTrue(select.select([descriptor], [], [], 10)[0], "the child outlived its test")
        os.close(descriptor)


class DatabaseTest(unittest.TestCase):
    def check(self, database):
        database.execute("create table t (n integer); insert into t values (42);")
        before = time.monotonic()
        database.crash()
        database.start()
        self.assertEqual(database.execute("select n from t").strip(), "42")
        database.restart()
        self.assertEqual(database.execute("select n from t").strip(), "42")
        self.assertLess(time.monotonic() - before, 60)

    def test_postgresql_comes_back_with_its_data(self):
        with PostgreSql() as database:
            self.check(database)

    def test_mariadb_comes_back_with_its_data(self):
        with MariaDb() as database:
            self.check(database)
