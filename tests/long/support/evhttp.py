"""What tests/long/valgrind asks of tests/long/support/valgrind_evhttp.php, in groups: one process serves each."""

import hashlib
import json
import socket
import struct
from collections.abc import Callable

from .exchanges import ANSWER_SECONDS, connect, expect, must
from .server import Connection, PhpServer, request

SERVER = "tests/long/support/valgrind_evhttp.php"


def evhttp(server: PhpServer) -> None:
    """Results and handles of every kind, bodies, rude clients."""
    connection = connect(server)
    for _ in range(3):
        expect(connection, "/text", 200, b"text")
        expect(connection, "/empty", 200, b"")
        expect(connection, "/buffer", 200, b"x" * 100_000)
        expect(connection, "/response", 404, b"again")
        expect(connection, "/null", 200, b"")
        expect(connection, "/object", 200, b"")
        expect(connection, "/stream", 503, b"")
        expect(connection, "/request", 503, b"")
        expect(connection, "/throw", 503, b"")
        expect(connection, "/cycle", 200, b"cycle")
        must(expect(connection, "/request-free", 200, b"freed").headers.get("x-added") == "yes", "a freed request")
        expect(connection, "/callback", 200, b"callback")
        expect(connection, "/x", 200, b"replaced")
        whole = request("POST", "/all?q", b"line\nrest", X_Header="value")
        answer = connection.ask(whole)
        must(answer.body.startswith(b'before ["POST","\\/all?q",{"Host":'), answer.body)
        for cut in range(1, len(whole), 9):
            connection.send(whole[:cut])
            connection.send(whole[cut:])
            must(connection.read_answer().body == answer.body, f"the request cut at {cut}")
        must(connection.ask(request("HEAD", "/text")).headers["content-length"] == "4", "HEAD")
        body = bytes(range(256)) * 4000
        must(connection.ask(request("PUT", "/echo", body)).body == body, "an echo")
        must(connection.ask(request("PUT", "/body", body)).body == hashlib.md5(body).hexdigest().encode(), "a body")
    expect(connection, "/gc", 200)
    for number in range(30):
        must(connection.ask(request("POST", f"/keep?{number}", b"one\ntwo")).status == 200, "keep")
    must(expect(connection, "/kept", 200).body.count(b"one\ntwofalseone") == 30, "kept")
    connection.send(*(request("GET", f"/{number}") for number in range(100)))
    must([connection.read_answer().body for _ in range(100)] == [f"target /{n}".encode() for n in range(100)], "a pipeline")
    connection.close()
    old = connect(server)
    old.send(b"GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"GET /empty HTTP/1.0\r\n\r\n")
    must([old.read_answer().body for _ in range(2)] == [b"text", b""], "HTTP/1.0")
    old.close()
    for bad in (b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n"):
        once = connect(server)
        must(once.ask(bad).status in (400, 413, 414), bad[:60])
        once.close()
    for target in ("/large", "/delay", "/text", "/buffer"):
        for sent in (request("GET", target), request("GET", target) * 3, request("GET", target)[:20]):
            rude = connect(server)
            rude.send(sent)
            reset(rude)


def evhttp_waits(server: PhpServer) -> None:
    """Callbacks that wait, dispatch again, and free servers with requests in progress."""
    # Never idle for long: a client has 10 s between two requests, of which memcheck makes little.
    many = [connect(server) for _ in range(20)]
    for number, one in enumerate(many):
        one.send(request("POST", f"/delay?{number}", b"body"), request("GET", "/deep"), request("GET", "/request-free"), request("GET", "/late-throw"))
    for one in many[:5]:
        reset(one)
    for number, one in enumerate(many[5:], 5):
        must([one.read_answer().body for _ in range(4)] == [f"before /delay?{number}body".encode(), b"123456789", b"freed", b""], "many")
        one.close()
    for _ in range(3):
        outer, inner, connection = connect(server), connect(server), connect(server)
        outer.send(request("GET", "/dispatch?outer"))
        inner.send(request("GET", "/dispatch?inner"))
        ends = 0
        # Two that run the loop within itself, in whatever order they came.
        while ends < 2:
            ends += expect(connection, "/break", 200).body == b"broken"
        must([one.read_answer().body for one in (outer, inner)] == [b"dispatched /dispatch?outer", b"dispatched /dispatch?inner"],
             "dispatched")
        for one in (outer, inner, connection):
            one.close()
    for end in ("/free-other", "/free"):
        for _ in range(3):
            connection = connect(server)
            expect(connection, "/server", 200, b"made")
            others = [Connection(socket.create_connection(("127.0.0.1", server.other_port), ANSWER_SECONDS)) for _ in range(6)]
            for other in others[:3]:
                expect(other, "/text", 200, b"text")
            others[0].send(request("GET", "/delay?last"), request("GET", "/never"))
            others[1].send(request("GET", "/delay")[:-2])
            # Its own request is in progress when its server is freed.
            answer = (others[2] if end == "/free" else connection).ask(request("GET", end))
            must(answer.status == 200 and answer.body.startswith(b"freed"), answer)
            for other in (connection, *others):
                other.close()


def evhttp_exit(server: PhpServer) -> None:
    """exit while others wait and have sent requests."""
    waiting = connect(server)
    waiting.send(request("GET", "/deep"), request("GET", "/text"))
    connection = connect(server)
    connection.send(request("GET", "/text"), request("GET", "/exit"), request("GET", "/text"))
    must([connection.read_answer().status for _ in range(2)] == [200, 503], "exit")
    must(server.process.wait(ANSWER_SECONDS) == 3, "its status")


def evhttp_fatal(server: PhpServer) -> None:
    """A fatal error."""
    connection = connect(server)
    connection.send(request("GET", "/text"), request("GET", "/fatal"), request("GET", "/text"))
    must([connection.read_answer().status for _ in range(2)] == [200, 503], "a fatal error")
    must(server.process.wait(ANSWER_SECONDS) == 255, "its status")


EVHTTP_GROUPS: dict[str, Callable[[PhpServer], None]] = {
    "evhttp": evhttp, "evhttp waits": evhttp_waits, "evhttp exit": evhttp_exit, "evhttp fatal": evhttp_fatal,
}


def reset(connection: Connection) -> None:
    """Breaks a connection off."""
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
