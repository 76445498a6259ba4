"""What tests/long/valgrind asks of tests/long/support/valgrind_server.php, in groups: one process serves each."""

import hashlib
import json
import os
import signal
import socket
import struct
from collections.abc import Callable

from .server import Answer, Connection, Failure, PhpServer, request

ANSWER_SECONDS = 60  # the server is some 30 times slower than alone


def answers(server: PhpServer) -> None:
    """Handlers' values of every kind, and the answers that need no handler."""
    connection = connect(server)
    expect(connection, "/hello", 200, b"hello")
    expect(connection, "/array", 200, json.dumps({"text": 'é "quoted"', "list": [1, 2.5, None, True], "empty": []},
                                                 separators=(",", ":"), ensure_ascii=False).encode())
    response = expect(connection, "/response", 200, b"<p>")
    must(response.headers.get("set-cookie", "").startswith("a=b%20c"), response)
    expect(connection, "/redirect", 303)
    expect(connection, "/no-content", 204, b"")
    expect(connection, "/no-json", 500)
    expect(connection, "/nowhere", 404)
    must(connection.ask(request("HEAD", "/hello")).headers["content-length"] == "5", "HEAD /hello")
    must(connection.ask(request("OPTIONS", "/hello")).status in (200, 204), "OPTIONS /hello")
    must(connection.ask(request("DELETE", "/hello")).status == 405, "DELETE /hello")
    connection.send(*(request("GET", f"/large/{number}") for number in range(40)))
    for number in range(40):
        must(connection.read_answer().body == b"x" * number, f"pipelined request {number}")
    connection.close()
    for bad in (b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
                b"GET /" + b"a" * 600 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 3000 + b"\r\n\r\n"):
        once = connect(server)
        must(once.ask(bad).status in (400, 414, 431), bad[:60])
        once.close()


def requests(server: PhpServer) -> None:
    """Everything a handler can ask of its request, whole and cut, and requests that outlive theirs."""
    connection = connect(server)
    expect(connection, "/parameters/a%20b/c/d%2Fe?a[x]=1&a[]=2&b", 200)
    whole = request("POST", "/request?q=1", b"a=1&b[]=2&c=%C3%A9", Cookie="c=1; d=2", User_Agent="x",
                    Content_Type="application/x-www-form-urlencoded")
    first = connection.ask(whole)
    must(first.status == 200 and json.loads(first.body)[8]["a"] == "1", first)
    for cut in range(0, len(whole), 7):
        connection.send(whole[:cut])
        connection.send(whole[cut:])
        must(connection.read_answer().body == first.body, f"the request cut at {cut}")
    for text, status in ((b'{"a":[1,{"b":"\\u00e9"}]}', 200), (b"[" * 600, 400), (b"{", 400), (b"1e400", 400)):
        must(connection.ask(request("POST", "/json", text)).status == status, text[:40])
    for number in range(30):
        must(connection.ask(request("GET", f"/keep?{number}", X_Number=str(number))).status == 200, "keep")
    seen = json.loads(expect(connection, "/kept", 200).body)
    must(seen == [f"/keep?{number}{number}" for number in range(30)], seen)
    connection.close()


def bodies(server: PhpServer) -> None:
    """Large bodies in both directions, chunked ones, one that is too large, a reader that leaves."""
    connection = connect(server)
    body = bytes(range(256)) * 8192
    digest = hashlib.md5(body).hexdigest().encode()
    must(connection.ask(request("POST", "/body", body)).body == digest, "a body of 2 MB")
    chunks = b"".join(f"{len(body[at:at + 70000]):x};a=b\r\n".encode() + body[at:at + 70000] + b"\r\n"
                      for at in range(0, len(body), 70000))
    head = b"POST /body HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    connection.send(head, chunks, b"0\r\nX-Trailer: 1\r\n\r\n")
    must(connection.read_answer().body == digest, "a chunked body of 2 MB")
    expect(connection, "/large/5000000", 200, b"x" * 5_000_000)
    must(connection.ask(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n").status == 413, "413")
    connection.close()
    for _ in range(3):
        reset = connect(server)
        reset.send(request("GET", "/large/5000000"))
        reset.sock.recv(1000)
        reset.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        reset.close()
    half = connect(server)
    half.send(head, chunks[:100_000])
    half.close()


def json_rpc(server: PhpServer) -> None:
    connection = connect(server)
    def call(method: str, params: object) -> object:
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, "id": "i"}).encode()
        answer = json.loads(connection.ask(request("POST", "/jsonrpc", body, Content_Type="application/json")).body)
        return answer.get("result", answer.get("error", {}).get("code"))
    value = {"a": [1, -2.5, None, True, "é\u2028\"\\", {"": {}, "0": [[], "x" * 3000]}], "deep": [[[[[[1]]]]]]}
    must(call("calls.echo", [value]) == value, "echo")
    must(call("calls.add", {"b": 2, "a": 40}) == 42 and call("fresh.add", [1]) == 2 and call("made.add", [1, 2]) == 3, "add")
    must(call("calls.join", [["a", "b"], "-"]) == "a-b" and call("words", ["x", "y"]) == "x y", "join")
    must(call("calls.slow", ["t"]) == "t" and call("calls.date", ["2026-11-23T10:00:00Z"]) is not None, "slow, date")
    must(call("calls.add", ["x"]) == -32602 and call("calls.join", [[1], 2]) == -32602, "invalid params")
    must(call("calls.nothing", []) == -32601 and call("calls.fault", []) == 42, "errors")
    for method in ("calls.throws", "calls.exits"):
        must(call(method, []) in (-32603, -32000), method)
    batch = [{"jsonrpc": "2.0", "method": "calls.slow", "params": [str(n)], "id": n} for n in range(9)]
    batch += [{"jsonrpc": "2.0", "method": "calls.exits", "id": 9}, {"jsonrpc": "2.0", "method": "calls.add", "params": [1]},
              1, {"jsonrpc": "2.0", "method": "calls.add", "params": [1], "id": 10}]
    answer = json.loads(connection.ask(request("POST", "/jsonrpc", json.dumps(batch).encode())).body)
    must(len(answer) == 12, answer)
    for bad in (b"", b"{", b"[]", b"[" * 200, b'{"jsonrpc":"2.0","method":"calls.echo","params":["\\ud800"],"id":1}',
                b'{"jsonrpc":"2.0","method":"calls.echo","params":[1e999,{"a":1,"a":2}],"id":1', b"\xff"):
        must(connection.ask(request("POST", "/jsonrpc", bad)).status == 200, bad[:40])
    must(connection.ask(request("GET", "/jsonrpc")).status == 200, "the service map")
    connection.close()


def rpc_types(server: PhpServer) -> None:
    """Objects as arguments: made, refused, ended in the middle; results by their declared types."""
    connection = connect(server)
    def send(calls: object) -> object:
        return json.loads(connection.ask(request("POST", "/jsonrpc", json.dumps(calls).encode())).body)
    def call(method: str, *params: object) -> object:
        answer = send({"jsonrpc": "2.0", "method": f"typed.{method}", "params": params, "id": 1})
        return answer.get("result", answer.get("error", {}).get("code"))
    leaf = {"its-name": "leaf"}
    whole = {"its-name": "whole", "parts": [leaf, leaf], "named": {"a": {"kind": "other", "part": leaf}, "b": leaf},
             "size": "Large", "extra": {"at": "2026-11-23T10:00:00Z", "more": [1, 9]}, "next": leaf}
    for _ in range(3):
        must(call("part", whole)["named"]["a"]["part"]["its-name"] == "leaf", "whole")
        must(call("many", whole, leaf, whole)["all"][1]["size"] == "Large", "many")
        must(call("either", {"kind": "other"}) == "Other" and call("either", leaf) == "Part", "either")
        must(call("either", None) == "null" and call("either", {"kind": "x"}) == -32602, "either, none")
        for wrong in ({}, {"its-name": 1}, whole | {"x": 1}, whole | {"size": "Huge"}, whole | {"parts": [leaf, {}]},
                      whole | {"extra": {"more": [0]}}, whole | {"extra": {"at": "?"}}, whole | {"named": {"a": {"kind": "x"}}}):
            must(call("part", wrong) == -32602 and call("many", leaf, wrong) == -32602, wrong)
        must(call("part", whole, "x") == -32602 and call("part") == -32602, "others")
        for name, code in (("refused", -32602), ("fails", -32603), ("exits", -32603)):
            must(call("part", whole | {"next": {"its-name": name}}) == code, name)
            must(call("many", whole, {"its-name": name}, leaf) == code, name)
        waits = {"its-name": "waits", "next": {"its-name": "waits"}}
        batch = [{"jsonrpc": "2.0", "method": "typed.part", "params": {"part": waits}, "id": n} for n in range(5)]
        others = [connect(server) for _ in range(5)]
        for other in others:
            other.send(request("POST", "/jsonrpc", json.dumps(batch).encode()))
        others.pop().close()
        for other in others:
            must(len(json.loads(other.read_answer().body)) == 5, "waits")
            other.close()
    connection.close()


def xml_rpc(server: PhpServer) -> None:
    connection = connect(server)
    def call(method: str, *values: str) -> bytes:
        params = "".join(f"<param><value>{value}</value></param>" for value in values)
        text = f"<?xml version='1.0'?><methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>"
        return connection.ask(request("POST", "/xmlrpc", text.encode(), Content_Type="text/xml")).body
    for value in ("<int>-7</int>", "<i8>5000000000</i8>", "<double>0.5</double>", "<boolean>1</boolean>",
                  "<string>a &amp; b</string>", "<base64>AP8=</base64>", "<nil/>", "<string>" + "x" * 5000 + "</string>",
                  "<struct><member><name>a</name><value><array><data><value><int>1</int></value></data></array></value>"
                  "</member></struct>", "<dateTime.iso8601>20261123T10:20:30</dateTime.iso8601>"):
        must(b"<fault>" not in call("calls.echo", value), value[:60])
    must(b"<int>3</int>" in call("calls.add", "<int>1</int>", "<int>2</int>"), "add")
    must(b"t" in call("calls.slow", "t") and b"<base64>" in call("calls.bytes", "<base64>AP8=</base64>"), "slow, bytes")
    for method in ("calls.fault", "calls.throws", "calls.exits", "calls.nothing", "calls.add"):
        must(b"<fault>" in call(method), method)
    for method in ("system.listMethods", "system.getCapabilities"):
        must(b"<fault>" not in call(method), method)
    must(b"<fault>" not in call("system.methodSignature", "calls.add"), "methodSignature")
    inner = "".join(
        f"<value><struct><member><name>methodName</name><value>calls.{name}</value></member><member><name>params</name>"
        "<value><array><data><value>t</value></data></array></value></member></struct></value>"
        for name in ("slow", "echo", "exits", "nothing"))
    must(b"faultCode" in call("system.multicall", f"<array><data>{inner}</data></array>"), "multicall")
    for bad in (b"", b"<", b"<a><b></a>", b"<methodCall><methodName>x</methodName>", b"<!DOCTYPE a><a/>", b"\xff" * 20,
                b"<a>" * 300):
        must(connection.ask(request("POST", "/xmlrpc", bad)).status == 200, bad[:40])
    connection.close()


def waits(server: PhpServer) -> None:
    """Handlers that wait everywhere PHP lets them, many at once, and clients that vanish meanwhile."""
    connection = connect(server)
    for _ in range(2):
        expect(connection, "/delay/0.01", 200, b"after 0.01")
        expect(connection, "/array-map", 200, b"[2,4,6]")
        expect(connection, "/fiber", 200, b"suspended started resumed")
        expect(connection, "/fiber-left", 200, b"left")
        expect(connection, "/deep", 200, b"deep")
    many = [connect(server) for _ in range(40)]
    for one in many:
        one.send(request("GET", "/fiber"), request("GET", "/delay/0"), request("GET", "/hello"))
    for one in many[:5]:
        one.close()
    for one in many[5:]:
        must([one.read_answer().body for _ in range(3)] == [b"suspended started resumed", b"after 0", b"hello"], "many")
        one.close()
    # Parked when the drain begins: answered all the same.
    connection.send(request("GET", "/delay/1"))
    expect(other := connect(server), "/hello", 200)
    other.close()
    server.terminate()
    must(connection.read_answer().body == b"after 1", "parked while draining")
    connection.close()


def failures(server: PhpServer) -> None:
    """What one request may do without the engine becoming unclean, at once and after a wait, amid a pipelined batch."""
    connection = connect(server)
    for name, status in (("throw", 500), ("http", 418), ("exit", 500), ("die", 500), ("type", 500), ("warn", 200),
                         ("print", 200), ("state", 200)):
        for path in (f"/{name}", f"/late-{name}"):
            connection.send(request("GET", "/hello"), request("GET", path), request("GET", "/delay/0.001"))
            seen = [connection.read_answer().status for _ in range(3)]
            must(seen == [200, status, 200], f"{path}: {seen}")
    os.kill(server.pid, signal.SIGUSR1)
    server.wait_for_log(r"(?m)^signal$", ANSWER_SECONDS)
    connection.close()


def fatal_errors(server: PhpServer) -> None:
    """What leaves the engine unclean: the others are answered."""
    connection = connect(server)
    connection.send(request("GET", "/delay/0.5"))
    other = connect(server)
    other.send(request("GET", "/hello"), request("GET", "/fatal"), request("GET", "/hello"))
    must([other.read_answer().status for _ in range(3)] == [200, 500, 200], "around a fatal error")
    must(connection.read_answer().body == b"after 0.5", "parked during a fatal error")


def late_fatal_errors(server: PhpServer) -> None:
    connection = connect(server)
    connection.send(request("GET", "/late-compile"), request("GET", "/hello"))
    must([connection.read_answer().status for _ in range(2)] == [500, 200], "around a compile error after a wait")


GROUPS: dict[str, Callable[[PhpServer], None]] = {
    "answers": answers, "requests": requests, "bodies": bodies, "json-rpc": json_rpc, "rpc types": rpc_types,
    "xml-rpc": xml_rpc, "waits": waits,
    "failures": failures, "fatal errors": fatal_errors, "late fatal errors": late_fatal_errors,
}


def connect(server: PhpServer) -> Connection:
    return server.connect(ANSWER_SECONDS)


def expect(connection: Connection, target: str, status: int, body: bytes | None = None) -> Answer:
    answer = connection.ask(request("GET", target))
    must(answer.status == status and body in (None, answer.body), f"{target}: {answer.status} {answer.body[:200]!r}")
    return answer


def must(holds: bool, what: object) -> None:
    if not holds:
        raise Failure(str(what)[:600])
