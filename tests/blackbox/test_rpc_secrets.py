"""Methods that fail in every way: no answer of any protocol tells what only the log should know."""

import re
import unittest

from clients.protocols import PROTOCOLS, Record, request
from harness import ROOT, PhpServer

# What must never be sent: the planted text, names of exception classes and of ours, files and stack traces.
SECRET = re.compile(
    rb"SECRET|Leaky.Internal|SecretException|PDOException|TypeError|ArithmeticError|DivisionBy|UnhandledMatch|LogicException"
    rb"|InvalidArgument|Unwilling|Noisy|\.php|Stack trace|#0 |mysql|SQLSTATE|thrown in|Allowed memory|undefined function"
)
FAILING = ["database", "chain", "type", "divide", "missing", "match", "fatal", "quits", "unwilling", "resource", "closure",
           "noisy", "recursion"]
# An identification that the log has too.
CORRELATION = re.compile(rb"\b([0-9a-f]{3,}-[0-9a-f]+)\b")


class SecretsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/leaky_server.php").__enter__()
        cls.addClassCleanup(cls.server.kill)

    def assert_silent(self, answer, of):
        found = SECRET.search(answer.raw)
        self.assertIsNone(found, f"{of}: {found and found[0]} in {answer.raw}")

    def test_failures_are_masked_and_logged(self):
        for method in FAILING:
            for name, protocol in PROTOCOLS.items():
                with self.subTest(method=method, protocol=name):
                    start = len(self.server.log)
                    answer = protocol.call(self.server, f"leaky.{method}", {})
                    self.assert_silent(answer, method)
                    self.assertIsNone(answer.value, answer.raw)
                    number = CORRELATION.search(answer.body)
                    self.assertIsNotNone(number, answer.raw)
                    self.server.wait_for_log(re.escape(number[1].decode()), start)
                    # The server goes on, or its successor does.
                    self.assertEqual(protocol.call(self.server, "leaky.ok", {}).value, "fine")

    def test_what_is_printed_stays_here(self):
        for name, protocol in PROTOCOLS.items():
            with self.subTest(protocol=name):
                answer = protocol.call(self.server, "leaky.prints", {})
                self.assert_silent(answer, name)
                self.assertEqual(answer.value, "printed")

    def test_a_factory_that_fails(self):
        for name, protocol in PROTOCOLS.items():
            with self.subTest(protocol=name):
                answer = protocol.call(self.server, "unreachable.any", {})
                self.assert_silent(answer, name)
                self.assertIsNone(answer.value)

    def test_a_constructor_that_refuses(self):
        for number, value in ((1, True), (9, False), (10, False)):
            for name, protocol in PROTOCOLS.items():
                with self.subTest(number=number, protocol=name):
                    answer = protocol.call(self.server, "leaky.picky", {"picky": Record(number=number)})
                    self.assert_silent(answer, name)
                    self.assertEqual(answer.value is not None, value, answer.raw)

    def test_what_is_no_call(self):
        bodies = [b"", b"{", b"<", b"[]", b"null", b"\xff\xfe", b"<a/>", b'{"jsonrpc":"2.0"}', b"\0" * 100, b"[" * 2000,
                  b"<methodCall/>", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"]
        types = ["application/json", "text/xml", "application/soap+xml", "text/plain", "multipart/form-data", ""]
        paths = ["/jsonrpc", "/xmlrpc", "/soap", "/rest/leaky/ok", "/rest/leaky/none", "/rest", "/mcp", "/openapi.json", "/none",
                 "/soap?wsdl", "/rest?method=leaky.database", "/%00", "/rest/%2e%2e/x"]
        for path in paths:
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
                for body in bodies if method == "POST" else bodies[:1]:
                    for content_type in types if method == "POST" else types[:1]:
                        answer = request(self.server, method, path, body, {"Content-Type": content_type})
                        self.assert_silent(answer, (method, path, body[:20], content_type))
                        self.assertNotIn(answer.status, (502, 503, 504), answer.raw)
        self.assertEqual(PROTOCOLS["REST"].call(self.server, "leaky.ok", {}).value, "fine")
