#!/usr/bin/env python3
"""Runs the tests of this folder: harness_run.py [test_module[.Class[.test]]]...

Prints "ok NAME", "not ok NAME" with the traceback above, or "skip NAME - reason". Each test has a deadline.
"""

import signal
import sys
import unittest
from pathlib import Path

TEST_SECONDS = 180


class LineResult(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        signal.alarm(TEST_SECONDS)

    def stopTest(self, test):
        signal.alarm(0)
        super().stopTest(test)

    def addSuccess(self, test):
        self._say("ok", test)

    def addFailure(self, test, error):
        self._fail(test, error)

    def addError(self, test, error):
        self._fail(test, error)

    def addSubTest(self, test, subtest, error):
        # Without an error nothing is said: the test as a whole is.
        if error is not None:
            self._fail(subtest, error)

    def addSkip(self, test, reason):
        print(f"skip {test.id()} - {reason}", flush=True)

    def addUnexpectedSuccess(self, test):
        self._say("not ok", test)
        self.failures.append((test, "unexpected success"))

    def _fail(self, test, error):
        text = self._exc_info_to_string(error, test)
        print("".join(f"    {line}\n" for line in text.splitlines()), end="")
        self._say("not ok", test)
        self.failures.append((test, text))

    @staticmethod
    def _say(outcome, test):
        print(f"{outcome} {test.id()}", flush=True)


def give_up(number, frame):
    raise TimeoutError(f"the test took longer than {TEST_SECONDS} s")


def main():
    folder = Path(__file__).resolve().parent
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    signal.signal(signal.SIGALRM, give_up)
    loader = unittest.TestLoader()
    names = sys.argv[1:]
    suite = loader.loadTestsFromNames(names) if names else loader.discover(str(folder))
    result = LineResult()
    suite.run(result)
    sys.exit(0 if result.testsRun > 0 and not result.failures else 1)


if __name__ == "__main__":
    main()
