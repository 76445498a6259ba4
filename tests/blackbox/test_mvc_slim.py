"""The poll application on Slim 3, unpatched, from Debian's package; and what one request leaves behind for the next."""

import re
import unittest

from harness import ROOT, PhpServer
from poll_pages import PollPages

# A new App for each request, and one per worker.
BOTH = ("/new", "/kept")


class SlimTest(PollPages, unittest.TestCase):
    APP, NAME = "slim", "Slim"


class LeftBehindTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/slim_server.php")
        cls.addClassCleanup(cls.server.kill)

    def tearDown(self):
        self.assertNotRegex(self.server.log, r"PHP (?:warning|notice|deprecation|reported)|panic")

    def test_nothing_of_one_visitor_is_there_for_the_next(self):
        for mount in BOTH:
            self.server.get(f"{mount}/say/first")
            for number in range(3):
                name = f"visitor{number}"
                said = self.server.get(f"{mount}/say/{name}?name={name}").json()
                stays = "first" if mount == "/kept" else None
                self.assertEqual(said["before"], [None, "nobody", None, False, stays], mount)
                self.assertEqual((said["said"], said["name"], said["token"]), ([name], name, "made each time"), mount)
                self.assertEqual(said["path"], f"{mount}/say/x", "Slim knows where it is mounted")

    def test_a_request_that_ended_by_exit_leaves_nothing(self):
        for mount in BOTH:
            self.assertEqual(self.server.get(f"{mount}/exit/ann").body, b"left")
            said = self.server.get(f"{mount}/say/bob?name=bob").json()
            self.assertEqual((said["before"][0], said["before"][3], said["name"]), (None, False, "bob"), mount)

    def test_factories_and_protected_closures_stay_what_they_are(self):
        for mount in BOTH:
            for _ in range(3):
                self.assertEqual(self.server.get(f"{mount}/marks").json(), [True, True, True], mount)

    def test_a_new_app_keeps_no_connection_open(self):
        for how in ("return", "throw", "exit", "last", "ring"):
            self.server.get(f"/new/connect/{how}")
            self.assertEqual(self.server.get("/new/open").json(), 0, how)

    def test_the_guard_finds_what_is_left_behind_and_nothing_else(self):
        for mount in BOTH:
            for path in ("/say/ann?name=ann", "/exit/ann", "/prints", "/throws", "/nowhere", "/empty", f"/leak/{mount[1:]}"):
                self.server.get(mount + path)
        self.server.wait_for_log(r"left something behind.*Leak")
        found = re.findall(r"left something behind.* name=(\S+)", self.server.log)
        self.assertEqual(set(found), {"Leak::$visitor"})

    def test_answers(self):
        for mount in BOTH:
            answer = self.server.get(f"{mount}/empty")
            self.assertEqual((answer.status, answer.body, answer.headers.get("content-type")), (204, b"", None))
            answer = self.server.get(f"{mount}/plain")
            self.assertEqual((answer.status, answer.body, answer.headers.get("content-type")), (200, b"no type", None))
            answer = self.server.get(f"{mount}/prints")
            self.assertEqual((answer.body, answer.headers["content-type"]), (b"printed", "text/html; charset=UTF-8"))
            self.assertEqual(self.server.get(f"{mount}/type").json(), "text/html", "the setting is put back")
            self.assertEqual(self.server.get(f"{mount}/nowhere").status, 404)
            answer = self.server.post(f"{mount}/empty", "")
            self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET"))
            head = self.server.request("HEAD", f"{mount}/prints")
            self.assertEqual((head.status, head.body), (200, b""))

    def test_forms_and_uploads(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        upload = ('--cut\r\nContent-Disposition: form-data; name="photo"; filename="tom.txt"\r\n'
                  "Content-Type: text/plain\r\n\r\nmiau\r\n--cut--\r\n")
        for mount in BOTH:
            for name in ("Tom", "Kit"):
                parsed, body, files = self.server.post(f"{mount}/form", f"name={name}", form).json()
                self.assertEqual((parsed, body, files), ({"name": name}, f"name={name}", []))
            _, _, files = self.server.post(f"{mount}/form", upload, {"Content-Type": "multipart/form-data; boundary=cut"}).json()
            self.assertEqual(files, {"photo": ["tom.txt", "miau"]})
            parsed, _, files = self.server.post(f"{mount}/form", "name=Kit", form).json()
            self.assertEqual((parsed, files), ({"name": "Kit"}, []))

    def test_errors_tell_nothing(self):
        for mount in BOTH:
            start = len(self.server.log)
            answer = self.server.get(f"{mount}/throws")
            self.assertEqual(answer.status, 500)
            self.assertNotRegex(answer.text, r"cat is out|RuntimeException|\.php")
            self.server.wait_for_log("the cat is out of the bag", start)
            self.assertEqual(self.server.get(f"{mount}/prints").status, 200)


if __name__ == "__main__":
    unittest.main()
