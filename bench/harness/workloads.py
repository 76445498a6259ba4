"""The workloads: which bytes are sent, how often in one piece, and which body must come back."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

# Nine more bytes than an address without a port: with them wrk's GET is 45 bytes long, whatever port is really used.
HOST = "127.0.0.1:8080"

HELLO = b"Hello, World!"

BROWSER_HEADERS = [
    ("Connection", "keep-alive"),
    ("Cache-Control", "max-age=0"),
    ("sec-ch-ua", '"Not=A?Brand";v="99", "Chromium";v="118"'),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", '"Linux"'),
    ("Upgrade-Insecure-Requests", "1"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/118.0.0.0 Safari/537.36"),
    ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("Sec-Fetch-Site", "none"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("Accept-Language", "en-US,en;q=0.9"),
]

POLLS = {
    "What framework do you prefer?": {"a": "Zend Framework", "b": "Symphony", "c": "I just write code"},
}


@dataclass(frozen=True)
class Workload:
    """One kind of request. `pipeline` copies are sent in one piece, `answer` is the body of each answer.

    `is_soap`: the prefixes of an answer are its server's to choose."""

    name: str
    title: str
    request: bytes
    content_type: str
    answer: bytes
    pipeline: int = 1
    is_soap: bool = False

    def accepts(self, body: bytes) -> bool:
        """Whether this is the right body: byte for byte, or as XML means it."""
        return body == self.answer or (self.is_soap and canonical(body) == canonical(self.answer))

    @property
    def body_bytes(self) -> int:
        return len(self.request.split(b"\r\n\r\n", 1)[1])


def canonical(document: bytes) -> str:
    """The document with the same prefixes whoever wrote it; empty if it is no XML."""
    try:
        return ElementTree.canonicalize(document.decode(), rewrite_prefixes=True)
    except (ElementTree.ParseError, UnicodeDecodeError):
        return ""


def compact(value) -> str:
    return json.dumps(value, separators=(",", ":"))


def get(headers=(), query: str = "") -> bytes:
    lines = [f"GET /hello{query} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in headers)]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()


def post(path: str, content_type: str, body: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def rows() -> list[dict]:
    """An array of objects as APIs send them, the shortest of this kind whose JSON is at least 20,000 bytes."""
    made: list[dict] = []
    while len(compact(made)) < 20_000:
        number = len(made) + 1
        made.append({
            "id": number,
            "name": f"User Name {number}",
            "email": f"user{number}@example.com",
            "active": number % 2 == 0,
            "score": number + 0.25,
            "tags": ["alpha", "beta", f"tag{number}"],
            "address": {"street": f"{number} Main Street", "city": "Springfield", "zip": None},
            "note": "plain text" if number % 10 else 'said "yes"\n',
        })
    return made


def xml_rpc_value(value) -> str:
    if isinstance(value, str):
        return f"<value><string>{value}</string></value>"
    members = "".join(f"<member><name>{name}</name>{xml_rpc_value(member)}</member>" for name, member in value.items())
    return f"<value><struct>{members}</struct></value>"


def json_rpc_workload(name: str, title: str, method: str, params: list, result) -> Workload:
    call = compact({"jsonrpc": "2.0", "method": method, "params": params, "id": 1})
    answer = compact({"result": result, "id": 1, "jsonrpc": "2.0"})
    return Workload(name, title, post("/jsonrpc", "application/json", call), "application/json", answer.encode())


def xml_rpc_workload(name: str, title: str) -> Workload:
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    call = f"{declaration}<methodCall><methodName>poll.getAllPolls</methodName><params></params></methodCall>"
    answer = f"{declaration}<methodResponse><params><param>{xml_rpc_value(POLLS)}</param></params></methodResponse>\n"
    return Workload(name, title, post("/xmlrpc", "text/xml", call), "text/xml; charset=utf-8", answer.encode())


def soap_value(value) -> str:
    if isinstance(value, str):
        return value
    return "".join(f"<entry><key>{name}</key><value>{soap_value(member)}</value></entry>" for name, member in value.items())


def soap_workload(name: str, title: str) -> Workload:
    declaration, envelope = '<?xml version="1.0" encoding="UTF-8"?>\n', "http://schemas.xmlsoap.org/soap/envelope/"
    call = (f'{declaration}<SOAP-ENV:Envelope xmlns:SOAP-ENV="{envelope}" xmlns:ns1="urn:poll"><SOAP-ENV:Body>'
            "<ns1:poll.getAllPolls/></SOAP-ENV:Body></SOAP-ENV:Envelope>\n")
    answer = (f'{declaration}<soap:Envelope xmlns:soap="{envelope}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
              'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:tns="urn:poll"><soap:Body>'
              f'<poll.getAllPollsResponse xmlns="urn:poll"><return>{soap_value(POLLS)}</return></poll.getAllPollsResponse>'
              "</soap:Body></soap:Envelope>\n")
    content_type = "text/xml; charset=utf-8"
    return Workload(name, title, post("/soap", content_type, call), content_type, answer.encode(), is_soap=True)


def all_workloads() -> dict[str, Workload]:
    text = "text/plain; charset=utf-8"
    array = rows()
    workloads = [
        Workload("W1", "GET /hello, wrk's 45 bytes", get(), text, HELLO),
        Workload("W1b", "GET /hello with a browser's 14 headers", get(BROWSER_HEADERS), text, HELLO),
        json_rpc_workload("W2", "JSON-RPC poll.getAllPolls: 1 poll, 3 options", "poll.getAllPolls", [], POLLS),
        json_rpc_workload("W3", "JSON-RPC echo of a 20 KB array of objects", "echo", [array], array),
        xml_rpc_workload("W4", "XML-RPC poll.getAllPolls"),
        Workload("W5", "W1, 16 requests pipelined", get(), text, HELLO, pipeline=16),
        soap_workload("W6", "SOAP 1.1 poll.getAllPolls, document/literal"),
    ]
    return {workload.name: workload for workload in workloads}


def classic_workloads() -> dict[str, Workload]:
    """What bench/classic asks for: pages with a query and a cookie, answered by a handler and by an application."""
    query, cookie = "?name=kargo&page=2&sort=asc", [("Cookie", "visitor=3f2a9c1b7d")]
    html = "text/html; charset=UTF-8"
    workloads = [
        Workload("C1", "a page with three query parameters and a cookie", get(cookie, query), html, HELLO),
        Workload("C2", "the same with a browser's 14 headers", get([*BROWSER_HEADERS, *cookie], query), html, HELLO),
    ]
    return {workload.name: workload for workload in workloads}
