"""What an Api says of itself, as the tools of others read it: OpenRPC and MCP."""

import json
import re
import subprocess
import unittest
import urllib.request
from pathlib import Path

from clients.npm import install_packages
from harness import ROOT, WAIT_SECONDS, PhpServer, scratch_directory

CLIENTS = Path(__file__).parent / "clients"


class DescriptionTest(unittest.TestCase):
    """Packages of npm."""

    @classmethod
    def setUpClass(cls):
        install_packages()

    def setUp(self):
        self.server = PhpServer(CLIENTS / "php/described.php")
        self.addCleanup(self.server.__exit__, None, None, None)
        self.url = f"http://{self.server.host}:{self.server.port}/v1"

    def node(self, script, *arguments, given=""):
        done = subprocess.run(
            # What Node thinks of a client's listeners is a matter of its version, not of ours.
            ["node", "--no-warnings", CLIENTS / "node" / script, *arguments],
            input=given, capture_output=True, text=True, timeout=WAIT_SECONDS,
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_openrpc(self):
        with urllib.request.urlopen(f"{self.url}/openrpc.json", timeout=WAIT_SECONDS) as answer:
            text = answer.read()
        self.assertEqual(self.node("openrpc.js", given=text.decode()), "7 methods, 14 schemas\n")
        call = urllib.request.Request(
            f"{self.url}/jsonrpc", b'{"jsonrpc":"2.0","method":"rpc.discover","id":1}', {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(call, timeout=WAIT_SECONDS) as answer:
            self.assertEqual(json.load(answer)["result"], json.loads(text))

    def test_mcp(self):
        self.assertEqual(self.node("mcp.js", f"{self.url}/mcp"), "")
        self.assertIn("secret", self.server.log)


class DocumentationTest(unittest.TestCase):
    """The server of docs/rpc/DESCRIPTIONS.md answers the commands there as it says."""

    def test_commands(self):
        text = (ROOT / "docs/rpc/DESCRIPTIONS.md").read_text()
        [code] = re.findall(r"```php\n(.*?)```", text, re.DOTALL)
        commands = re.findall(r"^    (curl .*)$", text, re.MULTILINE)
        self.assertEqual(len(commands), 2)
        with scratch_directory() as folder:
            script = Path(folder) / "clock.php"
            script.write_text(f"<?php {code}".replace("127.0.0.1:8080", "127.0.0.1:0"))
            with PhpServer(script) as server:
                answers = []
                for command in commands:
                    command = command.replace("127.0.0.1:8080", f"{server.host}:{server.port}")
                    done = subprocess.run(
                        ["sh", "-c", command], capture_output=True, text=True, timeout=WAIT_SECONDS, check=True
                    )
                    answers.append(json.loads(done.stdout))
        [method] = answers[0]["methods"]
        self.assertEqual((method["name"], method["summary"]), ("clock.now", "Tell the time."))
        time = answers[1]["result"]["structuredContent"]
        self.assertEqual(set(time), {"hour", "minute"})
        self.assertEqual(json.loads(answers[1]["result"]["content"][0]["text"]), time)


if __name__ == "__main__":
    unittest.main()
