"""Forms with files from curl, Python, Node and a browser, and many large ones at once."""

import hashlib
import json
import os
import socket
import subprocess
import threading
import unittest
import urllib.request
from pathlib import Path

from clients.browser import Browser
from harness import ROOT, WAIT_SECONDS, PhpServer, scratch_directory

SERVER = ROOT / "tests/blackbox/clients/uploads_server.php"
NODE = """
const form = new FormData();
form.append('a[b]', 'ü"\\r\\n');
form.append('a[c]', '2');
form.append('file', new Blob([new Uint8Array(300000).fill(7)], { type: 'x/y' }), 'na"me ü.bin');
form.append('file', new Blob(['']), 'empty');
const answer = await fetch(process.argv[1], { method: 'POST', body: form });
console.log(answer.status, await answer.text());
"""


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class UploadsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = scratch_directory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.root = Path(cls.directory.name)
        (cls.root / "uploads").mkdir()
        cls.content = os.urandom(2_000_000)
        (cls.root / "large.bin").write_bytes(cls.content)
        (cls.root / "text ü.txt").write_text("a text\n")
        (cls.root / "empty.txt").write_text("")
        cls.server = PhpServer(SERVER, cls.root / "uploads")
        cls.addClassCleanup(cls.server.kill)
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    def tearDown(self):
        self.assertEqual(list((self.root / "uploads").iterdir()), [])
        self.assertNotRegex(self.server.log, "PHP (?:warning|notice|deprecation|reported)|panic")

    def curl(self, *arguments):
        done = subprocess.run(["curl", "-sS", *map(str, arguments)], check=True, capture_output=True, timeout=WAIT_SECONDS,
                              cwd=self.root)
        return done.stdout.decode()

    def test_curl(self):
        form = ("-F", "a[x]=1", "-F", "a[x2][]=<text ü.txt", "-F", "large=@large.bin", "-F", "text=@text ü.txt;type=text/x-y",
                "-F", 'quoted=@empty.txt;filename="a\\"b;c.txt"')
        wanted = {"form": {"a": {"x": "1", "x2": ["a text\n"]}}, "files": [
            ["large", "large.bin", "application/octet-stream", len(self.content), sha256(self.content)],
            ["text", "text ü.txt", "text/x-y", 7, sha256(b"a text\n")],
        ]}
        # Large bodies are announced and wait for a 100; with an empty Expect they do not; chunked ones have no length.
        for extra in ((), ("-H", "Expect:"), ("-H", "Transfer-Encoding: chunked"), ("--http1.0",), ("--limit-rate", "8M")):
            came = json.loads(self.curl(*extra, *form, f"{self.url}/"))
            [field, name, _, size, _] = came["files"].pop()
            # Versions of curl escape quotes in one of two ways.
            self.assertIn((field, name, size), [("quoted", 'a"b;c.txt', 0), ("quoted", "a%22b;c.txt", 0)])
            self.assertEqual(came, wanted, extra)

    def test_curl_is_told_early(self):
        # Without having sent the file: the answer comes instead of a 100, or while it sends.
        out = self.curl("-F", "f=@large.bin", "-o", "/dev/null", "-w", "%{http_code} %{size_upload}", "-H", "Expect: 100-continue",
                        "--expect100-timeout", WAIT_SECONDS, f"{self.url}/small")
        self.assertRegex(out, r"^413 \d+$")
        self.assertEqual(self.curl("-F", "f=@text ü.txt", "-o", "/dev/null", "-w", "%{http_code}", f"{self.url}/small"), "200")

    def test_python(self):
        # Debian's own, for Debian's python3-requests.
        done = subprocess.run(["/usr/bin/python3", ROOT / "tests/blackbox/clients/requests_client.py", f"{self.url}/",
                               self.root / "large.bin"], check=True, capture_output=True, timeout=WAIT_SECONDS)
        came = json.loads(done.stdout)
        self.assertEqual(came["form"], {"a": "1", "b": ["2", "3"]})
        self.assertEqual([row[2:] for row in came["files"]], [
            ["a/b", len(self.content), sha256(self.content)], [None, 0, sha256(b"")], [None, 1, sha256(b"1")],
        ])
        self.assertEqual([row[0] for row in came["files"]], ["f", "g[]", "g[]"])
        self.assertEqual(came["files"][2][1], "p")
        body = b'--b\r\nContent-Disposition: form-data; name=x\r\n\r\ny\r\n--b--'
        asked = urllib.request.Request(f"{self.url}/", body, {"Content-Type": "multipart/form-data; boundary=b"})
        with urllib.request.urlopen(asked, timeout=WAIT_SECONDS) as answer:
            self.assertEqual(json.load(answer), {"form": {"x": "y"}, "files": []})

    def test_node(self):
        done = subprocess.run(["node", "--input-type=module", "-e", NODE, f"{self.url}/"], check=True, capture_output=True,
                              timeout=WAIT_SECONDS, text=True)
        status, _, body = done.stdout.partition(" ")
        self.assertEqual(status, "200")
        self.assertEqual(json.loads(body), {"form": {"a": {"b": 'ü"\r\n', "c": "2"}}, "files": [
            ["file", "na%22me ü.bin", "x/y", 300_000, sha256(b"\7" * 300_000)],
            ["file", "empty", "application/octet-stream", 0, sha256(b"")],
        ]})

    def test_a_browser_sends_its_form(self):
        with Browser() as browser:
            browser.open(f"{self.url}/")
            browser.run("""
                const files = (...made) => { const all = new DataTransfer(); made.forEach(it => all.items.add(it)); return all.files; };
                document.querySelector('[name=one]').files = files(new File(['one'], 'ü "1".txt', { type: 'text/plain' }));
                document.querySelector('[name="many[]"]').files = files(new File(['a'], 'a'), new File(['bb'], 'b'));
                document.querySelector('button').click();
            """)
            browser.wait_for("return document.contentType === 'application/json'")
            came = json.loads(browser.run("return document.body.innerText"))
        self.assertEqual(came["form"], {"text": {"a": 'ü "quoted"'}, "lines": "one\r\ntwo", "boxes": ["1"]})
        self.assertEqual([row[:4] for row in came["files"]], [
            ["one", "ü %221%22.txt", "text/plain", 3],
            ["many[]", "a", "application/octet-stream", 1], ["many[]", "b", "application/octet-stream", 2],
        ])

    def test_a_sender_that_ends_its_side_in_the_middle_is_left_alone(self):
        with self.server.connect() as raw:
            raw.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\n\r\n--b\r\n")
            raw.shutdown(socket.SHUT_WR)
            self.assertEqual(raw.recv(100), b"")
        self.assertEqual(self.server.get("/").status, 200)

    def test_large_ones_at_once_take_no_memory(self):
        [worker] = self.server.workers()
        size, count = 200 << 20, 4

        def resident():
            status = Path(f"/proc/{worker}/status").read_text()
            return int(status.split("VmHWM:")[1].split()[0]) << 10

        def send(answers):
            begin = b"--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n"
            piece = bytes(1 << 20)
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=120) as raw:
                raw.sendall(b"POST /size HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                            b"Content-Length: %d\r\n\r\n" % (len(begin) + size + 7) + begin)
                for _ in range(size >> 20):
                    raw.sendall(piece)
                raw.sendall(b"\r\n--b--")
                answers.append(b"".join(iter(lambda: raw.recv(65536), b"")).rpartition(b"\r\n")[2])

        self.assertEqual(self.server.get("/").status, 200)
        before, answers = resident(), []
        threads = [threading.Thread(target=send, args=(answers,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(answers, [b"[%d]" % size] * count)
        self.assertLess(resident() - before, 4 << 20)


if __name__ == "__main__":
    unittest.main()
