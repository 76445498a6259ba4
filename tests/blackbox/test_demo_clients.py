"""Foreign clients against the poll API: Python, Node.js, Perl, PHP and curl, as they come."""

import json
import re
import subprocess
import unittest
import urllib.request
import xmlrpc.client
from pathlib import Path

from clients.npm import install_packages
from clients.poll_server import ALREADY_VOTED, OPTIONS, QUESTION, UNKNOWN_POLL, PollServer, diagnostics
from harness import PHP, ROOT, WAIT_SECONDS, php_arguments

CLIENTS = Path(__file__).parent / "clients"


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.server = PollServer(workers=2)
        self.addCleanup(self.server.__exit__, None, None, None)
        self.addCleanup(lambda: self.assertEqual(diagnostics(self.server), []))

    def run_client(self, *command, cwd=None, seconds=WAIT_SECONDS):
        done = subprocess.run(
            [str(word) for word in command], cwd=cwd, capture_output=True, text=True, timeout=seconds,
            stdin=subprocess.DEVNULL,
        )
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}\n{self.server.log[-2000:]}")
        return done.stdout


class PythonTest(ClientTest):
    def test_xmlrpc_client(self):
        proxy = self.server.proxy()
        self.assertEqual(proxy.poll.getAllPolls(), {QUESTION: OPTIONS})
        self.assertEqual(proxy.poll.vote(QUESTION, "a", "päthon"), {"a": 1, "b": 0, "c": 0})
        self.assertIs(proxy.poll.create("Five <&> ten?", ("yes", "no")), True)
        with self.assertRaises(xmlrpc.client.Fault) as raised:
            proxy.poll.vote(QUESTION, "a", "päthon")
        self.assertEqual(raised.exception.faultCode, ALREADY_VOTED)
        self.assertEqual(raised.exception.faultString, '"päthon" has already voted in this poll')

    def test_xmlrpc_client_sends_all_its_types(self):
        proxy = self.server.proxy()
        date = xmlrpc.client.DateTime("20090801T12:00:00")
        for value in (1, -2147483648, 2.5, True, None, [], [1, ["x"]], {}, {"a": {"b": 1}}, date):
            with self.subTest(value), self.assertRaises(xmlrpc.client.Fault) as raised:
                proxy.poll.results(value)
            self.assertEqual(raised.exception.faultCode, -32602)
        for value in ("", "text", "\U0001f35e\u00a0]]>&amp;", "line\nline", xmlrpc.client.Binary(b"bytes")):
            with self.subTest(value), self.assertRaises(xmlrpc.client.Fault) as raised:
                proxy.poll.results(value)
            self.assertEqual(raised.exception.faultCode, UNKNOWN_POLL)

    def test_multicall(self):
        calls = xmlrpc.client.MultiCall(self.server.proxy())
        calls.poll.getAllQuestions()
        calls.poll.vote(QUESTION, "b", "multi")
        calls.poll.vote(QUESTION, "b", "multi")
        calls.poll.results(QUESTION)
        results = calls()
        votes = {"a": 0, "b": 1, "c": 0}
        self.assertEqual([results[0], results[1], results[3]], [[QUESTION], votes, votes])
        with self.assertRaises(xmlrpc.client.Fault) as raised:
            results[2]
        self.assertEqual(raised.exception.faultCode, ALREADY_VOTED)

    def test_urllib_with_a_batch(self):
        calls = [
            {"jsonrpc": "2.0", "method": "poll.vote", "params": [QUESTION, "a", f"user {n}"], "id": n}
            for n in range(50)
        ]
        request = urllib.request.Request(
            f"{self.server.url}/jsonrpc", json.dumps(calls).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as answer:
            answers = json.load(answer)
        expected = [{"result": {"a": n + 1, "b": 0, "c": 0}, "id": n, "jsonrpc": "2.0"} for n in range(50)]
        self.assertEqual(answers, expected)


class NodeTest(ClientTest):
    """Packages of npm."""

    @classmethod
    def setUpClass(cls):
        install_packages()

    def test_jayson(self):
        self.run_client("node", CLIENTS / "node/jayson.js", self.server.host, self.server.port)

    def test_xmlrpc(self):
        self.run_client("node", CLIENTS / "node/xmlrpc.js", self.server.host, self.server.port)


class PerlTest(ClientTest):
    def test_rpc_xml(self):
        self.run_client("perl", CLIENTS / "perl/rpc_xml.pl", f"{self.server.url}/xmlrpc")


class PhpTest(ClientTest):
    def test_streams_and_dom(self):
        self.run_client(PHP, *php_arguments(), CLIENTS / "php/streams.php", self.server.url)


class CurlTest(ClientTest):
    def curl(self, *arguments):
        limit = str(int(WAIT_SECONDS))
        return self.run_client("curl", "--silent", "--show-error", "--fail", "--max-time", limit, *arguments)

    def test_the_commands_that_make_demo_prints(self):
        printed = (ROOT / "scripts/demo").read_text()
        calls = re.findall(r"^  (curl .*)$", printed, re.MULTILINE)
        self.assertEqual(len(calls), 2)
        answers = [self.run_client("sh", "-c", f"url={self.server.url}; {call}") for call in calls]
        self.assertEqual(json.loads(answers[0]), {"result": {QUESTION: OPTIONS}, "id": 1, "jsonrpc": "2.0"})
        self.assertIn(QUESTION, answers[1])
        self.assertNotIn("<fault>", answers[1])

    def test_the_commands_of_its_readme(self):
        readme = (ROOT / "demos/zf-apiserver/README.md").read_text().replace("\\\n", "")
        calls = re.findall(r"^    (curl .*)$", readme, re.MULTILINE)
        self.assertEqual(len(calls), 6)
        for call in calls:
            answer = self.run_client("sh", "-c", call.replace("http://127.0.0.1:8080", self.server.url))
            self.assertNotRegex(answer, r'^$|"error"|<fault>|^415|"status":[45]')

    def test_forms_of_browsers_are_refused(self):
        call = '{"jsonrpc":"2.0","method":"poll.create","params":["Form?",["a","b"]],"id":1}'
        for content_type in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
            for path in ("jsonrpc", "xmlrpc"):
                status = self.run_client(
                    "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{self.server.url}/{path}",
                    "-H", f"Content-Type: {content_type}", "-d", call,
                )
                self.assertEqual(status, "415", f"{content_type} on {path}")
        self.assertEqual(self.server.result("poll.getAllQuestions"), [QUESTION])

    def test_chunked_http_1_0_and_a_second_call_on_the_connection(self):
        arguments = ["-H", "Content-Type: application/json", "-d", '{"method":"poll.getAllQuestions","params":[]}']
        expected = json.dumps({"result": [QUESTION], "id": None}, separators=(",", ":"))
        url = f"{self.server.url}/jsonrpc"
        self.assertEqual(self.curl(url, "-H", "Transfer-Encoding: chunked", *arguments), expected)
        self.assertEqual(self.curl("--http1.0", url, *arguments), expected)
        self.assertEqual(self.curl(url, url, *arguments), expected * 2)
