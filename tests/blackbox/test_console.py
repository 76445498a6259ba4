"""The console page in a real browser."""

import json
import shutil
import subprocess
import unittest

from clients.browser import ENTER, SPACE, TAB, Browser
from clients.npm import install_packages
from harness import ROOT, WAIT_SECONDS, PhpServer

PROTOCOLS = ("JSON-RPC", "XML-RPC", "SOAP", "REST", "MCP")

# The rules of contrast in WCAG 2.1 (1.4.3): of the text on its background, 4.5 to 1.
CONTRAST = """
const luminance = text => {
  const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(c => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = element => {
  for (; element; element = element.parentElement) {
    const color = getComputedStyle(element).backgroundColor;
    if (color !== 'rgba(0, 0, 0, 0)') return color;
  }
  return 'rgb(255, 255, 255)';
};
return [...document.querySelectorAll('h1, h2, h3, p, a, span, label, button, pre, summary, b, input, textarea, select')]
  .filter(e => e.checkVisibility() && !e.disabled && !e.closest('.skip') && (e.textContent.trim() || e.value)
    && !e.querySelector('input') && !['radio', 'checkbox'].includes(e.type))
  .map(e => {
    const [a, b] = [luminance(getComputedStyle(e).color), luminance(ground(e))];
    return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.outerHTML.slice(0, 80)];
  }).filter(([ratio]) => ratio < 4.5);
"""
# Controls that a screen reader could not name.
NAMELESS = """
return [...document.querySelectorAll('input, textarea, select, button, a, nav, main, pre')]
  .filter(e => !(e.labels?.length && [...e.labels].some(l => l.textContent.trim())) && !e.getAttribute('aria-label')
    && !e.getAttribute('aria-labelledby') && !e.textContent.trim())
  .map(e => e.outerHTML.slice(0, 100));
"""


class ConsoleTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = PhpServer(ROOT / "tests/blackbox/clients/console_server.php")
        cls.addClassCleanup(cls.server.kill)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)
        cls.url = f"http://127.0.0.1:{cls.server.port}/"

    def show(self, method, browser=None, url=None):
        browser = browser or self.browser
        browser.open("about:blank")
        browser.open(f"{url or self.url}#{method}")
        browser.wait_for("return document.querySelector('#method-name')?.textContent === arguments[0]", method)

    def text(self, selector, browser=None):
        return (browser or self.browser).run("return document.querySelector(arguments[0]).textContent", selector)

    def choose(self, protocol, browser=None):
        (browser or self.browser).run("document.querySelector(`input[value='${arguments[0]}']`).click()", protocol)

    def call(self, browser=None):
        browser = browser or self.browser
        browser.run("document.querySelector('#outcome').textContent = ''")
        browser.click("button[type=submit]")
        return browser.wait_for("const text = document.querySelector('#outcome').textContent; return / ms/.test(text) && text")

    def assert_quiet(self, browser=None):
        self.assertEqual((browser or self.browser).complaints(), [])

    def test_lists_methods_with_their_help(self):
        self.show("polls.vote")
        self.assertEqual(self.browser.run("return document.title"), "polls.vote · Poll API")
        self.assertEqual(self.text("#version"), "2.1")
        self.assertEqual(self.text("#count"), "10 methods")
        self.assertIn("Vote in a poll; each user has one vote in each", self.text("main"))
        self.assertIn("as in getAllPolls", self.text("form"))
        self.assertIn("map of integer", self.text("main"))
        self.browser.fill("#filter", "ADD")
        self.browser.wait_for("return document.querySelector('#count').textContent === '1 method'")
        self.assertEqual(self.text("#methods a"), "add")
        links = self.browser.run("return [...document.querySelectorAll('#documents a')].map(a => a.href)")
        for link in links:
            self.assertEqual(self.server.get(link.removeprefix(self.url.rstrip("/"))).status, 200, link)
        self.show("polls.old")
        self.assertIn("Deprecated", self.text("main"))
        self.assert_quiet()

    def test_calls_in_every_protocol(self):
        self.show("polls.register")
        person = {"name": 'Ada <&"> \u00e9', "address": {"street": "1 Main", "zip": None}, "tags": ["a", "b"], "suit": "spades"}
        self.browser.run("document.querySelector('#parameter-0').value = arguments[0]", json.dumps(person))
        self.browser.run("document.querySelector('#parameter-3').value = '{\"x\": 1, \"y\": 2.5}'")
        self.browser.fill("#parameter-4", "2026-11-28T01:02:03Z")
        expected = json.dumps([person, "hearts", True, {"x": 1.0, "y": 2.5}, "2026-11-28T01:02:03+00:00"])
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                self.choose(protocol)
                self.assertRegex(self.call(), r"^200 OK\d")
                response = self.text("#response")
                self.assertTrue(response.startswith("HTTP/1.1 200 OK\n"), response)
                self.assertIn("polls.register" if protocol not in ("REST", "MCP") else "register", self.text("#request"))
                found = json.loads(self.decoded(response, protocol))
                self.assertEqual(found, json.loads(expected), response)
        self.assert_quiet()

    def decoded(self, response, protocol):
        """The text that the method gave."""
        body = response.split("\n\n", 1)[1]
        script = {
            "JSON-RPC": "return JSON.parse(arguments[0]).result",
            "REST": "return JSON.parse(arguments[0])",
            "MCP": "return JSON.parse(JSON.parse(arguments[0]).result.content[0].text)",
        }.get(protocol, "return new DOMParser().parseFromString(arguments[0], 'text/xml').documentElement.textContent.trim()")
        return self.browser.run(script, body)

    def test_faults_are_told(self):
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                self.show("polls.fails")
                self.choose(protocol)
                self.assertRegex(self.call(), r"^(200 OK, a fault|500 )")
                self.assertEqual(self.browser.run("return document.querySelector('#outcome b').className"), "bad")
                self.assertNotIn("for the log", self.text("#response"))
        self.browser.complaints()

    def test_wrong_input_is_said_beside_it_and_not_sent(self):
        self.show("polls.register")
        self.browser.run("document.querySelector('#parameter-3').value = '{\"x\": '")
        self.browser.click("button[type=submit]")
        self.browser.wait_for("return document.querySelector('#parameter-3-wrong').textContent.startsWith('This is no JSON')")
        self.assertEqual(self.browser.run("return document.activeElement.id"), "parameter-3")
        self.assertEqual(self.text("#outcome"), "Nothing was sent yet.")
        self.show("math.add")
        self.browser.fill("#parameter-0", "one")
        self.browser.click("button[type=submit]")
        self.browser.wait_for("return document.querySelector('#parameter-0-wrong').textContent")
        # 64 bits, to the last.
        self.browser.fill("#parameter-0", "9223372036854775805")
        for protocol in PROTOCOLS:
            self.choose(protocol)
            self.call()
            self.assertIn("9223372036854775807", self.text("#response"), protocol)
        self.assert_quiet()

    def test_texts_of_the_api_are_texts(self):
        self.show("polls.register")
        self.assertIn("<script>document.title", self.text("main"))
        self.show("polls.old")
        for protocol in PROTOCOLS:
            self.choose(protocol)
            self.call()
            self.browser.click("#pretty")
        self.assertEqual(self.browser.run("return document.title"), "polls.old · Poll API")
        self.assertEqual(self.browser.run("return document.querySelectorAll('main script, main img').length"), 0)
        policy = self.server.get("/").headers["content-security-policy"]
        self.assertTrue(policy.startswith("default-src 'none'; ") and "unsafe" not in policy, policy)
        self.assert_quiet()

    def test_tools_that_would_have_the_same_name(self):
        for method, name, expected in (("polls.old", "polls_old_2", "document.title"), ("polls_old", "polls_old", "of another method")):
            self.show(method)
            self.choose("MCP")
            self.assertRegex(self.call(), r"^200 OK\d")
            self.assertIn(f'"name": "{name}"', self.text("#request"))
            self.assertIn(expected, self.text("#response"))
        self.assert_quiet()

    def test_keyboard_alone(self):
        self.show("math.add")
        self.browser.run("document.querySelector('#filter').focus()")
        links = self.browser.run("return [...document.querySelectorAll('#methods a')].map(a => a.textContent)")
        self.browser.press(TAB * (links.index("add") + 1))
        self.assertEqual(self.browser.run("return document.activeElement.textContent"), "add")
        self.browser.press(ENTER)
        self.browser.run("document.querySelector('#method').focus()")
        self.browser.press(TAB)
        # The second argument is left out until its box is cleared.
        self.browser.press("40" + TAB + SPACE + TAB + "2")
        self.browser.press(ENTER)
        self.browser.wait_for("return / ms/.test(document.querySelector('#outcome').textContent)")
        self.assertIn('"result":42,', self.text("#response"))
        self.assert_quiet()

    def test_names_contrast_and_narrow_screens(self):
        for width, is_dark in ((1280, False), (1280, True), (360, False), (360, True)):
            with self.subTest(width=width, is_dark=is_dark), Browser(width, 740, is_dark) as browser:
                for method in ("polls.vote", "polls.register", "polls.old"):
                    self.show(method, browser)
                    if method != "polls.register":
                        self.call(browser)
                    self.assertEqual(browser.run(NAMELESS), [])
                    self.assertEqual(browser.run(CONTRAST), [])
                    self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), width)
                ground = browser.run("return getComputedStyle(document.body).backgroundColor")
                self.assertEqual(ground == "rgb(20, 23, 26)", is_dark, ground)

    def test_a_request_that_is_ready_late_does_not_hide_a_later_one(self):
        self.show("math.add")
        self.browser.run("""
            const real = window.fetch;
            window.fetch = async (address, ...rest) => {
              if (address.endsWith('?wsdl')) await new Promise(resolve => { window.release = resolve; });
              const answer = await real(address, ...rest);
              if (address.endsWith('?wsdl')) {
                const text = answer.text.bind(answer);
                // A task of its own: by then everything that waited for the text has run.
                answer.text = () => text().finally(() => setTimeout(() => { window.isOver = true; }));
              }
              return answer;
            };""")
        self.choose("SOAP")
        self.browser.wait_for("return window.release !== undefined")
        self.choose("REST")
        self.browser.wait_for("return document.querySelector('#request').textContent.startsWith('POST /rest/math/add ')")
        self.browser.run("window.release()")
        self.browser.wait_for("return window.isOver")
        self.assertTrue(self.text("#request").startswith("POST /rest/math/add "), self.text("#request"))
        self.assert_quiet()

    def fill(self, index, text):
        self.browser.run("document.querySelector(arguments[0]).value = arguments[1]", f"#parameter-{index}", text)

    def give(self, index, text):
        """An argument that is left out at first."""
        self.browser.run("const box = document.querySelector(arguments[0]).closest('.field').querySelector('input[type=checkbox]');"
                         "if (box.checked) box.click()", f"#parameter-{index}")
        self.fill(index, text)

    def take_route(self, route):
        self.choose("REST")
        self.browser.wait_for("const select = document.querySelector('#route');"
                              "const found = [...select.options].find(one => one.textContent === arguments[0]);"
                              "if (!found || select.parentElement.hidden) return false;"
                              "select.value = found.value; select.dispatchEvent(new Event('change', {bubbles: true})); return true", route)

    def answer(self):
        return json.loads(self.text("#response").split("\n\n", 1)[1])

    def test_rest_by_its_own_verbs_and_paths(self):
        self.show("routes.find")
        self.fill(0, "a/b \u00e9")
        self.fill(1, "me")
        self.give(2, "7")
        for verb in ("GET", "DELETE"):
            self.take_route(f"{verb} /points/{{name}}")
            self.assertRegex(self.call(), r"^200 OK\d")
            request = self.text("#request")
            self.assertTrue(request.startswith(f"{verb} /points/a%2Fb%20%C3%A9?ids=7 HTTP/1.1\n"), request)
            self.assertIn("\nX-Editor: me\n", request)
            self.assertEqual(self.answer(), ["a/b \u00e9", "me", [7]])
        self.take_route("POST /rest/routes/find")
        self.assertRegex(self.call(), r"^200 OK\d")
        self.assertEqual(self.answer(), ["a/b \u00e9", "me", [7]])
        self.show("routes.place")
        self.take_route("PUT /points/{name}")
        self.fill(0, "p")
        self.fill(1, '{"x": 9007199254740993, "marks": [1, 9223372036854775807]}')
        self.give(2, "inch")
        self.assertRegex(self.call(), r"^200 OK\d")
        self.assertTrue(self.text("#request").startswith("PUT /points/p?unit=inch HTTP/1.1\n"))
        point = {"x": 9007199254740993, "y": 0, "marks": [1, 9223372036854775807]}
        self.assertEqual(self.answer(), ["p", point, "inch"])
        self.assert_quiet()

    def test_digits_are_kept_at_any_depth(self):
        self.show("routes.exact")
        self.assertEqual(self.browser.run("return document.querySelector('#parameter-3').value"), "9223372036854775807")
        self.fill(0, "[9007199254740993, -9223372036854775808]")
        self.fill(1, '{"a": 0.1, "b": 1e2}')
        self.fill(2, '{"deep": [{"n": 9007199254740995}], "text": "1e5 \\" 7"}')
        for protocol in PROTOCOLS:
            with self.subTest(protocol=protocol):
                self.choose(protocol)
                self.assertRegex(self.call(), r"^200 OK\d")
                response = self.text("#response")
                for digits in ("9007199254740993", "-9223372036854775808", "9007199254740995", "9223372036854775807", "1e5"):
                    self.assertIn(digits, response)
        self.assert_quiet()

    def test_what_is_copied_as_curl_does_the_same(self):
        self.assertIsNotNone(shutil.which("curl"))
        for method, fill in (("routes.echo", {0: "it's \"$HOME\" `id` \\ \u00e9 {a,b}[1-3] %41"}), ("routes.find", {0: "{x}/[1-3]", 1: "it's"})):
            self.show(method)
            # The page may not have the clipboard in every browser: what it would put there is what counts.
            self.browser.run("navigator.clipboard.writeText = async text => { window.copied = text; }")
            for index, value in fill.items():
                self.fill(index, value)
            for protocol in PROTOCOLS:
                with self.subTest(method=method, protocol=protocol):
                    self.choose(protocol)
                    self.call()
                    body = self.text("#response").split("\n\n", 1)[1]
                    self.browser.run("window.copied = undefined")
                    self.browser.click("button.second")
                    command = self.browser.wait_for("return window.copied")
                    ran = subprocess.run(["bash", "-c", command], capture_output=True, timeout=WAIT_SECONDS, check=True)
                    self.assertEqual(ran.stdout.decode(), body, command)
        self.assert_quiet()

    def test_axe_finds_nothing(self):
        install_packages()
        axe = (ROOT / "tests/blackbox/clients/node/node_modules/axe-core/axe.min.js").read_text()
        script = ("const done = arguments[arguments.length - 1];"
                  "axe.run(document, {resultTypes: ['violations', 'incomplete']}).then("
                  "found => done(found.violations.map(one => [one.id, one.help, one.nodes.map(node => node.html)])), error => done(String(error)))")
        for width, is_dark in ((1280, False), (1280, True), (360, False), (360, True)):
            with self.subTest(width=width, is_dark=is_dark), Browser(width, 740, is_dark) as browser:
                for method, protocol in (("polls.register", "JSON-RPC"), ("routes.find", "REST"), ("polls.old", "MCP"), ("math.add", "SOAP")):
                    self.show(method, browser)
                    self.choose(protocol, browser)
                    if method != "polls.register":
                        self.call(browser)
                    browser.run("document.querySelector('details').open = true")
                    browser.command("Runtime.evaluate", expression=axe)
                    self.assertEqual(browser.run_async(script), [], f"{method} {protocol}")

    def test_below_another_path(self):
        with PhpServer(ROOT / "tests/blackbox/clients/console_server.php", "/v1") as server:
            for path in ("/v1", "/v1/"):
                self.show("math.add", url=f"http://127.0.0.1:{server.port}{path}")
                self.call()
                self.assertIn('"result":', self.text("#response"))
        self.assert_quiet()
