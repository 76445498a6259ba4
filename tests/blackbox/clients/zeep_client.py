"""zeep in strict mode against tests/phpt/rpc-soap/types.inc, from the WSDL alone: zeep_client.py WSDL-URL"""

import datetime
import sys

import zeep


def check(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


def fault(call, *arguments, **named):
    try:
        found = call(*arguments, **named)
    except zeep.exceptions.Fault as error:
        (detail,) = error.detail
        texts = {child.tag.split("}")[1]: child.text for child in detail}
        return {"fault": detail.tag.split("}")[1], "of": error.code.split(":")[1], "text": error.message, **texts}
    raise AssertionError(f"{found!r} is no fault")


def main(url):
    client = zeep.Client(url, settings=zeep.Settings(strict=True))
    types = client.type_factory("urn:test")
    for port, sender, receiver in [("AllTypesSoapPort", "Client", "Server"), ("AllTypesSoap12Port", "Sender", "Receiver")]:
        service = client.bind("AllTypes", port)
        check(service.add(a=1, b=5), 6)
        check(service.add(a=2**63 - 1, b=0), 2**63 - 1)
        check(service.add(1), 3)
        point = service.point(p={"x": 1, "y": 2, "label": "é<>&"})
        check((point.x, point.y, point.label), (2, 3, "é<>&"))
        check(service.point(p=types.Point(x=1)).label, None)
        check([(item.x, item.y) for item in service.points(ps={"item": [{"x": 1}, {"x": 2, "y": 7}]})], [(1, 0), (2, 7)])
        check(service.mood(m="good", l=1), "good")
        check(service.level(l=2), 2)
        check(service.text(s="täxt"), "täxt")
        check(service.text(s=zeep.xsd.Nil), None)
        when = datetime.datetime(2026, 11, 23, 10, 20, 30, 500_000, tzinfo=datetime.timezone.utc)
        check(service.when(d=when), when)
        check(service.bytes(b=b"ab\0\xff"), b"\xff\0ba")
        check([(entry.key, entry.value) for entry in service.map(m={"entry": [{"key": "k", "value": 3}]})], [("k", 3)])
        check([row.item for row in service.table(t={"item": [{"item": ["a", "b"]}, {"item": ["c"]}]})], [["a", "b"], ["c"]])
        check(service.any(v=zeep.xsd.AnyObject(zeep.xsd.Long(), 5)), 5)
        check(service.any(v=zeep.xsd.AnyObject(zeep.xsd.Boolean(), True)), True)
        check(service.any(v="text"), "text")
        check(service.shown(v=zeep.xsd.AnyObject(client.get_type("{urn:test}Point"), {"x": 1, "y": 2})), '{"x":1,"y":2}')
        check(service.number(f=2.5), 2.5)
        check(service.flag(b=False), False)
        check(service.either(v=5), "integer 5")
        check(service.all(first="a", rest=["b", "c"]), "a:b,c")
        check(service.nothing(), None)
        check(service.note(s="zeep"), None)
        check(fault(service.closed), {"fault": "Closed", "of": receiver, "text": "the poll is <closed>", "code": "42", "message": "the poll is <closed>"})
        wrong = fault(service.level, l=3)
        check((wrong["of"], wrong["code"], wrong["pointer"]), (sender, "-32602", "/params/l"))
        check(fault(service.secret)["text"], "Internal error")
    print("ok")


main(sys.argv[1])
