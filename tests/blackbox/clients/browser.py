"""A real browser: headless Chromium, driven through ChromeDriver (W3C WebDriver, https://www.w3.org/TR/webdriver2/).

    with Browser() as browser:
        browser.open(url)
        browser.wait_for("return document.querySelector('h2')?.textContent")
"""

import base64
import http.client
import json
import shutil
import tempfile
import time

from harness import WAIT_SECONDS, Process, free_port

# The name under which WebDriver sends elements.
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-device-scale-factor=1",
]
TAB, ENTER, SPACE = "\ue004", "\ue007", " "


class BrowserError(Exception):
    """The driver refused, or what was waited for did not come."""


class Browser:
    def __init__(self, width=1280, height=900, is_dark=False):
        self._profile = tempfile.TemporaryDirectory(prefix="kargo-browser-", ignore_cleanup_errors=True)
        self._port = free_port()
        program = shutil.which("chromedriver") or "/usr/bin/chromedriver"
        self._driver = Process([program, f"--port={self._port}", "--log-level=SEVERE"])
        dark = ["--force-dark-mode", "--enable-features=WebContentsForceDark:inversion_method/none"] if is_dark else []
        options = {
            "args": [*_ARGUMENTS, *dark, f"--user-data-dir={self._profile.name}", f"--window-size={width},{height}"],
            "binary": shutil.which("chromium") or "/usr/bin/chromium",
        }
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self._session = ""
        try:
            self._wait_until_ready()
            made = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        except BaseException:
            self.close()
            raise
        self._session = f"/session/{made['sessionId']}"
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        try:
            if self._session:
                self._send("DELETE", self._session)
        except (OSError, BrowserError):
            pass
        self._driver.stop()
        self._profile.cleanup()

    def open(self, url):
        self._send("POST", f"{self._session}/url", {"url": url})

    def run(self, script, *arguments):
        """What the body of a function returns."""
        return self._send("POST", f"{self._session}/execute/sync", {"script": script, "args": list(arguments)})

    def run_async(self, script, *arguments):
        """What a script gives to the function that is its last argument."""
        return self._send("POST", f"{self._session}/execute/async", {"script": script, "args": list(arguments)})

    def wait_for(self, script, *arguments):
        """The first true result of a script."""
        end = time.monotonic() + WAIT_SECONDS
        while not (result := self.run(script, *arguments)):
            if time.monotonic() > end:
                raise BrowserError(f"this never came true: {script}")
            time.sleep(0.02)
        return result

    def element(self, selector):
        return self._send("POST", f"{self._session}/element", {"using": "css selector", "value": selector})[_ELEMENT]

    def click(self, selector):
        self._send("POST", f"{self._session}/element/{self.element(selector)}/click", {})

    def fill(self, selector, text):
        element = self.element(selector)
        self._send("POST", f"{self._session}/element/{element}/clear", {})
        self._send("POST", f"{self._session}/element/{element}/value", {"text": text})

    def press(self, keys):
        """Keys for whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._send("POST", f"{self._session}/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def complaints(self):
        """What the browser has written to its console since it was asked last: errors, violations of policies."""
        entries = self._send("POST", f"{self._session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self):
        """The page as PNG."""
        return base64.b64decode(self._send("GET", f"{self._session}/screenshot"))

    def command(self, name, **parameters):
        """A command of Chromium's own protocol."""
        return self._send("POST", f"{self._session}/goog/cdp/execute", {"cmd": name, "params": parameters})

    def _wait_until_ready(self):
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                if self._send("GET", "/status")["ready"]:
                    return
            except OSError:
                if time.monotonic() > end:
                    raise
            time.sleep(0.02)

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=3 * WAIT_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise BrowserError(f"{path}: {answer['error']}: {answer.get('message', '')[:500]}")
        return answer
