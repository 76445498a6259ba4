"""One call in every protocol of a server, written by hand, so that every byte of the answer is seen.

    for protocol in PROTOCOLS:
        answer = protocol.call(server, "poll.vote", {"question": "sure?", "option": "a"})
        answer.raw        # head and body, as they came
        answer.value      # the text of a result that is a string; None: a fault

Arguments by name: None, bool, int, float, str, bytes, datetime, list, Map (names to values of one kind), Record and Either (a
value where several types are possible).
"""

import base64
import http.client
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from xml.sax.saxutils import escape

from harness import WAIT_SECONDS

SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"
XSD = "http://www.w3.org/2001/XMLSchema"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Map(dict):
    """Values of one type by names of any kind."""


class Record(dict):
    """The members of a class."""


@dataclass
class Either:
    """A value where several types are possible."""

    value: object


@dataclass
class Answer:
    status: int
    raw: bytes
    body: bytes
    value: object = None

    def with_value(self, value):
        self.value = value
        return self


def request(server, method, target, body=None, headers=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=WAIT_SECONDS)
    try:
        connection.request(method, target, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        head = "".join(f"{name}: {value}\n" for name, value in answer.getheaders())
        return Answer(answer.status, f"{answer.status} {answer.reason}\n{head}\n".encode() + content, content)
    finally:
        connection.close()


def plain(value):
    """As JSON has it."""
    match value:
        case Either():
            return plain(value.value)
        case bytes():
            return base64.b64encode(value).decode()
        case datetime():
            return value.isoformat()
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case _:
            return value


class JsonRpc:
    def call(self, server, method, arguments):
        call = {"jsonrpc": "2.0", "method": method, "params": self.parameters(arguments), "id": 1}
        answer = request(server, "POST", "/jsonrpc", json.dumps(call), {"Content-Type": "application/json"})
        return answer.with_value(json.loads(answer.body).get("result"))

    def parameters(self, arguments):
        return plain(arguments)


class JsonRpcByPosition(JsonRpc):
    def parameters(self, arguments):
        return [plain(value) for value in arguments.values()]


class JsonRpcBatch(JsonRpc):
    def call(self, server, method, arguments):
        call = {"jsonrpc": "2.0", "method": method, "params": plain(arguments), "id": "a"}
        body = json.dumps([call, {"jsonrpc": "2.0", "method": method, "params": plain(arguments)}, 1])
        answer = request(server, "POST", "/jsonrpc", body, {"Content-Type": "application/json"})
        return answer.with_value(json.loads(answer.body)[0].get("result"))


class XmlRpc:
    result = "./params/param/value"

    def call(self, server, method, arguments):
        params = "".join(f"<param>{self.value(value)}</param>" for value in arguments.values())
        return self.send(server, f"<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>")

    def send(self, server, body):
        answer = request(server, "POST", "/xmlrpc", body.encode(), {"Content-Type": "text/xml"})
        found = ElementTree.fromstring(answer.body).find(self.result)
        return answer.with_value(None if found is None else "".join(found.itertext()))

    def value(self, value):
        return f"<value>{self.content(value)}</value>"

    def content(self, value):
        match value:
            case Either():
                return self.content(value.value)
            case None:
                return "<nil/>"
            case bool():
                return f"<boolean>{int(value)}</boolean>"
            case int():
                return f"<i8>{value}</i8>"
            case float():
                # Without an exponent, which XML-RPC does not know; to the last bit.
                return f"<double>{Decimal(value):f}</double>"
            case str():
                return f"<string>{escape(value, {chr(13): '&#13;'})}</string>"
            case bytes():
                return f"<base64>{base64.b64encode(value).decode()}</base64>"
            case datetime():
                return f"<dateTime.iso8601>{value.isoformat()}</dateTime.iso8601>"
            case list():
                return f"<array><data>{''.join(self.value(item) for item in value)}</data></array>"
        members = (f"<member><name>{escape(name, {chr(13): '&#13;'})}</name>{self.value(item)}</member>" for name, item in value.items())
        return f"<struct>{''.join(members)}</struct>"


class XmlRpcMulticall(XmlRpc):
    # The result of one call is a list of one, a fault a struct.
    result = "./params/param/value/array/data/value/array/data/value"

    def call(self, server, method, arguments):
        params = "".join(self.value(value) for value in arguments.values())
        call = (f"<value><struct><member><name>methodName</name><value>{method}</value></member><member><name>params</name>"
                f"<value><array><data>{params}</data></array></value></member></struct></value>")
        return self.send(server, "<methodCall><methodName>system.multicall</methodName><params><param><value><array><data>"
                                 f"{call}</data></array></value></param></params></methodCall>")


class Soap:
    def __init__(self, version):
        self.version = version

    def call(self, server, method, arguments):
        wsdl = ElementTree.fromstring(request(server, "GET", "/soap?wsdl").body)
        namespace = wsdl.get("targetNamespace")
        content = "".join(self.element(name, value) for name, value in arguments.items())
        body = (f'<e:Envelope xmlns:e="{self.version}" xmlns:xsd="{XSD}" xmlns:xsi="{XSI}"><e:Body>'
                f'<{method} xmlns="{namespace}">{content}</{method}></e:Body></e:Envelope>')
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'} if self.version == SOAP_11 else {
            "Content-Type": "application/soap+xml; charset=utf-8"}
        answer = request(server, "POST", "/soap", body.encode(), headers)
        found = ElementTree.fromstring(answer.body).find(f"./{{{self.version}}}Body/{{{namespace}}}{method}Response/*")
        return answer.with_value(None if found is None else "".join(found.itertext()))

    def element(self, name, value):
        if value is None:
            return f'<{name} xsi:nil="true"/>'
        kind = ""
        if isinstance(value, Either):
            value = value.value
            kind = f' xsi:type="xsd:{"long" if isinstance(value, int) else "string"}"'
        return f"<{name}{kind}>{self.content(value)}</{name}>"

    def content(self, value):
        match value:
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case float():
                return repr(value)
            case str():
                return escape(value, {"\r": "&#13;"})
            case bytes():
                return base64.b64encode(value).decode()
            case datetime():
                return value.isoformat()
            case list():
                return "".join(self.element("item", item) for item in value)
            case Map():
                return "".join(f"<entry>{self.element('key', name)}{self.element('value', item)}</entry>"
                               for name, item in value.items())
        return "".join(self.element(name, item) for name, item in value.items())


class Rest:
    def call(self, server, method, arguments):
        target = "/rest/" + method.replace(".", "/")
        answer = request(server, "POST", target, json.dumps(plain(arguments)), {"Content-Type": "application/json"})
        return answer.with_value(json.loads(answer.body) if answer.status == 200 else None)


class Mcp:
    def call(self, server, method, arguments):
        name = re.sub(r"[^a-zA-Z0-9_-]", "_", method)
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": plain(arguments)}}
        headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream",
                   "MCP-Protocol-Version": "2025-06-18"}
        answer = request(server, "POST", "/mcp", json.dumps(call), headers)
        result = json.loads(answer.body).get("result", {"isError": True})
        return answer.with_value(None if result.get("isError") else json.loads(result["content"][0]["text"]))


PROTOCOLS = {
    "JSON-RPC": JsonRpc(), "JSON-RPC by position": JsonRpcByPosition(), "JSON-RPC batch": JsonRpcBatch(),
    "XML-RPC": XmlRpc(), "XML-RPC multicall": XmlRpcMulticall(),
    "SOAP 1.1": Soap(SOAP_11), "SOAP 1.2": Soap(SOAP_12),
    "REST": Rest(), "MCP": Mcp(),
}
