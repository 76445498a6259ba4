"""Kargo\\Rpc\\JsonRpcClient and XmlRpcClient against servers of others: Python, Node.js and Perl, as they come."""

import base64
import json
import re
import subprocess
import threading
import unittest
import xmlrpc.client
import xmlrpc.server
from pathlib import Path

from clients.npm import install_packages
from harness import PHP, ROOT, WAIT_SECONDS, PhpServer, Process, php_arguments, run_php, scratch_directory

CLIENTS = Path(__file__).parent / "clients"
NOT_FOUND = -32601


def fault(code, message, data=None):
    return {"fault": code, "message": message, "data": data}


class ClientsTest(unittest.TestCase):
    maxDiff = None

    def outcomes(self, protocol, url, calls):
        """What came of each call: alone, and of all together."""
        done = subprocess.run(
            [PHP, *php_arguments(), str(CLIENTS / "php/rpc_calls.php"), protocol, url],
            input=json.dumps(calls), capture_output=True, text=True, timeout=WAIT_SECONDS,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        outcomes = json.loads(done.stdout)
        return outcomes["alone"], outcomes["together"]

    def start(self, *command):
        """A server that says its port."""
        process = Process(command)
        self.addCleanup(process.__exit__, None, None, None)
        port = process.wait_for_log(r"listening on (\d+)")[1]
        return process, f"http://127.0.0.1:{port}/"


class PythonTest(ClientsTest):
    def serve(self, **options):
        def fail():
            raise xmlrpc.client.Fault(17, "ön purpose")

        server = xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False, **options)
        server.register_introspection_functions()
        server.register_multicall_functions()
        server.register_function(lambda a, b: a + b, "sum")
        server.register_function(lambda value: value, "echo")
        server.register_function(lambda value: (type(value).__name__, repr(value)), "a.b.repr")
        server.register_function(fail, "fail")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()

        def stop():
            server.shutdown()
            thread.join()
            server.server_close()

        self.addCleanup(stop)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    def test_values(self):
        url = self.serve(allow_none=True, use_builtin_types=True)
        values = [
            None, True, -(2**31), 2**31 - 1, 1.5, -1e-9, "", "text", " é <&> ]]> ", "\U0001f35e", [], [1, ["x", []]],
            {}, {"a": {"b": [1]}, "ключ": None}, {"$date": "2026-01-02T03:04:05"}, {"$bytes": base64.b64encode(b"\0\xff").decode()},
        ]
        alone, together = self.outcomes("xml", url, [["echo", [value]] for value in values])
        self.assertEqual(alone, values)
        self.assertEqual(together, values)

    def test_what_arrives(self):
        url = self.serve(allow_none=True, use_builtin_types=True)
        calls = [["a.b.repr", [value]] for value in (2**40, 1.0, "1", {"$date": "2026-01-02T03:04:05"}, {"$bytes": "AP8="})]
        alone, _ = self.outcomes("xml", url, calls)
        self.assertEqual(alone, [
            ["int", "1099511627776"], ["float", "1.0"], ["str", "'1'"],
            ["datetime", "datetime.datetime(2026, 1, 2, 3, 4, 5)"], ["bytes", r"b'\x00\xff'"],
        ])

    def test_faults_and_introspection(self):
        calls = [["sum", [1, 2]], ["fail", []], ["none", []], ["system.listMethods", []]]
        alone, together = self.outcomes("xml", self.serve(), calls)
        self.assertEqual(alone[:2], [3, fault(17, "ön purpose")])
        self.assertEqual(alone[2]["fault"], 1)
        self.assertIn("system.multicall", alone[3])
        self.assertEqual(together, alone)


class NodeTest(ClientsTest):
    """Packages of npm."""

    @classmethod
    def setUpClass(cls):
        install_packages()

    def test_jayson(self):
        process, url = self.start("node", CLIENTS / "node/servers.js", "jayson")
        values = [None, True, 2**53, 1.5, "é\u2028\0", [], {}, {"a": [{"b": None}]}]
        calls = [["sum", [1, 2]], ["sum", {"b": 3, "a": 4}], ["fail", ["x"]], ["none", []], *[["echo", [value]] for value in values]]
        alone, together = self.outcomes("json", url, calls)
        self.assertEqual(alone, [3, 7, fault(17, "on purpose", {"why": ["x"]}), fault(NOT_FOUND, "Method not found"), *values])
        self.assertEqual(together, alone)
        with scratch_directory() as folder:
            script = Path(folder) / "notify.php"
            script.write_text(
                f"<?php $client = new Kargo\\Rpc\\JsonRpcClient('{url}'); $client->notify('note', ['alone']);"
                " $batch = $client->batch(); $batch->notify('note', ['together']); echo json_encode($batch->send());"
            )
            done = run_php(script)
        self.assertEqual(done, (0, "[]", ""))
        process.wait_for_log("noted alone")
        process.wait_for_log("noted together")

    def test_xmlrpc(self):
        _, url = self.start("node", CLIENTS / "node/servers.js", "xmlrpc")
        values = [True, -7, 1.5, "é <&>", [1, ["x"]], {"a": {"b": "c"}}, {"$bytes": "AP8="}]
        calls = [["sum", [1, 2]], ["fail", []], *[["echo", [value]] for value in values]]
        alone, together = self.outcomes("xml", url, calls)
        self.assertEqual(alone, [3, fault(17, "on purpose"), *values])
        # It has no system.multicall, and says so with 404 and no body.
        self.assertEqual(together["error"], "Kargo\\ProtocolException")
        self.assertIn("status 404", together["message"])


class PerlTest(ClientsTest):
    def test_rpc_xml(self):
        _, url = self.start("perl", CLIENTS / "perl/rpc_xml_server.pl")
        values = ["é <&>", [1, ["x", {}]], {"a": {"b": [2.5]}}]
        calls = [["sum", [1, 2]], ["fail", []], *[["echo", [value]] for value in values]]
        alone, together = self.outcomes("xml", f"{url}RPC2", calls)
        self.assertEqual(alone, [3, fault(17, "on purpose"), *values])
        # Its system.multicall gives results without the array of one, and for a fault no XML-RPC at all.
        self.assertEqual(together["error"], "Kargo\\ProtocolException")
        self.assertIn("not a response", together["message"])


class DocumentationTest(unittest.TestCase):
    """The examples of docs/rpc/CLIENTS.md print what stands below them."""

    def test_examples(self):
        text = (ROOT / "docs/rpc/CLIENTS.md").read_text()
        server, *examples = re.findall(r"```php\n(.*?)```(?:\n\n((?:    [^\n]*\n)+))?", text, re.DOTALL)
        self.assertEqual(len(examples), 2)
        with scratch_directory() as folder:
            script = Path(folder) / "polls.php"
            script.write_text(server[0].replace("127.0.0.1:8080", "127.0.0.1:0"))
            with PhpServer(script) as polls:
                for code, printed in examples:
                    example = Path(folder) / "example.php"
                    example.write_text(code.replace("http://127.0.0.1:8080", f"http://{polls.host}:{polls.port}"))
                    expected = re.sub("^    ", "", printed, flags=re.MULTILINE)
                    self.assertEqual(run_php(example), (0, expected, ""))


if __name__ == "__main__":
    unittest.main()
