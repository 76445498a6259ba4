"""Calls of every protocol, policy and failure to tests/long/support/rpc_server.php, and what their answers must be."""

import json
from dataclasses import dataclass, field, replace

from .server import Connection, Failure

#: Requests sent in one piece; the server takes 64 of a connection in one turn.
PIECE = 100
ENVELOPES = {
    "1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml"),
    "1.2": ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml"),
}
ORDER = {"name": "a", "to": {"city": "x", "zip": 7}, "stops": [{"city": "y"}, {"city": "z", "zip": 1}]}


@dataclass
class Kind:
    """One kind of call: `request` with @N@ where the number of the call is, and what its answer is."""

    name: str
    method: str
    target: str
    status: int
    part: str
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    #: Its method keeps what it gets: that must be noticed.
    is_leak: bool = False

    def request(self, number: int) -> bytes:
        body = self.body.replace("@N@", str(number)).encode()
        lines = [f"{self.method} {self.target} HTTP/1.1", "Host: a", *(f"{name}: {value}" for name, value in self.headers.items())]
        if self.method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        head = "".join(f"{line}\r\n" for line in [*lines, ""]).replace("@N@", str(number))
        return head.encode() + body


def soap(name: str, status: int, part: str, content: str, version: str = "1.1", header: str = "") -> Kind:
    namespace, content_type = ENVELOPES[version]
    body = f'<e:Envelope xmlns:e="{namespace}" xmlns="urn:orders">{header}<e:Body>{content}</e:Body></e:Envelope>'
    return Kind(f"SOAP {version} {name}", "POST", "/soap", status, part, body, {"Content-Type": content_type})


def rest(name: str, method: str, target: str, status: int, part: str, body: object = None, **headers: str) -> Kind:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    text = "" if body is None else body if isinstance(body, str) else json.dumps(body)
    return Kind(f"REST {name}", method, target, status, part, text, {"Content-Type": "application/json", **named})


def rpc(name: str, part: str, method: str, params: object, target: str = "/jsonrpc", status: int = 200, **headers: str) -> Kind:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).replace('"@N@"', "@N@")
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Kind(f"{'MCP' if target == '/mcp' else 'JSON-RPC'} {name}", "POST", target, status, part, body,
                {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **named})


def kinds(etag: str) -> list[Kind]:
    place = "<city>x</city><zip>7</zip>"
    order = f"<name>a</name><to>{place}</to><stops><item>{place}</item></stops>"
    return [
        soap("call", 200, "<return>@N@</return>", "<add><a>@N@</a><b>0</b></add>"),
        soap("call", 200, "<return>@N@</return>", "<add><a>@N@</a><b>0</b></add>", "1.2"),
        soap("objects", 200, "<name>a</name>", f"<echo><order>{order}</order></echo>"),
        soap("header block as an argument", 200, "<return>a</return>", "<who/>", header=f"<e:Header><session e:mustUnderstand=\"1\">{order}</session></e:Header>"),
        soap("rpc/encoded with a reference", 200, ">7</return>", '<add e:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
             '<a href="#i"/><b>4</b></add><i id="i">3</i>'),
        soap("one way", 202, "", "<note><text>a</text></note>"),
        soap("declared fault", 500, "<Closed", "<closed/>"),
        soap("fault with data", 500, "<data>", "<fault/>"),
        soap("internal error", 500, "Internal error", "<secret><text>a</text></secret>"),
        soap("wrong argument in an object", 500, "/params/order/to/zip", "<echo><order><name>a</name><to><city>x</city><zip>x</zip></to></order></echo>"),
        soap("header block not understood", 500, "NotUnderstood", "<add/>", "1.2", '<e:Header><h xmlns="urn:h" e:mustUnderstand="1"/></e:Header>'),
        soap("a value that contains itself", 500, "contains itself", '<echo><order href="#i"/></echo><i id="i"><name>a</name><to href="#i"/></i>'),
        soap("no XML", 500, "Client", "<add><a>1</b></add>"),
        soap("a kept result", 200, "<name>n1</name>", "<kept><n>1</n></kept>"),
        rest("path parameters", "GET", "/orders/abc/@N@", 200, '"zip":@N@'),
        rest("304", "GET", "/orders/abc/7", 304, "", If_None_Match=etag),
        rest("objects", "POST", "/orders", 200, '"a"', ORDER),
        rest("call by name", "POST", "/rest/add", 200, "@N@", '{"a":@N@,"b":0}'),
        rest("wrong argument", "GET", "/orders/abc/x", 422, "zip"),
        rest("wrong object", "POST", "/orders", 422, "city", {"name": "a", "to": {}}),
        rest("no JSON", "POST", "/orders", 400, "", '{"name":'),
        rest("nothing there", "GET", "/orders/none", 404, ""),
        rest("internal error", "POST", "/rest/secret", 500, "", "{}"),
        rpc("tool", '"structuredContent"', "tools/call", {"name": "echo", "arguments": {"order": ORDER}}, "/mcp"),
        rpc("tool that fails", '"isError":true', "tools/call", {"name": "closed", "arguments": {}}, "/mcp"),
        rpc("tool that fails within", "Internal error", "tools/call", {"name": "secret", "arguments": {}}, "/mcp"),
        rpc("unknown tool", "-32602", "tools/call", {"name": "none"}, "/mcp"),
        rpc("call", '"result":@N@', "add", ["@N@", 0]),
        rpc("rate-limited call", "-32", "limited", []),
        rpc("kept result", '"name":"n1"', "kept", [1]),
        rpc("results that are kept and pushed out", '"name":"n@N@"', "kept", ["@N@"]),
        replace(rpc("leak in PHP code, which is noticed", '"result"', "leak", []), is_leak=True),
        rpc("idempotent call again", '"1 ', "once", [1], Idempotency_Key='"same"'),
        rpc("idempotent calls", '"@N@ ', "once", ["@N@"], Idempotency_Key='"key-@N@"'),
        rpc("key", '"result":3', "add", [1, 2], "/guarded/jsonrpc", X_Api_Key="key"),
        rpc("wrong keys", "error", "add", [1, 2], "/guarded/jsonrpc", status=0, X_Api_Key="wrong-@N@"),
        Kind("WSDL", "GET", "/soap?wsdl", 200, "definitions"),
        Kind("OpenAPI", "GET", "/openapi.json", 200, '"openapi"'),
        Kind("OpenRPC", "GET", "/openrpc.json", 200, '"openrpc"'),
        Kind("console", "GET", "/", 200, "<html"),
    ]


def send(connection: Connection, kind: Kind, start: int, end: int) -> None:
    for first in range(start, end, PIECE):
        numbers = range(first, min(first + PIECE, end))
        connection.send(*map(kind.request, numbers))
        for number in numbers:
            answer = connection.read_answer(to_head=kind.status == 304)
            part = kind.part.replace("@N@", str(number)).encode()
            # A wrong key is refused with 401, and after many of them with 429; the first call of a limited method is let pass.
            is_right = answer.status == kind.status if kind.status else answer.status in (200, 401, 429)
            if not is_right or (part not in answer.body and number != 0):
                raise Failure(f"call {number}: {answer.status} {answer.body[:300]!r}")


def etag(connection: Connection) -> str:
    """What the answer that is asked for again has."""
    return connection.ask(b"GET /orders/abc/7 HTTP/1.1\r\nHost: a\r\n\r\n").headers["etag"]
