"""The clients of tests/long/chaos: polite ones, whose every answer is checked, and rude ones."""

import errno
import json
import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

from .server import Answer, Connection, PhpServer, request

#: A worker may be stopped for a while, and its replacement starts while both cores are busy.
ANSWER_SECONDS = 20
REQUESTS_PER_CONNECTION = 60
XML_CALL = "<?xml version='1.0'?><methodCall><methodName>calls.add</methodName><params>" \
    "<param><value><int>{}</int></value></param><param><value><int>1</int></value></param></params></methodCall>"

SOAP_CALL = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:calls"><e:Body>' \
    "<calls.add><a>{}</a><b>1</b></calls.add></e:Body></e:Envelope>"
SOAP_ANSWER = '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" ' \
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ' \
    'xmlns:tns="urn:calls"><soap:Body><calls.addResponse xmlns="urn:calls"><return>{}</return></calls.addResponse>' \
    "</soap:Body></soap:Envelope>\n"


@dataclass
class Events:
    """What all threads share: what was done to workers, and what became of requests."""

    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    killed: dict[int, float] = field(default_factory=dict)
    answered: int = 0
    lost_with_worker: int = 0
    wrong: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    #: Requests that met the end of an idle connection: (worker, what).
    unseen: list[tuple[int, str]] = field(default_factory=list)

    def note_killed(self, pid: int) -> None:
        """To be called before the signal is sent."""
        with self.lock:
            self.killed[pid] = time.monotonic()

    def note_answers(self, count: int) -> None:
        with self.lock:
            self.answered += count

    def note_wrong(self, what: str) -> None:
        with self.lock:
            self.wrong.append(what)

    def note_lost(self, worker: int | None, since: float, is_unseen: bool, what: str) -> None:
        """A request that got no whole answer: excused by the death of its worker, or of any if it never met one.

        `is_unseen`: it was the first after an idle time on a connection that then ended in order, without a byte. A
        server that drains may end an idle connection while a request is on its way (RFC 9112, 9.3.1): clients ask again.
        """
        with self.lock:
            if worker in self.killed or (worker is None and any(at > since - 1 for at in self.killed.values())):
                self.lost_with_worker += 1
            elif is_unseen and worker is not None:
                self.unseen.append((worker, what))
            else:
                self.lost.append(what)


def polite(server: PhpServer, events: Events, seed: int) -> None:
    """Keep-alive connections with single and pipelined requests; some end their sending side with the last ones."""
    dice = random.Random(seed)
    number = 0
    while not events.stop.is_set():
        connection, worker, began, asked = None, None, time.monotonic(), "connect"
        try:
            connection = server.connect(ANSWER_SECONDS)
            asked = "GET /worker"
            answer = connection.ask(request("GET", "/worker"))
            worker = int(answer.headers["x-worker"])
            for turn in range(REQUESTS_PER_CONNECTION):
                if events.stop.is_set() or answer.closes:
                    break
                batch = [exchange(dice, f"{seed}-{number + place}") for place in range(dice.choice((1, 1, 1, 1, 5)))]
                number += len(batch)
                connection.send(*(bytes_sent for bytes_sent, _, _ in batch))
                if dice.random() < 0.01:
                    connection.sock.shutdown(socket.SHUT_WR)
                    turn = REQUESTS_PER_CONNECTION
                for place, (sent, status, body) in enumerate(batch):
                    asked = f"request {place} of {len(batch)} in batch {turn} on the connection, {sent[:50]!r}, " \
                        f"sending side {'ended' if turn == REQUESTS_PER_CONNECTION else 'open'}"
                    answer = connection.read_answer()
                    if (answer.status, body if body is not None else answer.body) != (status, answer.body):
                        events.note_wrong(f"{sent[:80]!r} got {answer.status} {answer.body[:80]!r}")
                    events.note_answers(1)
                    if answer.closes:
                        break  # what was pipelined behind it was not processed: a client asks again
                if turn == REQUESTS_PER_CONNECTION:
                    break
        except (OSError, KeyError, ValueError) as error:
            # A connection may end between two requests at any time (RFC 9112 section 9.5): pipelined ones are asked again.
            # shutdown(2) says ENOTCONN where that end has come already.
            is_end = isinstance(error, ConnectionError) or (isinstance(error, OSError) and error.errno == errno.ENOTCONN)
            is_unseen = connection is not None and not connection.buffer and is_end
            events.note_lost(worker, began, is_unseen, f"{error!r}, worker {worker}, {asked}")
        finally:
            if connection:
                connection.close()


def exchange(dice: random.Random, name: str) -> tuple[bytes, int, bytes | None]:
    """A request, the status and, where it is known, the body of its answer."""
    match dice.choices(("fast", "parked", "large", "echo", "failing", "exit", "late-exit", "json", "slow", "throws", "xml",
                        "soap", "rest", "kept", "once"),
                       (30, 20, 4, 4, 3, 2, 2, 10, 5, 2, 8, 8, 8, 8, 8))[0]:
        case "large":
            return request("GET", f"/large/{name}"), 200, f"{name}\n".encode() * 30_000
        case "echo":
            body = name.encode() * dice.randrange(1, 20_000)
            return request("POST", "/echo", body), 200, body
        case ("failing" | "exit" | "late-exit") as path:
            return request("GET", f"/{path}/{name}"), 500, None
        case "json":
            number = dice.randrange(1_000_000)
            return json_call("calls.add", [number, 1], name), 200, json_result(number + 1, name)
        case "slow":
            return json_call("calls.slow", [name], name), 200, json_result(name, name)
        case "throws":
            return json_call("calls.throws", [], name), 200, None
        case "xml":
            number = dice.randrange(1_000_000)
            body = XML_CALL.format(number).encode()
            whole = '<?xml version="1.0" encoding="UTF-8"?>\n<methodResponse><params><param><value>' \
                f"<int>{number + 1}</int></value></param></params></methodResponse>\n"
            return request("POST", "/xmlrpc", body, Content_Type="text/xml"), 200, whole.encode()
        case "soap":
            number = dice.randrange(1_000_000)
            return request("POST", "/soap", SOAP_CALL.format(number).encode(), Content_Type="text/xml"), 200, \
                SOAP_ANSWER.format(number + 1).encode()
        case "rest":
            number = dice.randrange(1_000_000)
            body = json.dumps({"a": number, "b": 1}).encode()
            return request("POST", "/rest/calls/add", body, Content_Type="application/json"), 200, str(number + 1).encode()
        case "kept":
            number = dice.randrange(50)
            return json_call("calls.kept", [number], name), 200, json_result(f"{number} " * 100, name)
        case "once":
            return json_call("calls.once", [name], name, Idempotency_Key=f'"{name}"'), 200, json_result(name, name)
        case path:
            return request("GET", f"/{path}/{name}"), 200, f"{path} {name}".encode()


def json_call(method: str, params: list, name: str, **headers: str) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": name}).encode()
    return request("POST", "/jsonrpc", body, Content_Type="application/json", **headers)


def json_result(result: object, name: str) -> bytes:
    return json.dumps({"result": result, "id": name, "jsonrpc": "2.0"}, separators=(",", ":")).encode()


def rude(server: PhpServer, events: Events, seed: int) -> None:
    """Connections that are reset, left in the middle of something or never read from; what they get does not matter."""
    dice = random.Random(seed)
    while not events.stop.is_set():
        try:
            connection = server.connect(ANSWER_SECONDS)
            match dice.randrange(5):
                case 0:  # half a head, then nothing for a while
                    connection.send(b"GET /fast/1 HT")
                    events.stop.wait(dice.random())
                case 1:  # much is asked for, nothing is read
                    connection.send(*[request("GET", "/large/unread")] * 20)
                    events.stop.wait(dice.random())
                case 2:  # half a body, then reset
                    connection.send(request("POST", "/echo", b"x" * 50_000)[:-20_000])
                    reset_at_close(connection)
                case 3:  # reset while handlers are parked
                    connection.send(*(request("GET", f"/parked/{n}") for n in range(10)))
                    reset_at_close(connection)
                case 4:  # the sending side ends in the middle of a request
                    connection.send(b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
                    connection.sock.shutdown(socket.SHUT_WR)
                    connection.read_answer()
            connection.close()
        except (OSError, ValueError):
            pass  # the server may end these as it likes
        events.stop.wait(0.05)


def reset_at_close(connection: Connection) -> None:
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def ask_fatal(server: PhpServer) -> Answer | None:
    """Makes one worker end after a fatal error. None when the worker was killed meanwhile."""
    try:
        connection = server.connect(ANSWER_SECONDS)
        answer = connection.ask(request("GET", "/fatal"))
        connection.close()
        return answer
    except OSError:
        return None
