"""SOAP as foreign clients use it, from the WSDL alone; and the WSDL by the rules of WS-I's Basic Profile 1.1."""

import re
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from clients.npm import install_packages
from harness import PHP, ROOT, WAIT_SECONDS, PhpServer, php_arguments
from harness_python import environment

CLIENTS = Path(__file__).parent / "clients"
NAMESPACES = CLIENTS / "namespaces"
SERVICE = ROOT / "tests/phpt/rpc-soap/types.inc"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
# Debian's own, for Debian's python3-zeep.
PYTHON = "/usr/bin/python3"


class SoapTest(unittest.TestCase):
    maxDiff = None
    service = SERVICE

    @classmethod
    def setUpClass(cls):
        cls.server = PhpServer(cls.service)
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.url = f"http://{cls.server.host}:{cls.server.port}/soap"

    def run_client(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=WAIT_SECONDS)
        self.assertEqual((done.returncode, done.stdout), (0, "ok\n"), done.stderr)

    def run_php(self, script):
        directory = subprocess.run([PHP, "-n", "-r", 'echo ini_get("extension_dir");'], capture_output=True, text=True).stdout
        soap = ["-d", "extension=soap"] if Path(directory, "soap.so").exists() else []
        self.run_client(PHP, *php_arguments(), *soap, script, self.url)

    def heard(self, *notes):
        for note in notes:
            self.server.wait_for_log(f"note: {re.escape(note)}\n")


class ClientsTest(SoapTest):
    def test_php(self):
        self.run_php(CLIENTS / "php/soap_client.php")
        self.heard("SoapClient 1", "SoapClient 2")

    def test_zeep(self):
        self.run_client(PYTHON, CLIENTS / "zeep_client.py", f"{self.url}?wsdl")
        self.heard("zeep")

    def test_perl(self):
        self.run_client("perl", CLIENTS / "perl/soap_lite.pl", self.url)
        self.heard("SOAP::Lite")


class NodeTest(SoapTest):
    """Packages of npm."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install_packages()

    def test_soap(self):
        self.run_client("node", CLIENTS / "node/soap.js", "soap", f"{self.url}?wsdl")
        self.heard("soap")

    def test_strong_soap(self):
        self.run_client("node", CLIENTS / "node/soap.js", "strong-soap", f"{self.url}?wsdl")
        self.heard("strong-soap")


class NamespacesTest(SoapTest):
    """Several classes below names of their own: operations with dots."""

    service = NAMESPACES / "server.php"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install_packages()

    def test_php(self):
        self.run_php(NAMESPACES / "client.php")

    def test_zeep(self):
        self.run_client(PYTHON, NAMESPACES / "client.py", f"{self.url}?wsdl")

    def test_soap(self):
        self.run_client("node", NAMESPACES / "client.js", "soap", f"{self.url}?wsdl")

    def test_strong_soap(self):
        self.run_client("node", NAMESPACES / "client.js", "strong-soap", f"{self.url}?wsdl")

    def test_perl(self):
        self.run_client("perl", NAMESPACES / "client.pl", self.url)


class HeadersTest(SoapTest):
    """Arguments that are header blocks."""

    service = ROOT / "tests/phpt/rpc-soap/headers.inc"

    def test_php(self):
        self.run_php(CLIENTS / "php/soap_headers.php")

    def test_zeep(self):
        self.run_client(PYTHON, CLIENTS / "zeep_headers.py", f"{self.url}?wsdl")

    def test_valid(self):
        self.run_client(PYTHON, CLIENTS / "wsdl/valid.py", self.url, "alone")


class SchemaTest(SoapTest):
    """The WSDL by a grammar of WSDL 1.1, and its schema as two processors of schemas read it."""

    def test_valid(self):
        self.run_client(PYTHON, CLIENTS / "wsdl/valid.py", self.url)
        self.heard("valid.py")

    def test_schema(self):
        self.run_client(environment() / "python", CLIENTS / "wsdl/schema.py", f"{self.url}?wsdl")


class WsdlTest(SoapTest):
    """Rules of the Basic Profile 1.1, section 4, as far as a machine can tell; the numbers are the profile's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answer = cls.server.get("/soap?wsdl")
        cls.root = ElementTree.fromstring(cls.answer.body)
        cls.namespace = cls.root.get("targetNamespace")
        cls.schema = cls.root.find(f"{WSDL}types/{XSD}schema")

    def local(self, name):
        prefix, _, local = name.partition(":")
        self.assertEqual(prefix, "tns", name)
        return local

    def test_document(self):
        self.assertEqual((self.answer.status, self.answer.headers["content-type"]), (200, "text/xml; charset=utf-8"))
        self.assertTrue(self.answer.body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), "R4002, R4003, R4004")
        self.assertEqual(self.root.tag, f"{WSDL}definitions", "R2028")
        self.assertEqual(self.namespace, "urn:test")
        order = [child.tag.removeprefix(WSDL) for child in self.root]
        expected = sorted(order, key=["types", "message", "portType", "binding", "service"].index)
        self.assertEqual(order, expected, "R2022, R2023: types come before all but imports and documentation")
        for element in self.root.iter():
            self.assertNotIn(f"{WSDL}required", element.attrib, "R2026")
            self.assertNotIn("arrayType", str(element.attrib), "R2110, R2111: no arrays of SOAP's encoding")

    def test_schema(self):
        self.assertEqual(self.schema.get("targetNamespace"), self.namespace, "R2105")
        self.assertEqual(self.schema.get("elementFormDefault"), "qualified")
        types = {child.get("name") for child in self.schema if child.tag != f"{XSD}element"}
        elements = [child.get("name") for child in self.schema if child.tag == f"{XSD}element"]
        self.assertEqual(len(elements), len(set(elements)))
        for element in self.schema.iter():
            for attribute in ("type", "base"):
                name = element.get(attribute)
                if name and name.startswith("tns:"):
                    self.assertIn(name[4:], types)
                elif name:
                    self.assertRegex(name, "^xsd:[a-zA-Z0-9]+$", "R2101, R2102: names are imported or the schema's own")
        for name in types:
            self.assertFalse(name.startswith("ArrayOf") and "_" in name, "R2112 is a SHOULD NOT for other uses")

    def test_messages(self):
        elements = {child.get("name") for child in self.schema if child.tag == f"{XSD}element"}
        names = [message.get("name") for message in self.root.iter(f"{WSDL}message")]
        self.assertEqual(len(names), len(set(names)))
        for message in self.root.iter(f"{WSDL}message"):
            (part,) = message
            self.assertIsNone(part.get("type"), "R2204: parts of document/literal have elements")
            self.assertIn(self.local(part.get("element")), elements, "R2206")

    def test_operations(self):
        (port_type,) = self.root.iter(f"{WSDL}portType")
        operations = [operation.get("name") for operation in port_type]
        self.assertEqual(len(operations), len(set(operations)), "R2304: no overloading")
        wires = set()
        for operation in port_type:
            kinds = [child.tag.removeprefix(WSDL) for child in operation if child.tag != f"{WSDL}documentation"]
            one_way = operation.get("name") == "note"
            self.assertEqual(kinds[:2], ["input"] if one_way else ["input", "output"], "R2303, R2307")
            self.assertEqual(set(kinds[2:]), set() if one_way else {"fault"})
            wires.add(self.local(operation.find(f"{WSDL}input").get("message")))
            faults = [fault.get("name") for fault in operation.iter(f"{WSDL}fault")]
            self.assertEqual(faults, [] if one_way else ["Closed", "Fault"] if operation.get("name") == "closed" else ["Fault"])
        self.assertEqual(len(wires), len(operations), "R2710: operations differ on the wire")

    def test_bindings(self):
        (port_type,) = self.root.iter(f"{WSDL}portType")
        declared = {operation.get("name"): operation for operation in port_type}
        for binding, soap in zip(self.root.iter(f"{WSDL}binding"), [SOAP, SOAP12], strict=True):
            self.assertEqual(self.local(binding.get("type")), port_type.get("name"))
            extension = binding.find(f"{soap}binding")
            self.assertEqual(extension.get("style"), "document", "R2401, R2705")
            self.assertEqual(extension.get("transport"), "http://schemas.xmlsoap.org/soap/http", "R2701, R2702")
            bound = binding.findall(f"{WSDL}operation")
            self.assertEqual([operation.get("name") for operation in bound], list(declared), "R2718: the same operations")
            for operation in bound:
                name = operation.get("name")
                self.assertEqual(operation.find(f"{soap}operation").get("soapAction"), f"urn:test#{name}", "R2713, R2745")
                self.assertEqual(operation.find(f"{soap}operation").get("style"), "document", "R2705")
                for body in operation.iter(f"{soap}body"):
                    self.assertEqual(dict(body.attrib), {"use": "literal"}, "R2706, R2716: no namespace")
                for fault in operation.findall(f"{WSDL}fault"):
                    attributes = dict(fault.find(f"{soap}fault").attrib)
                    self.assertEqual(attributes, {"name": fault.get("name"), "use": "literal"}, "R2721, R2754")
                kinds = lambda element: [(child.tag, child.get("name")) for child in element if child.tag in
                                         (f"{WSDL}input", f"{WSDL}output", f"{WSDL}fault")]
                self.assertEqual(kinds(operation), kinds(declared[name]), "R2718, R2742")

    def test_service(self):
        (service,) = self.root.iter(f"{WSDL}service")
        bindings = [binding.get("name") for binding in self.root.iter(f"{WSDL}binding")]
        self.assertEqual([self.local(port.get("binding")) for port in service.iter(f"{WSDL}port")], bindings)
        for port in service.iter(f"{WSDL}port"):
            self.assertEqual(port[0].get("location"), self.url)

    def test_types(self):
        def type_of(name):
            (found,) = [child for child in self.schema if child.get("name") == name and child.tag != f"{XSD}element"]
            return found

        values = [value.get("value") for value in type_of("Mood").iter(f"{XSD}enumeration")]
        self.assertEqual(values, ["good", "bad"])
        self.assertEqual([value.get("value") for value in type_of("Level").iter(f"{XSD}enumeration")], ["1", "2"])
        self.assertEqual(
            [dict(member.attrib) for member in type_of("Point").iter(f"{XSD}element")],
            [
                {"name": "x", "type": "xsd:long"},
                {"name": "y", "type": "xsd:long", "minOccurs": "0"},
                {"name": "label", "type": "xsd:string", "minOccurs": "0", "nillable": "true"},
            ],
        )
        self.assertEqual(
            [dict(member.attrib) for member in type_of("ArrayOfArrayOfString").iter(f"{XSD}element")],
            [{"name": "item", "type": "tns:ArrayOfString", "minOccurs": "0", "maxOccurs": "unbounded"}],
        )
        self.assertIn(b"what is added", self.answer.body)


if __name__ == "__main__":
    unittest.main()
