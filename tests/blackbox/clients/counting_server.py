"""A server of another's making that counts what it is asked, and lets nobody go before its gate is open."""

import http.server
import threading

from harness import WAIT_SECONDS


class _Handler(http.server.BaseHTTPRequestHandler):
    """Counts what comes and answers by the path: /status/N, /chunked, /close (no answer), anything else."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        with self.server.lock:
            self.server.hosts.add((self.headers["Host"], self.path))
            self.server.requests += 1
            self.server.active += 1
            self.server.most_active = max(self.server.most_active, self.server.active)
            self.server.changed.notify_all()
        if self.server.gate:
            self.server.gate.wait(WAIT_SECONDS)
        with self.server.lock:
            self.server.active -= 1
        if self.path == "/close":
            self.close_connection = True
            return
        status = int(self.path.split("/")[2]) if self.path.startswith("/status/") else 200
        self.send_response(status)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")
            return
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *arguments):
        pass


class CountingServer(http.server.ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.requests = self.active = self.most_active = 0
        self.hosts = set()
        self.gate = None

    def handle_error(self, request, client_address):
        """A client that goes early is what some tests want."""
