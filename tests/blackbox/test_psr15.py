"""PSR-15 handlers on PSR-7 libraries of others: as handlers that may wait, and in classic mode."""

import http.client
import json
import os
import re
import threading
import unittest
from pathlib import Path

from harness import ROOT, WAIT_SECONDS, PhpServer, scratch_directory

SERVER = ROOT / "tests/blackbox/clients/psr15_server.php"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Where the same handler is mounted: as a handler, and in classic mode.
BOTH = ("", "/classic")
# What no answer may tell.
SECRETS = re.compile(rb"cat is out|RuntimeException|\.php|Stack")


class Psr15:
    """The same for each library."""

    FACTORY = None

    @classmethod
    def setUpClass(cls):
        cls.server = PhpServer(SERVER, cls.FACTORY)
        cls.addClassCleanup(cls.server.kill)

    def tearDown(self):
        # What a newer PHP finds old in the library is the library's.
        ours = re.sub(r".* PHP deprecation .* file=/usr/share/php/.*", "", self.server.log)
        self.assertNotRegex(ours, r"PHP (?:warning|notice|deprecation|reported)|panic")

    def test_what_a_request_has(self):
        for prefix in BOTH:
            answer = self.server.request(
                "PUT", f"{prefix}/what?a[b]=1&c=%C3%A4&a[d]=x%20y", b"\0\xc3\xa4",
                {"X-Header": "one, two", "Cookie": "x=1; y=%20z", "Content-Type": "text/plain", "Host": "cats.example:81"},
            )
            self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
            came = answer.json()
            self.assertEqual(came, {
                "method": "PUT",
                "uri": f"http://cats.example:81{prefix}/what?a%5Bb%5D=1&c=%C3%A4&a%5Bd%5D=x%20y",
                "target": f"{prefix}/what?a[b]=1&c=%C3%A4&a[d]=x%20y",
                "version": "1.1",
                "header": ["one, two"],
                "host": ["cats.example:81"],
                "query": {"a": {"b": "1", "d": "x y"}, "c": "ä"},
                "cookies": {"x": "1", "y": " z"},
                "parsed": None,
                "body": "\0ä",
                "files": [],
                "address": "127.0.0.1",
                "marks": "ab",
                "parameter": None,
                "hasRequest": True,
            })

    def test_forms(self):
        for prefix in BOTH:
            came = self.server.post(f"{prefix}/what", "name=Tom&tags[]=a&tags[]=b", FORM).json()
            self.assertEqual(came["parsed"], {"name": "Tom", "tags": ["a", "b"]})
            self.assertEqual(came["body"], "name=Tom&tags[]=a&tags[]=b")
            # JSON is for the application's own middleware to parse.
            self.assertIsNone(self.server.post(f"{prefix}/what", "{}", {"Content-Type": "application/json"}).json()["parsed"])

    def test_uploads_in_classic_mode(self):
        def part(name, filename, content):
            kind = f'; filename="{filename}"\r\nContent-Type: text/x-cat' if filename is not None else ""
            return f'--cut\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n{content}\r\n'

        body = (part("owner", None, "Ann") + part("photo", "tom.txt", "miau") + part("more[]", "a", "A")
                + part("more[]", "b", "") + part("deep[x][y]", "c", "C") + part("none", "", "") + "--cut--\r\n")
        headers = {"Content-Type": "multipart/form-data; boundary=cut"}
        came = self.server.post("/classic/what", body, headers).json()
        self.assertEqual(came["parsed"], {"owner": "Ann"})
        self.assertEqual(came["files"], {
            "photo": ["tom.txt", "text/x-cat", 4, 0, "miau"],
            "more": [["a", "text/x-cat", 1, 0, "A"], ["b", "text/x-cat", 0, 0, ""]],
            "deep": {"x": {"y": ["c", "text/x-cat", 1, 0, "C"]}},
            "none": ["", "", 0, 4, None],
        })

    def test_uploads_of_handlers(self):
        def part(name, filename, content):
            kind = f'; filename="{filename}"\r\nContent-Type: text/x-cat' if filename is not None else ""
            return f'--cut\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n{content}\r\n'

        body = (part("owner", None, "Ann") + part("photo", "tom.txt", "miau") + part("more[]", "a", "A")
                + part("more[]", "b", "") + part("deep[x][y]", "c", "C") + "--cut--\r\n")
        came = self.server.post("/what", body, {"Content-Type": "multipart/form-data; boundary=cut"}).json()
        self.assertEqual((came["parsed"], came["body"]), ({"owner": "Ann"}, ""))
        self.assertEqual(came["files"], {
            "photo": ["tom.txt", "text/x-cat", 4, 0, "miau"],
            "more": [["a", "text/x-cat", 1, 0, "A"], ["b", "text/x-cat", 0, 0, ""]],
            "deep": {"x": {"y": ["c", "text/x-cat", 1, 0, "C"]}},
        })

    def test_names_of_files_have_no_folders(self):
        names = {"../../e.txt": "e.txt", "C:\\cats\\tom.txt": "tom.txt", "/etc/x\\y/tom": "tom", "a/..": ".."}
        for prefix in BOTH:
            for sent, name in names.items():
                body = (f'--cut\r\nContent-Disposition: form-data; name="photo"; filename="{sent}"\r\n'
                        "Content-Type: text/plain\r\n\r\nmiau\r\n--cut--\r\n")
                came = self.server.post(f"{prefix}/what", body, {"Content-Type": "multipart/form-data; boundary=cut"}).json()
                self.assertEqual(came["files"]["photo"][0], name, prefix)

    def test_targets_that_are_no_usual_paths(self):
        for target, host, uri in (
            ("//evil.example/what", "cats.example", "http://cats.example//evil.example/what"),
            ("http://cats.example/what?x", "cats.example", "http://cats.example/what?x"),
            ("http://dogs.example:99/what", "dogs.example:99", "http://dogs.example:99/what"),
        ):
            with self.server.connect() as raw:
                raw.sendall(f"GET {target} HTTP/1.1\r\nHost: cats.example\r\nConnection: close\r\n\r\n".encode())
                answer = b"".join(iter(lambda: raw.recv(65536), b""))
            self.assertIn(b" 200 ", answer.partition(b"\r\n")[0])
            came = json.loads(answer.partition(b"\r\n\r\n")[2])
            self.assertEqual((came["uri"], came["host"]), (uri, [host]))
            self.assertEqual(came["target"], target)

    def test_a_host_that_is_none_is_refused(self):
        for host in ("a@b", "a/b", "x:99999999", "x:99999"):
            with self.subTest(host=host), self.server.connect() as raw:
                raw.sendall(f"GET /what HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
                self.assertIn(b" 400 ", raw.recv(65536).partition(b"\r\n")[0])

    def test_middleware_on_the_way_back(self):
        for prefix in BOTH:
            connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=WAIT_SECONDS)
            self.addCleanup(connection.close)
            connection.request("GET", f"{prefix}/cookies")
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read(), answer.headers["content-type"]), (204, b"", None))
            self.assertEqual(answer.headers.get_all("set-cookie"), ["a=1; Path=/", "b=2; Path=/"])
            self.assertEqual(", ".join(answer.headers.get_all("x-way-back")), "b, a")

    def test_statuses(self):
        for prefix in BOTH:
            answer = self.server.get(f"{prefix}/missing")
            self.assertEqual((answer.status, answer.body), (404, b"<h1>No such cat</h1>"))
            self.assertTrue(answer.headers["content-type"].startswith("text/html"))
            answer = self.server.get(f"{prefix}/away")
            self.assertEqual((answer.status, answer.headers["location"]), (307, "/what"))
            head = self.server.request("HEAD", f"{prefix}/missing")
            self.assertEqual((head.status, head.body), (404, b""))

    def test_framing_is_the_servers(self):
        for prefix in BOTH:
            connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=WAIT_SECONDS)
            self.addCleanup(connection.close)
            for _ in range(2):
                connection.request("GET", f"{prefix}/framing")
                answer = connection.getresponse()
                self.assertEqual((answer.status, answer.read()), (200, b"seven b"))
                self.assertFalse(answer.will_close)

    def test_large_bodies(self):
        large = os.urandom(6_000_000)
        with scratch_directory() as folder:
            file = Path(folder, "large")
            file.write_bytes(large)
            for prefix in BOTH:
                answer = self.server.get(f"{prefix}/large?file={file}")
                self.assertEqual((answer.status, answer.body == large), (200, True))
                answer = self.server.post(f"{prefix}/echo", large, {"Content-Type": "application/octet-stream"})
                self.assertEqual((answer.status, answer.body == large), (200, True))
                self.assertEqual(self.server.post(f"{prefix}/echo", bytes(9 << 20)).status, 413)

    def test_errors_tell_nothing(self):
        for prefix in BOTH:
            for path, logged in (("throws", "the cat is out of the bag"), ("early", "status 103"), ("nowhere", "UnhandledMatchError")):
                start = len(self.server.log)
                answer = self.server.get(f"{prefix}/{path}")
                self.assertEqual(answer.status, 500, path)
                self.assertNotRegex(answer.body, SECRETS)
                self.server.wait_for_log(re.escape(logged), start)
                self.server.wait_for_log(re.escape(answer.headers["x-request-id"]), start)
            self.assertEqual(self.server.get(f"{prefix}/what").status, 200)

    def test_two_at_once(self):
        """On one worker: each waits until the other is there too, and has its own request all the while."""
        answers = {}

        def ask(name):
            answers[name] = self.server.get(f"/waits?pair=handlers&name={name}", {"X-Header": name})

        threads = [threading.Thread(target=ask, args=(name,)) for name in ("tom", "kit")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, answer in answers.items():
            self.assertEqual((answer.status, answer.json()), (200, [name, "ab", [name]]))
        self.assertEqual(len(answers), 2)

    def test_waiting_is_refused_in_classic_mode(self):
        start = len(self.server.log)
        self.assertEqual(self.server.get("/classic/waits?pair=classic&name=one").status, 500)
        self.server.wait_for_log("AwaitError", start)

    def test_made_in_the_worker_and_route_parameters_are_attributes(self):
        came = self.server.get("/made/what").json()
        self.assertEqual((came["marks"], came["parameter"]), ("ab", "what"))


class NyholmTest(Psr15, unittest.TestCase):
    FACTORY = r"Nyholm\Psr7\Factory\Psr17Factory"


class GuzzleTest(Psr15, unittest.TestCase):
    FACTORY = r"GuzzleHttp\Psr7\HttpFactory"


if __name__ == "__main__":
    unittest.main()
