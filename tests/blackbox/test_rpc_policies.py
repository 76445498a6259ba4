"""Policies as others see them: generated requests have only answers that OpenAPI names, clients understand refusals."""

import base64
import collections
import json
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from clients.npm import install_packages
from harness import PHP, WAIT_SECONDS, PhpServer, php_arguments
from harness_python import environment

CLIENTS = Path(__file__).parent / "clients"
SECONDS = 300
#: Not that no answer is a server's error: a call that took too long is 504. The rest as for other documents.
CHECKS = (
    "status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,"
    "unsupported_method"
)
ANN = "Basic " + base64.b64encode(b"ann:geheim").decode()


class PolicyTest(unittest.TestCase):
    def start(self):
        server = PhpServer(CLIENTS / "policies_server.php", "127.0.0.1:0", "2")
        self.addCleanup(server.__exit__, None, None, None)
        return server, f"http://{server.host}:{server.port}"


class OpenApiTest(PolicyTest):
    def schemathesis(self, url, *more):
        """Generates requests from the document; gives the exit code, what was said, and how often each status came."""
        with tempfile.TemporaryDirectory() as scratch:
            done = subprocess.run(
                [
                    str(environment() / "schemathesis"), "run", url, "--max-examples", "10", "--seed", "1", "--checks", CHECKS,
                    "--no-color", "--generation-database", "none", "--report", "har", "--report-har-path", "all.har", *more,
                ],
                capture_output=True, text=True, timeout=SECONDS, cwd=scratch,
            )
            entries = json.loads((Path(scratch) / "all.har").read_text())["log"]["entries"]
        statuses = collections.Counter(entry["response"]["status"] for entry in entries)
        return done.returncode, done.stdout + done.stderr, statuses

    def test_the_document_is_valid(self):
        server, _url = self.start()
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(server.get("/openapi.json").body)
            file.flush()
            done = subprocess.run(
                [str(environment() / "python"), "-m", "openapi_spec_validator", file.name],
                capture_output=True, text=True, timeout=SECONDS,
            )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_generated_requests_have_documented_answers(self):
        for headers, expected in (
            ((), {200, 201, 401, 422, 429, 504}),
            (("-H", "X-Api-Key: key-of-guest"), {200, 201, 403, 422, 429, 504}),
            (("-H", f"Authorization: {ANN}"), {200, 201, 204, 422, 429, 504}),
        ):
            with self.subTest(headers=headers):
                server, url = self.start()
                code, said, statuses = self.schemathesis(f"{url}/openapi.json", *headers)
                self.assertEqual(code, 0, said)
                self.assertLessEqual(expected, set(statuses))
                self.assertNotIn(500, statuses)
                # What ends a method is an exception, and told as such.
                errors = [line for line in server.log.splitlines() if " error " in line]
                self.assertEqual([line for line in errors if "TimeoutException" not in line], [])

    def test_undocumented_refusals_would_be_found(self):
        server, url = self.start()
        document = json.loads(server.get("/openapi.json").body)
        for path, status in (("/offers", "429"), ("/reports/{year}", "504"), ("/me", "401")):
            with self.subTest(path=path):
                operation = json.loads(json.dumps(document["paths"][path]["get"]))
                del operation["responses"][status]
                part = {**document, "paths": {path: {"get": operation}}, "servers": [{"url": url}]}
                with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
                    json.dump(part, file)
                    file.flush()
                    code, said, _statuses = self.schemathesis(file.name, "--url", url)
                self.assertEqual(code, 1, said)
                self.assertIn(status, said)


class ClientsTest(PolicyTest):
    def run_client(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=WAIT_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (0, "ok\n"), done.stderr)

    def test_soap_client(self):
        _server, url = self.start()
        directory = subprocess.run([PHP, "-n", "-r", 'echo ini_get("extension_dir");'], capture_output=True, text=True).stdout
        soap = ["-d", "extension=soap"] if Path(directory, "soap.so").exists() else []
        self.run_client(PHP, *php_arguments(), *soap, CLIENTS / "php/soap_policies.php", f"{url}/soap")

    def test_zeep(self):
        _server, url = self.start()
        # Debian's own, for Debian's python3-zeep.
        self.run_client("/usr/bin/python3", CLIENTS / "zeep_policies.py", f"{url}/soap?wsdl")


class NodeTest(PolicyTest):
    """Packages of npm."""

    @classmethod
    def setUpClass(cls):
        install_packages()

    def test_openrpc(self):
        _server, url = self.start()
        with urllib.request.urlopen(f"{url}/openrpc.json", timeout=WAIT_SECONDS) as answer:
            text = answer.read().decode()
        done = subprocess.run(
            ["node", CLIENTS / "node/openrpc.js"], input=text, capture_output=True, text=True, timeout=WAIT_SECONDS
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^10 methods, \d+ schemas\n$")

    def test_openrpc_names_every_code_that_comes(self):
        """Calls each method in each way that is refused, and looks the codes up."""
        server, _url = self.start()
        methods = {method["name"]: method for method in json.loads(server.get("/openrpc.json").body)["methods"]}
        seen = set()
        guest = {"X-Api-Key": "key-of-guest"}
        for name, given, headers, times in (
            ("shop.stock", {"article": 1}, {}, 1),
            ("shop.stock", {"article": 1}, guest, 1),
            ("shop.offers", {}, {}, 6),
            ("shop.me", {}, guest, 6),
            ("shop.report", {"year": 1}, {}, 1),
            ("shop.pay", {"sum": 1}, guest, 1),
            ("shop.pay", {"sum": 1}, {**guest, "Idempotency-Key": "k"}, 1),
            ("shop.order", {"article": 1, "count": 1}, {**guest, "Idempotency-Key": "k"}, 1),
            ("shop.order", {"article": 1, "count": 9}, {}, 1),
        ):
            body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": name, "params": given}).encode()
            for _ in range(times):
                answer = server.request("POST", "/jsonrpc", body, {"Content-Type": "application/json", **headers})
                error = json.loads(answer.body).get("error")
            if error is not None:
                named = [known["code"] for known in methods[name].get("errors", [])]
                self.assertIn(error["code"], named, name)
                seen.add(error["code"])
        self.assertEqual(seen, {-32001, -32003, -32029, -32008, -32010, -32022, 409})

    def test_mcp(self):
        _server, url = self.start()
        done = subprocess.run(
            # What Node thinks of a client's listeners is a matter of its version, not of ours.
            ["node", "--no-warnings", CLIENTS / "node/mcp_policies.js", f"{url}/mcp"],
            capture_output=True, text=True, timeout=WAIT_SECONDS,
        )
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
