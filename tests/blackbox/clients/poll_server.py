"""demos/zf-apiserver as tests start it: an empty database each, any port, as many workers as asked for."""

import json
import re
import signal
import xmlrpc.client

from harness import ROOT, WAIT_SECONDS, PhpServer, scratch_directory

BIN = ROOT / "demos/zf-apiserver/bin"
QUESTION = "What framework do you prefer?"
OPTIONS = {"a": "Zend Framework", "b": "Symphony", "c": "I just write code"}

UNKNOWN_POLL, UNKNOWN_OPTION, ALREADY_VOTED, POLL_EXISTS, INVALID_TEXT, INVALID_OPTIONS = range(1, 7)


def environment(dsn, user="", password="", workers=1):
    """What main.php is told in place of its deploy/config.ini."""
    return {
        "KARGO_DEMO_DSN": dsn, "KARGO_DEMO_USER": user, "KARGO_DEMO_PASSWORD": password,
        "KARGO_DEMO_WORKERS": str(workers),
    }


class PollServer(PhpServer):
    """The server, on a database of its own (`database` of harness_databases, or else an SQLite file)."""

    def __init__(self, database=None, workers=1, host="127.0.0.1"):
        self._scratch = scratch_directory()
        self.file = f"{self._scratch.name}/data/poll.sqlite"
        dsn, user, password = f"sqlite:{self.file}", "", ""
        if database is not None:
            dsn, user, password = database_dsn(database), database.user, database.password
        super().__init__(BIN / "main.php", host, "0", env=environment(dsn, user, password, workers))
        # All are there before a test counts them.
        self.wait_for_log("(?s)" + r"worker \d+ ready.*?" * workers)

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def call(self, body, content_type="application/json"):
        """The answer to a POST to /jsonrpc: bytes as they came, anything else is sent as JSON."""
        if not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        return self.post("/jsonrpc", body, {"Content-Type": content_type})

    def xml(self, body):
        return self.post("/xmlrpc", body, {"Content-Type": "text/xml"})

    def proxy(self):
        """Python's own XML-RPC client."""
        return xmlrpc.client.ServerProxy(f"{self.url}/xmlrpc", allow_none=True, transport=_Transport())

    def result(self, method, *params):
        answer = self.json_rpc(method, *params)
        if "error" in answer:
            raise AssertionError(f"{method}{params}: {answer['error']}\n{self.log[-2000:]}")
        return answer["result"]

    def error(self, method, *params):
        answer = self.json_rpc(method, *params)
        if "error" not in answer:
            raise AssertionError(f"{method}{params} gave {answer['result']}")
        return answer["error"]

    def __exit__(self, *exception):
        # In good order, so that workers are gone before their database is.
        try:
            self.stop(signal.SIGTERM)
        finally:
            super().__exit__(*exception)
            self._scratch.cleanup()


class _Transport(xmlrpc.client.Transport):
    def make_connection(self, host):
        connection = super().make_connection(host)
        connection.timeout = WAIT_SECONDS
        return connection


def database_dsn(database):
    driver = "pgsql" if type(database).__name__ == "PostgreSql" else "mysql"
    return f"{driver}:host={database.host};port={database.port};dbname={database.name}"


def diagnostics(server):
    """What PHP complained about in the demo's own code, or the demo printed."""
    complaint = r"^.*(?:PHP (?:error|warning|notice|deprecation)|handler printed).*$"
    return re.findall(complaint, server.log, re.MULTILINE)
