"""The schema in a WSDL as the xmlschema package reads it, which shares no code with libxml2: schema.py WSDL-URL"""

import copy
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree

import xmlschema

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"


def read(schema, namespaces):
    """Names in attributes need the prefixes that the document had."""
    text = ElementTree.tostring(schema, encoding="unicode")
    declarations = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in namespaces.items() if f"xmlns:{prefix}=" not in text)
    head, _, rest = text.partition(" ")
    return xmlschema.XMLSchema(f"{head}{declarations} {rest}")


def is_refused(schema, namespaces):
    try:
        read(schema, namespaces)
    except (xmlschema.XMLSchemaException, ValueError):
        return True
    return False


def main(url):
    with urllib.request.urlopen(url) as answer:
        text = answer.read()
    root = ElementTree.fromstring(text)
    namespace = root.get("targetNamespace")
    ElementTree.register_namespace("xsd", XSD[1:-1])
    namespaces = {"tns": namespace, "xsd": XSD[1:-1]}
    schema = root.find(f"{WSDL}types/{XSD}schema")
    made = read(schema, namespaces)
    operations = [operation.get("name") for operation in root.find(f"{WSDL}portType").findall(f"{WSDL}operation")]
    missing = [name for name in operations if f"{{{namespace}}}{name}" not in made.maps.elements]
    assert not missing, missing
    # It refuses what is wrong: a type that is nowhere, an element twice, a facet that its base has not.
    types = [element for element in schema.iter(f"{XSD}element") if element.get("type", "").startswith("tns:")]
    assert len(types) > 5
    for element in types:
        before = element.get("type")
        element.set("type", "tns:nowhere")
        assert is_refused(schema, namespaces), before
        element.set("type", before)
    twice = copy.deepcopy(schema)
    twice.append(copy.deepcopy(twice.find(f"{XSD}element")))
    assert is_refused(twice, namespaces)
    values = [value for value in schema.iter(f"{XSD}enumeration") if value.get("value").isdigit()]
    assert values
    for value in values:
        value.set("value", "x")
    assert is_refused(schema, namespaces)
    print("ok")


main(sys.argv[1])
