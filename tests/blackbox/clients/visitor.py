"""Somebody who visits pages: keeps cookies, follows redirects, sends the forms that are on the page."""

import http.client
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from harness import WAIT_SECONDS


@dataclass
class Form:
    """A form of a page, with the values its fields begin with."""

    method: str
    action: str
    fields: dict = field(default_factory=dict)


class _Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.forms, self.words, self.titles, self._inside, self._heading = [], [], [], None, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self._inside = Form(values.get("method", "get").upper(), values.get("action", ""))
            self.forms.append(self._inside)
        elif tag in ("input", "button") and self._inside and "name" in values:
            if values.get("type") != "radio" or "checked" in values:
                self._inside.fields[values["name"]] = values.get("value", "")
        if tag in ("h1", "h2"):
            self._heading = tag
            self.titles.append((tag, ""))

    def handle_endtag(self, tag):
        if tag == "form":
            self._inside = None
        if tag == self._heading:
            self._heading = None

    def handle_data(self, data):
        self.words.append(data)
        if self._heading:
            tag, text = self.titles[-1]
            self.titles[-1] = (tag, text + data.strip())


class Visitor:
    """One browser's worth of state; nothing of it is shared with another Visitor."""

    def __init__(self, server):
        self._server = server
        self.cookies = {}
        self.path, self.status, self.headers, self.body = "/", None, None, ""
        self.redirects = []

    def get(self, path):
        return self._go("GET", path)

    def post(self, path, fields):
        return self._go("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def submit(self, action, **fields):
        """Sends the form of this page whose action ends so, with these fields besides its own."""
        form = self.form(action)
        return self.post(form.action, {**form.fields, **fields})

    def form(self, action):
        """The form whose action is this path."""
        for form in _Page(self.body).forms:
            form.action = urlsplit(urljoin(self.path, form.action)).path
            if form.action == action:
                return form
        raise AssertionError(f"{self.path} has no form for {action}:\n{self.body}")

    def has_form(self, action):
        return any(urlsplit(urljoin(self.path, form.action)).path == action for form in _Page(self.body).forms)

    def headings(self, tag):
        return [text for name, text in _Page(self.body).titles if name == tag]

    @property
    def text(self):
        """What can be read on the page, white space folded."""
        return " ".join(" ".join(_Page(self.body).words).split())

    def _go(self, method, path, body=None, headers=None):
        self.redirects = []
        for _ in range(5):
            status = self._send(method, path, body, headers)
            if status not in (301, 302, 303, 307, 308):
                return self
            self.redirects.append(status)
            method, body, headers = "GET", None, None
            where = urlsplit(urljoin(f"http://{self._server.host}:{self._server.port}{path}", self.headers["location"]))
            path = (where.path or "/") + (f"?{where.query}" if where.query else "")
        raise AssertionError(f"too many redirects, last to {path}")

    def _send(self, method, path, body, headers):
        connection = http.client.HTTPConnection(self._server.host, self._server.port, timeout=WAIT_SECONDS)
        try:
            cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, {**(headers or {}), **({"Cookie": cookie} if cookie else {})})
            answer = connection.getresponse()
            self.path, self.status = path, answer.status
            self.headers = answer.headers
            self.body = answer.read().decode()
        finally:
            connection.close()
        for line in self.headers.get_all("set-cookie") or []:
            for name, morsel in SimpleCookie(line).items():
                if morsel.value in ("", "deleted") or morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.coded_value
        return self.status
