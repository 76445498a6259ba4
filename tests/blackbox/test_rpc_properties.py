"""The same random values through every protocol: the method gets the same PHP values, to the last bit."""

import os
import random
import unittest
from datetime import datetime, timedelta, timezone

from clients.protocols import PROTOCOLS, Either, Map, Record
from harness import ROOT, PhpServer

ROUNDS = int(os.environ.get("KARGO_PROPERTY_ROUNDS", "60"))
# What texts are made of: what needs escapes in JSON, XML or URLs, and more than one byte in UTF-8.
PIECES = ["a", "Z", "0", " ", "  ", "\t", "\n", "\r\n", '"', "'", "\\", "/", "<", ">", "&", "&amp;", "]]>", "<!--", "%41", "+",
          "{}", "[", "null", "true", "1e5", "-0", "é", "ß", "中", "🎈", "\u2028", "\ufffd", "\u00a0", "=", "?", "#", ";", "$x"]


class Values:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, least=0):
        return "".join(self.random.choice(PIECES) for _ in range(self.random.randint(least, 8)))

    def int(self):
        return self.random.choice([0, 1, -1, 2**31 - 1, -2**31, 2**31, 2**53, 2**63 - 1, -2**63, self.random.randint(-999, 999)])

    def float(self):
        return self.random.choice([0.0, 0.1, -2.5, 1 / 3, 1e15, 123456789.123456789, 5e-5, 2.0**53, self.random.uniform(-1e6, 1e6)])

    def point(self):
        point = Record(x=self.int())
        if self.random.random() < 0.5:
            point["y"] = self.float()
        if self.random.random() < 0.5:
            point["label"] = self.random.choice([None, self.text()])
        return point

    def many(self, make):
        return [make() for _ in range(self.random.randint(0, 4))]

    def names(self):
        return {self.text(least=1).strip() or "name" for _ in range(self.random.randint(0, 4))}

    def arguments(self):
        line = Record({"from": self.point(), "to": self.point()})
        if self.random.random() < 0.7:
            line["through"] = self.many(self.point)
        zone = timezone(timedelta(minutes=15 * self.random.randint(-40, 40)))
        arguments = {
            "int": self.int(),
            "float": self.float(),
            "text": self.text(),
            "flag": self.random.random() < 0.5,
            "nullable": self.random.choice([None, self.text()]),
            "numbers": self.many(self.int),
            "weights": Map((name, self.float()) for name in sorted(self.names())),
            "suit": self.random.choice(["hearts", "spades"]),
            "size": self.random.choice([1, 3]),
            "line": line,
            "date": datetime(self.random.randint(1900, 2200), self.random.randint(1, 12), self.random.randint(1, 28),
                             self.random.randint(0, 23), 30, 59, self.random.choice([0, 500_000, 123_456]), zone),
            "bytes": self.random.randbytes(self.random.randint(0, 9)),
            "either": Either(self.random.choice([self.int(), self.text(), "7"])),
        }
        if self.random.random() < 0.5:
            arguments["default"] = self.text()
        return arguments


class PropertyTest(unittest.TestCase):
    def test_every_protocol_gives_the_same_values(self):
        seed = int(os.environ.get("KARGO_PROPERTY_SEED") or random.SystemRandom().randrange(2**32))
        values = Values(seed)
        with PhpServer(ROOT / "tests/blackbox/clients/types_server.php") as server:
            for number in range(ROUNDS):
                arguments = values.arguments()
                told = {name: protocol.call(server, "types.all", arguments) for name, protocol in PROTOCOLS.items()}
                first = told["JSON-RPC"]
                self.assertIsNotNone(first.value, (seed, number, arguments, first.raw))
                for name, answer in told.items():
                    self.assertEqual(answer.value, first.value, (name, seed, number, arguments, answer.raw))
            self.assertNotIn(" error ", server.log)

    def test_every_protocol_refuses_what_does_not_fit(self):
        good = Values(1).arguments()
        wrong = {
            "int": "x", "flag": "maybe", "numbers": ["one"], "suit": "clubs", "size": 2, "date": "yesterday", "bytes": "?",
            "weights": Map(a="much"), "line": Record({"from": Record(x="left"), "to": Record(x=1)}),
        }
        with PhpServer(ROOT / "tests/blackbox/clients/types_server.php") as server:
            for argument, value in wrong.items():
                for name, protocol in PROTOCOLS.items():
                    with self.subTest(argument=argument, protocol=name):
                        answer = protocol.call(server, "types.all", {**good, argument: value})
                        self.assertIsNone(answer.value, answer.raw)
                        position = f"/params/{list(good).index(argument)}"
                        self.assertRegex(answer.raw.decode(), rf"({argument}|{position})\b", "the answer says where")
                        self.assertNotIn(answer.status, (500, 502, 503) if "SOAP" not in name else (), answer.raw)
                missing = {other: good[other] for other in good if other != argument}
                if argument != "default":
                    self.assertIsNone(PROTOCOLS["REST"].call(server, "types.all", missing).value)
