"""Static files for curl and for a real browser."""

import os
import struct
import subprocess
import unittest
from pathlib import Path

from clients.browser import Browser
from harness import ROOT, WAIT_SECONDS, PhpServer, scratch_directory

SERVER = ROOT / "tests/blackbox/clients/files_server.php"
TEXT = "".join(f"line {number} of a text that repeats itself\n" for number in range(2000))
# The smallest WebAssembly module: nothing but its magic number and version.
WASM = b"\0asm\1\0\0\0"

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Files</title><link rel="stylesheet" href="style.css"></head>
<body><h1>Files</h1><img src="dot.svg" alt="a dot"><audio src="sound.wav" preload="metadata"></audio>
<script type="module" src="build/app.3f9a2c81.mjs"></script></body></html>
"""


def wave(seconds, rate=8000):
    """Silence as a WAV file."""
    data = b"\x80" * (seconds * rate)
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, rate, 1, 8,
                       b"data", len(data))
    return head + data


class FilesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = scratch_directory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.root = Path(cls.directory.name)
        cls.write("text.txt", TEXT.encode())
        for command in (["gzip", "-k"], ["zstd", "-q"]):
            subprocess.run([*command, cls.root / "text.txt"], check=True)
        cls.large = os.urandom(8_000_000)
        cls.write("large.bin", cls.large)
        cls.write("index.html", PAGE.encode())
        cls.write("style.css", b"h1 { color: rgb(1, 2, 3) }")
        cls.write("dot.svg", b'<svg xmlns="http://www.w3.org/2000/svg" width="12" height="34"><circle r="5"/></svg>')
        cls.write("sound.wav", wave(120))
        cls.write("empty.wasm", WASM)
        cls.write("build/app.3f9a2c81.mjs", b"""
            import { answer } from './part.js';
            const module = await WebAssembly.compileStreaming(fetch('/empty.wasm'));
            document.body.dataset.result = `${answer} ${module instanceof WebAssembly.Module}`;
        """)
        cls.write("build/part.js", b"export const answer = 42;")
        cls.write("download/index.html", b"in a folder")
        cls.write("secret.php", b"<?php secret();")
        # Tags are weak as long as another change might not show.
        for path in cls.root.rglob("*"):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        cls.server = PhpServer(SERVER, cls.root)
        cls.addClassCleanup(cls.server.kill)
        cls.url = f"http://127.0.0.1:{cls.server.port}"

    @classmethod
    def write(cls, name, content):
        path = cls.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)

    def curl(self, *arguments):
        done = subprocess.run(["curl", "-sS", *map(str, arguments)], check=True, capture_output=True, timeout=WAIT_SECONDS)
        return done.stdout

    def test_curl_gets_whole_files_ranges_and_redirects(self):
        self.assertEqual(self.curl(f"{self.url}/large.bin"), self.large)
        self.assertEqual(self.curl("-r", "4000000-4000099", f"{self.url}/large.bin"), self.large[4_000_000:4_000_100])
        self.assertEqual(self.curl("-r", "-100", f"{self.url}/large.bin"), self.large[-100:])
        self.assertEqual(self.curl("-L", f"{self.url}/download?x=1"), b"in a folder")
        head = self.curl("-I", f"{self.url}/large.bin").decode()
        self.assertIn("HTTP/1.1 200 OK\r\n", head)
        self.assertIn("Content-Length: 8000000\r\n", head)
        both = self.curl("-r", "0-9,7999990-7999999", f"{self.url}/large.bin")
        self.assertIn(self.large[:10], both)
        self.assertIn(b"Content-Range: bytes 7999990-7999999/8000000\r\n\r\n" + self.large[-10:], both)

    def test_curl_resumes_a_download(self):
        with scratch_directory() as place:
            part = Path(place, "part")
            part.write_bytes(self.large[:3_000_000])
            out = self.curl("-C", "-", "-o", part, "-w", "%{http_code} %{size_download}", f"{self.url}/large.bin")
            self.assertEqual(out, b"206 5000000")
            self.assertEqual(part.read_bytes(), self.large)

    def test_curl_takes_copies_in_other_codings(self):
        for coding in ("gzip", "zstd"):
            head = self.curl("-D", "-", "-o", "/dev/null", "-H", f"Accept-Encoding: {coding}", f"{self.url}/text.txt").decode()
            self.assertIn(f"Content-Encoding: {coding}\r\n", head)
            body = self.curl("--compressed", "-H", f"Accept-Encoding: {coding}", f"{self.url}/text.txt")
            self.assertEqual(body.decode(), TEXT)
        size = self.curl("--compressed", "-o", "/dev/null", "-w", "%{size_download}", f"{self.url}/text.txt")
        self.assertLess(int(size), len(TEXT) // 10)
        self.assertEqual(self.curl(f"{self.url}/text.txt").decode(), TEXT)

    def test_curl_asks_again_with_a_tag_or_a_date(self):
        with scratch_directory() as place:
            tag = Path(place, "tag")
            code = ("-o", "/dev/null", "-w", "%{http_code}")
            self.assertEqual(self.curl("--etag-save", tag, *code, f"{self.url}/text.txt"), b"200")
            self.assertEqual(self.curl("--etag-compare", tag, *code, f"{self.url}/text.txt"), b"304")
            self.assertEqual(self.curl("-z", self.root / "text.txt", *code, f"{self.url}/text.txt"), b"304")
            self.assertEqual(self.curl("-z", "2001-01-01", *code, f"{self.url}/text.txt"), b"200")

    def test_no_writing_of_a_path_leads_out_or_to_source(self):
        paths = ["/../etc/passwd", "/..%2fetc/passwd", "/%2e%2e/etc/passwd", "/%252e%252e%252fetc/passwd", "/..%5c..%5cetc/passwd",
                 "/....//etc/passwd", "/%c0%ae%c0%ae/etc/passwd", "/download/../../etc/passwd", "//etc/passwd", "/secret.php",
                 "/secret.php%00.txt", "/secret.PHP", "/secret.php/", "/./secret.php", "/secret%2ephp"]
        for path in paths:
            body = self.curl("--path-as-is", f"{self.url}{path}")
            self.assertNotIn(b"root:", body, path)
            self.assertNotIn(b"secret()", body, path)
        self.assertEqual(self.curl(f"{self.url}/secret.php"), b"application /secret.php")

    def test_a_browser_loads_a_page_plays_sound_and_asks_again(self):
        with Browser() as browser:
            browser.open(f"{self.url}/")
            browser.wait_for("return document.body?.dataset.result === '42 true'")
            self.assertEqual(browser.run("return getComputedStyle(document.querySelector('h1')).color"), "rgb(1, 2, 3)")
            self.assertEqual(browser.run("return document.querySelector('img').naturalHeight"), 34)
            # Jumping to the end of what was not loaded takes a range.
            browser.wait_for("return document.querySelector('audio').duration === 120")
            browser.run("document.querySelector('audio').currentTime = 110")
            browser.wait_for("return document.querySelector('audio').currentTime === 110 && !document.querySelector('audio').seeking")
            # What may change is asked for again, and found unchanged; what holds a hash is not even asked for.
            browser.open(f"{self.url}/download/")
            browser.open(f"{self.url}/")
            browser.wait_for("return document.body?.dataset.result === '42 true'")
            status = "return performance.getEntriesByType('resource').find(it => it.name.endsWith(arguments[0])).transferSize"
            self.assertEqual(browser.run(status, "app.3f9a2c81.mjs"), 0)
            unchanged = browser.run(status, "style.css")
            self.assertTrue(0 < unchanged < 400, unchanged)
            self.assertEqual([text for text in browser.complaints() if "favicon" not in text], [])
