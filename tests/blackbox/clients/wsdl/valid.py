"""A WSDL by the grammar beside this file, its references, and its schema as libxml2 reads it: valid.py URL [alone]

Then the same with one thing broken at a time, each of which must be refused; and messages of every operation by the schema, unless the
WSDL is to be read alone.
"""

import copy
import sys
import urllib.error
import urllib.request
from pathlib import Path

from lxml import etree

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
SOAP = {
    "1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml"),
    "1.2": ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml"),
}
GRAMMAR = etree.RelaxNG(etree.parse(str(Path(__file__).with_name("wsdl.rng"))))
#: What may be left out, by element; all other attributes must be there.
OPTIONAL = {("definitions", "name"), ("binding", "style"), ("operation", "style"), ("operation", "soapActionRequired")}
#: Attributes that refer to something, and what it is.
REFERENCES = {"message": "message", "binding": "binding", "type": "portType"}


def refusals(root):
    """Why a document is no valid WSDL."""
    found = [] if GRAMMAR.validate(root) else [str(GRAMMAR.error_log.last_error)]
    return found + dangling(root) + schema_errors(root)


def dangling(root):
    """References to nothing, and names that come twice."""
    namespace, found = root.get("targetNamespace"), []
    declared = {kind: [part.get("name") for part in root.iter(f"{WSDL}{kind}")] for kind in ("message", "portType", "service")}
    declared["binding"] = [binding.get("name") for binding in root.findall(f"{WSDL}binding")]
    elements = [element.get("name") for element in root.iterfind(f"{WSDL}types/{XSD}schema/{XSD}element")]
    for kind, names in [*declared.items(), ("element", elements)]:
        found += [f"{kind} {name} twice" for name in set(names) if names.count(name) > 1]
    for element in root.iter("{*}*"):
        if element.tag.startswith(XSD):
            continue
        for attribute, kind in [*REFERENCES.items(), ("element", "element")]:
            value = element.get(attribute)
            prefix, _, local = (value or "").rpartition(":")
            names = elements if kind == "element" else declared[kind]
            if value is not None and (element.nsmap.get(prefix) != namespace or local not in names):
                found.append(f"{element.tag} refers to {kind} {value}")
    operations = {port.get("name"): [shape(each) for each in port.findall(f"{WSDL}operation")] for port in root.findall(f"{WSDL}portType")}
    for binding in root.findall(f"{WSDL}binding"):
        bound = [shape(each) for each in binding.findall(f"{WSDL}operation")]
        if bound != operations.get((binding.get("type") or "").rpartition(":")[2]):
            found.append(f"binding {binding.get('name')} has other operations than its port type")
    headers = [[(header.get("message"), header.get("part")) for header in binding.iterfind(".//{*}header")]
               for binding in root.findall(f"{WSDL}binding")]
    if any(other != headers[0] for other in headers):
        found.append(f"bindings with other header blocks: {headers}")
    ports = [(port.get("binding") or "").rpartition(":")[2] for port in root.iter(f"{WSDL}port")]
    if sorted(ports) != sorted(map(str, declared["binding"])):
        found.append(f"ports of {ports} for bindings {declared['binding']}")
    return found


def shape(operation):
    parts = [(part.tag, part.get("name")) for part in operation if part.tag.startswith(WSDL) and part.tag != f"{WSDL}documentation"]
    return operation.get("name"), parts


def compiled(root):
    # As text it takes the namespaces that are declared around it along.
    return etree.XMLSchema(etree.fromstring(etree.tostring(root.find(f"{WSDL}types/{XSD}schema"), with_tail=False)))


def schema_errors(root):
    try:
        compiled(root)
    except (etree.XMLSchemaParseError, TypeError, ValueError) as error:
        return [str(error)]
    return []


def broken(root):
    """The document with one thing wrong at a time: what, and the document."""
    seen = set()
    tree = root.getroottree()
    for element in root.iter("{*}*"):
        path = tree.getelementpath(element)
        kind = "/".join(step.partition("[")[0].rpartition("}")[2] for step in path.split("}")) + str(sorted(element.attrib))
        in_schema = any(parent.tag == f"{XSD}schema" for parent in element.iterancestors())
        if in_schema or (element.tag, kind) in seen:
            continue
        seen.add((element.tag, kind))
        local = etree.QName(element).localname
        is_schema = element.tag == f"{XSD}schema"

        def changed(what, change):
            other = copy.deepcopy(tree)
            change(other.getroot() if path == "." else other.find(path))
            return f"{path}: {what}", other.getroot()

        for attribute in [] if is_schema else element.attrib:
            if (local, attribute) not in OPTIONAL:
                yield changed(f"without {attribute}", lambda it: it.attrib.pop(attribute))
            if attribute in ("targetNamespace", "soapAction", "location", "transport"):
                yield changed(f"{attribute} empty", lambda it: it.set(attribute, ""))
            else:
                yield changed(f"{attribute} no name", lambda it: it.set(attribute, "1 a"))
            if attribute in (*REFERENCES, "element"):
                yield changed(f"{attribute} to nothing", lambda it: it.set(attribute, "tns:nowhere"))
                yield changed(f"{attribute} without prefix", lambda it: it.set(attribute, it.get(attribute)[4:]))
        if not is_schema:
            yield changed("another attribute", lambda it: it.set("other", "x"))
            yield changed("an element that is none of WSDL's", lambda it: it.append(etree.Element(f"{WSDL}other")))
        if local != "documentation" and not is_schema:
            yield changed("text in it", lambda it: it.insert(0, it.makeelement(it.tag)) or setattr(it[0], "tail", "text"))
        if element is not root:
            yield changed("another name", lambda it: setattr(it, "tag", f"{it.tag}s"))
            yield changed("another namespace", lambda it: setattr(it, "tag", "{urn:other}" + local))
        if local not in ("documentation", "operation", "part") and element is not root:
            # Of operations and parts there may be any number; what is left refers to them or has them elsewhere.
            yield changed("left out", lambda it: it.getparent().remove(it))
        following = element.getnext()
        if following is not None and following.tag != element.tag:
            yield changed("behind what follows", lambda it: it.getnext().addnext(it))
    for attribute in ("type", "base"):
        for element in root.find(f"{WSDL}types").iter(f"{XSD}*"):
            if (element.get(attribute) or "").startswith("tns:"):
                path = tree.getelementpath(element)
                other = copy.deepcopy(tree)
                other.find(path).set(attribute, "tns:nowhere")
                yield f"{path}: {attribute} to nothing", other.getroot()
    for path in (f"{WSDL}message", f"{WSDL}portType/{WSDL}operation", f"{WSDL}service/{WSDL}port", f"{WSDL}types/{XSD}schema/{XSD}element"):
        other = copy.deepcopy(root)
        first = other.find(path)
        first.addnext(copy.deepcopy(first))
        yield f"{path}: twice", other


#: An argument for each operation, in the API's namespace.
CALLS = {
    "add": "<a>1</a><b>2</b>",
    "point": "<p><x>1</x><label>a &lt; b</label></p>",
    "points": "<ps><item><x>1</x></item><item><x>2</x><y>3</y></item></ps>",
    "mood": "<m>good</m><l>2</l>",
    "level": "<l>1</l>",
    "text": '<s xsi:nil="true"/>',
    "when": "<d>2026-11-23T10:20:30.5+01:00</d>",
    "bytes": "<b>AAH/</b>",
    "map": "<m><entry><key>a</key><value>1</value></entry></m>",
    "table": "<t><item><item>a</item></item><item/></t>",
    "any": '<v xsi:type="xsd:long">5</v>',
    "shown": "<v><a>1</a></v>",
    "collection": '<v><item xsi:type="xsd:boolean">true</item></v>',
    "number": "<f>2.5e3</f>",
    "flag": "<b>0</b>",
    "nothing": "",
    "either": '<v xsi:type="xsd:string">x</v>',
    "all": "<first>a</first><rest>b</rest><rest>c</rest>",
    "closed": "",
    "secret": "",
    "fault": "",
    "control": "",
    "note": "<s>valid.py</s>",
}
#: They answer with a fault, whose detail is checked; `control` gives what XML can't hold.
FAULTS = {"closed", "secret", "fault", "control"}


def exchange_all(root, url):
    """Every operation is called with what the schema allows, and its answer is what the schema says."""
    schema = compiled(root)
    namespace = root.get("targetNamespace")
    names = [operation.get("name") for operation in root.find(f"{WSDL}portType").findall(f"{WSDL}operation")]
    if sorted(names) != sorted(CALLS):
        raise AssertionError(f"not all are called: {sorted(set(names) ^ set(CALLS))}")
    for version, (envelope, content_type) in SOAP.items():
        for name, arguments in CALLS.items():
            text = (f'<e:Envelope xmlns:e="{envelope}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                    f'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><e:Body><{name} xmlns="{namespace}">{arguments}</{name}>'
                    '</e:Body></e:Envelope>')
            schema.assertValid(etree.fromstring(text)[0][0])
            status, answer = post(url, text.encode(), content_type)
            if name == "note":
                assert (status, answer) == (202, b""), (status, answer)
                continue
            (body,) = etree.fromstring(answer).iter("{%s}Body" % envelope)
            (element,) = body
            if name in FAULTS:
                assert status == 500, (version, name, status)
                (element,) = next(element.iter("detail", "{%s}Detail" % envelope))
            else:
                assert status == 200, (version, name, answer)
            schema.assertValid(element)
            # The schema refuses what is not said: the check above can fail.
            element.append(etree.Element("{%s}surplus" % namespace))
            assert not schema.validate(element), (version, name)


def post(url, body, content_type):
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def main(url, is_alone):
    with urllib.request.urlopen(f"{url}?wsdl") as answer:
        root = etree.fromstring(answer.read())
    found = refusals(root)
    assert not found, "\n".join(found)
    count = 0
    for what, other in broken(root):
        assert refusals(other), f"not refused: {what}"
        count += 1
    assert count > 150, count
    if not is_alone:
        exchange_all(root, url)
    print("ok")


main(sys.argv[1], sys.argv[2:] == ["alone"])
