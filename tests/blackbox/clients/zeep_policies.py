"""zeep against policies_server.php: what it makes of refusals, and its credentials: zeep_policies.py WSDL-URL"""

import sys

import requests
import zeep
from requests.auth import HTTPBasicAuth


def check(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} is not {expected!r}")


def main(url):
    for port in ("ShopSoapPort", "ShopSoap12Port"):
        answers = []
        session = requests.Session()
        session.hooks["response"].append(lambda answer, *_args, **_options: answers.append(answer))
        client = zeep.Client(url, transport=zeep.Transport(session=session), settings=zeep.Settings(strict=True))
        service = client.bind("Shop", port)
        stock = service["shop.stock"]

        def refusal(call, **named):
            try:
                call(**named)
            except zeep.exceptions.Fault as error:
                (detail,) = error.detail
                [code] = [child.text for child in detail if child.tag.endswith("}code")]
                return answers[-1].status_code, error.message, int(code)
            raise AssertionError("not refused")

        is_11 = port == "ShopSoapPort"
        check(refusal(stock, article=8), (401, "Authentication required", -32001))
        assert 'Basic realm="Shop"' in answers[-1].headers["WWW-Authenticate"]
        session.auth = HTTPBasicAuth("bob", "secret")
        check(refusal(stock, article=8), (500 if is_11 else 403, "Forbidden", -32003))
        session.auth = HTTPBasicAuth("ann", "geheim")
        check(stock(article=8), 1)
        session.auth = None
        session.headers["X-Api-Key"] = "key-of-robot"
        check(stock(article=9), 2)
        check(refusal(service["shop.pay"], sum=1)[0::2], (500 if is_11 else 400, -32010))
        session.headers["Idempotency-Key"] = f"key of {port}"
        check(service["shop.pay"](sum=5), "robot paid 5")
        check(refusal(service["shop.pay"], sum=6)[0::2], (500 if is_11 else 422, -32022))
    print("ok")


main(sys.argv[1])
