"""zeep in strict mode against server.php: client.py WSDL-URL"""

import sys

import zeep


def check(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


client = zeep.Client(sys.argv[1], settings=zeep.Settings(strict=True))
for port, sender in [("NamesSoapPort", "Client"), ("NamesSoap12Port", "Sender")]:
    service = client.bind("Names", port)
    poll = service["poll.vote"](question="Tea?", option="a")
    check((poll.question, [(entry.key, entry.value) for entry in poll.votes.entry]), ("Tea?", [("a", 1)]))
    check(service["poll.count"](poll=poll), 1)
    check(service["shop.cart.vote"](stars=3), "***")
    check(service["shop.cart.count"](items={"item": ["a", "b"]}), 2)
    check(service.reverse(text="abc"), "cba")
    try:
        service["shop.cart.vote"](stars="x")
        raise AssertionError("no error")
    except (zeep.exceptions.Fault, ValueError):
        pass
    try:
        service["poll.vote"](question="", option="a")
        raise AssertionError("no fault")
    except zeep.exceptions.Fault as fault:
        check([(child.tag, child[0].text) for child in fault.detail], [("{urn:names}PollClosed", "7")])
print("ok")
