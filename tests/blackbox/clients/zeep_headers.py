"""zeep in strict mode and its _soapheaders against tests/phpt/rpc-soap/headers.inc: zeep_headers.py WSDL-URL"""

import sys

import zeep
from lxml import etree


def check(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


client = zeep.Client(sys.argv[1], settings=zeep.Settings(strict=True))
for port, envelope in [("SessionsSoapPort", "http://schemas.xmlsoap.org/soap/envelope/"),
                       ("SessionsSoap12Port", "http://www.w3.org/2003/05/soap-envelope")]:
    service = client.bind("Sessions", port)
    check(service.who(question="q", _soapheaders={"session": "abc"}), 'q "abc"')
    check(service.both(n=5, _soapheaders={"place": {"city": "x", "zip": 7}, "trace_x0020_steps": {"item": [1, 2]}}), "x 7 5 [1,2]")
    check(service.clash(_soapheaders={"sessionHeader": 1, "whoHeader": 2}), 3)
    must = etree.Element("{urn:test}session", {f"{{{envelope}}}mustUnderstand": "1"})
    must.text = "abc"
    check(service.who(question="q", _soapheaders=[must]), 'q "abc"')
    must.tag = "{urn:test}place"
    try:
        service.who(question="q", _soapheaders=[must])
        raise AssertionError("no fault")
    except zeep.exceptions.Fault as fault:
        check(fault.code.split(":")[1], "MustUnderstand")
print("ok")
