"""REST as others see it: the OpenAPI document is one, and requests made from it have only answers that it names."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from harness import PhpServer
from harness_python import environment

SERVER = Path(__file__).parent / "clients/rest_server.php"
SECONDS = 300
#: Others of schemathesis demand that {} is no list and 1.0 an integer, which docs/rpc/TYPES.md decides otherwise.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method"
)


def schemathesis(url, examples, seed, *more, seconds=SECONDS):
    """Generates requests from the document at `url`; gives the exit code and what was said."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [
                str(environment() / "schemathesis"), "run", url, "--max-examples", str(examples), "--seed", str(seed),
                "--checks", CHECKS, "--no-color", "--generation-database", "none", *more,
            ],
            capture_output=True, text=True, timeout=seconds, cwd=scratch,
        )
    return done.returncode, done.stdout + done.stderr


class OpenApiTest(unittest.TestCase):
    def start(self):
        server = PhpServer(SERVER, "127.0.0.1:0", "2")
        self.addCleanup(server.__exit__, None, None, None)
        return server

    def validate(self, text):
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "openapi.json"
            file.write_bytes(text)
            return subprocess.run(
                [str(environment() / "python"), "-m", "openapi_spec_validator", str(file)],
                capture_output=True, text=True, timeout=SECONDS,
            )

    def test_the_document_is_valid(self):
        server = self.start()
        for target, base in (("/openapi.json", "/"), ("/v1/openapi.json", "/v1")):
            response = server.get(target)
            self.assertEqual(response.status, 200)
            document = json.loads(response.body)
            self.assertEqual(document["servers"], [{"url": base}])
            done = self.validate(response.body)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # The validator finds what is wrong.
        del document["info"]
        self.assertNotEqual(self.validate(json.dumps(document).encode()).returncode, 0)

    def test_it_names_every_route_once(self):
        document = json.loads(self.start().get("/openapi.json").body)
        operations = {
            f"{verb} {path}": operation for path, item in document["paths"].items() for verb, operation in item.items()
        }
        names = [operation["operationId"] for operation in operations.values()]
        self.assertEqual(len(names), len(set(names)))
        for name in (
            "get /polls/{id}", "put /polls/{id}", "patch /polls/{id}", "delete /polls/{id}", "post /polls", "get /files/{path}",
            "get /search", "get /rest/poll/getAll", "post /rest/poll/getAll", "post /rest/poll/vote", "post /rest/add",
            "get /rest/poll/now",
        ):
            self.assertIn(name, operations)
        self.assertNotIn("get /rest/poll/vote", operations)
        self.assertEqual(operations["get /polls/{id}"]["operationId"], "poll.show")
        self.assertTrue(operations["post /rest/poll/deep"]["deprecated"])
        created = operations["post /polls"]["responses"]
        self.assertEqual(created["201"]["content"]["application/json"]["schema"], {"$ref": "#/components/schemas/Poll"})
        self.assertIn("PollExists", created["422"]["description"])

    def test_generated_requests_have_documented_answers(self):
        server = self.start()
        code, said = schemathesis(f"http://{server.host}:{server.port}/openapi.json", 10, 1)
        self.assertEqual(code, 0, said)
        self.assertNotIn(" error ", server.log)

    def test_undocumented_answers_would_be_found(self):
        server = self.start()
        document = json.loads(server.get("/openapi.json").body)
        # What has no 422 any more is not answered as documented.
        document["paths"] = {"/polls/{id}": {"get": document["paths"]["/polls/{id}"]["get"]}}
        del document["paths"]["/polls/{id}"]["get"]["responses"]["422"]
        document["servers"] = [{"url": f"http://{server.host}:{server.port}"}]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(document, file)
            file.flush()
            code, said = schemathesis(file.name, 10, 1, "--url", document["servers"][0]["url"])
        self.assertEqual(code, 1, said)
        self.assertIn("422", said)


if __name__ == "__main__":
    unittest.main()
