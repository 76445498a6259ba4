"""Zend Framework 1's own RPC servers, unpatched, in an evhttp callback: where ZEND_DIR names a copy of its library/Zend."""

import json
import os
import unittest
import xmlrpc.client
from pathlib import Path

from harness import ROOT, PhpServer, free_port

ZEND = Path(os.environ.get("ZEND_DIR") or "/nonexistent")


class ZendTest(unittest.TestCase):
    @unittest.skipUnless((ZEND / "Json/Server.php").is_file(), "ZEND_DIR names no Zend Framework 1")
    def test_zend_servers_answer_in_an_evhttp_callback(self):
        with PhpServer(ROOT / "tests/blackbox/clients/zend.php", str(free_port())) as server:
            # That every id becomes a string is Zend's own way.
            self.assertEqual(
                server.json_rpc("poll.getOptions", "sure?"), {"result": ["yes", "no"], "id": "1", "jsonrpc": "2.0"})
            named = {"jsonrpc": "2.0", "method": "poll.getOptions", "params": {"count": 3, "question": "sure?"}, "id": 2}
            self.assertEqual(server.post("/jsonrpc", json.dumps(named)).json()["result"], ["yes", "no", "perhaps"])
            self.assertEqual(server.json_rpc("poll.none")["error"]["code"], -32601)
            services = server.get("/jsonrpc").json()
            self.assertEqual((services["SMDVersion"], list(services["services"])), ("2.0", ["poll.getOptions"]))
            with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{server.port}/xmlrpc") as proxy:
                self.assertEqual(proxy.poll.getOptions("sure?", 1), ["yes"])
                self.assertIn("poll.getOptions", proxy.system.listMethods())
                with self.assertRaises(xmlrpc.client.Fault) as fault:
                    proxy.poll.none()
                self.assertEqual(fault.exception.faultCode, 620)
                # The same objects answer again and again, and nothing of one request is in the next.
                for _ in range(300):
                    self.assertEqual(proxy.poll.getOptions("sure?", 2), ["yes", "no"])
                    self.assertEqual(server.json_rpc("poll.getOptions", "sure?", 1)["result"], ["yes"])
            self.assertEqual(server.get("/stop").body, b"stopped")
            self.assertEqual(server.wait(), 0)
            self.assertNotRegex(server.log, "Warning|Notice|Fatal")
