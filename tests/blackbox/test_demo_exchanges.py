"""The poll API's exchanges, to the byte where clients rely on bytes, and defects of 2009 that must not come back."""

import json
import unittest
from xml.etree import ElementTree

from clients.poll_server import (
    ALREADY_VOTED, BIN, INVALID_OPTIONS, INVALID_TEXT, OPTIONS, POLL_EXISTS, QUESTION, UNKNOWN_OPTION, UNKNOWN_POLL,
    PollServer, diagnostics,
)

POLLS = b'{"What framework do you prefer?":{"a":"Zend Framework","b":"Symphony","c":"I just write code"}}'


class ServerTest(unittest.TestCase):
    """A server for all tests of a class. Its log must not have complaints of PHP at the end."""

    @classmethod
    def setUpClass(cls):
        cls.server = PollServer()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def tearDown(self):
        self.assertEqual(diagnostics(self.server), [])

    def assert_answer(self, body, expected):
        answer = self.server.call(body)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.body, expected)

    def assert_error(self, body, code, call_id=None):
        answer = self.server.call(body).json()
        self.assertEqual((answer["error"]["code"], answer["id"]), (code, call_id), answer)
        self.assertNotIn("result", answer)
        self.assertNotIn("data", {name for name, value in answer["error"].items() if value is None})


def text_of(value):
    return "".join(value.itertext())


class JsonRpcTest(ServerTest):
    def test_version_2(self):
        self.assert_answer(
            '{"jsonrpc":"2.0","method":"poll.getAllPolls","params":[],"id":1}',
            b'{"result":' + POLLS + b',"id":1,"jsonrpc":"2.0"}',
        )

    def test_the_style_of_1_0_with_the_body_of_test_json(self):
        self.assert_answer((BIN / "test.json").read_text(), b'{"result":' + POLLS + b',"id":null}')
        self.assert_answer('{"method":"poll.getAllPolls","params":[]}', b'{"result":' + POLLS + b',"id":null}')

    def test_questions(self):
        self.assert_answer(
            '{"jsonrpc":"2.0","method":"poll.getAllQuestions","id":"x"}',
            b'{"result":["What framework do you prefer?"],"id":"x","jsonrpc":"2.0"}',
        )

    def test_ids_come_back_as_they_were_sent(self):
        for call_id in (b"1", b'"1"', b"1.50", b"-0", b"12345678901234567890", b"null", b'"\\u00e9"'):
            body = b'{"jsonrpc":"2.0","method":"poll.getAllQuestions","id":' + call_id + b"}"
            self.assertIn(b'"id":' + call_id + b",", self.server.call(body).body, call_id)

    def test_notifications_are_not_answered(self):
        answer = self.server.call('{"jsonrpc":"2.0","method":"poll.getAllPolls","params":[]}')
        self.assertEqual((answer.status, answer.body), (200, b""))
        answer = self.server.call('{"jsonrpc":"2.0","method":"poll.none"}')
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_errors(self):
        self.assert_error('{"jsonrpc":"2.0","method":"poll.none","id":1}', -32601, 1)
        self.assert_error('{"jsonrpc":"2.0","method":"poll.__construct","id":1}', -32601, 1)
        for garbage in ("{", "", "nonsense", '{"jsonrpc":"2.0","method"', "\xff"):
            self.assert_error(garbage.encode("latin-1"), -32700)
        for no_call in ("1", '"x"', "null", "{}", "[]", '{"jsonrpc":"2.0","id":null}', '{"method":1,"id":null}'):
            self.assert_error(no_call, -32600)

    def test_wrong_arguments(self):
        for params in (
            [], ["x"], [1, 2, 3], [QUESTION, "a", ["me"]], [QUESTION, "a", None], [QUESTION, "a", "me", "more"],
            {"question": QUESTION}, {"question": QUESTION, "option": "a", "user": "me", "more": 1},
        ):
            body = {"jsonrpc": "2.0", "method": "poll.vote", "params": params, "id": 7}
            self.assert_error(json.dumps(body), -32602, 7)
        for options in ("ab", [1, 2], {"a": "x", "b": "y"}, [["a"], ["b"]]):
            body = {"jsonrpc": "2.0", "method": "poll.create", "params": ["Arguments?", options], "id": 7}
            self.assert_error(json.dumps(body), -32602, 7)
        self.assertNotIn("Arguments?", self.server.result("poll.getAllQuestions"))

    def test_batches(self):
        call = {"jsonrpc": "2.0", "method": "poll.getAllQuestions"}
        answers = self.server.call([{**call, "id": 1}, call, {**call, "method": "poll.none", "id": 2}, 3]).json()
        self.assertEqual([answer.get("result") for answer in answers], [[QUESTION], None, None])
        self.assertEqual([answer["id"] for answer in answers], [1, 2, None])
        self.assertEqual([answer["error"]["code"] for answer in answers[1:]], [-32601, -32600])
        answer = self.server.call([call, call])
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_the_service_map(self):
        answer = self.server.get("/jsonrpc")
        self.assertEqual(answer.status, 200)
        service_map = answer.json()
        self.assertEqual(service_map["SMDVersion"], "2.0")
        self.assertEqual((service_map["transport"], service_map["target"]), ("POST", "/jsonrpc"))
        self.assertEqual((service_map["envelope"], service_map["contentType"]), ("JSON-RPC-2.0", "application/json"))
        services = service_map["services"]
        self.assertEqual(
            set(services),
            {"poll.getAllPolls", "poll.getAllQuestions", "poll.vote", "poll.results", "poll.create"},
        )
        vote, create = (services[f"poll.{name}"]["parameters"] for name in ("vote", "create"))
        self.assertEqual([parameter["name"] for parameter in vote], ["question", "option", "user"])
        self.assertEqual([parameter["type"] for parameter in create], ["string", "array"])
        self.assertEqual(services["poll.getAllPolls"]["returns"], "object")
        self.assertEqual(services["poll.getAllQuestions"]["returns"], "array")


class XmlRpcTest(ServerTest):
    def call(self, method, *params):
        values = "".join(f"<param><value><string>{value}</string></value></param>" for value in params)
        answer = self.server.xml(
            f"<?xml version='1.0'?><methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>"
        )
        self.assertEqual((answer.status, answer.headers["content-type"].split(";")[0]), (200, "text/xml"))
        return ElementTree.fromstring(answer.body)

    def test_polls_are_structs_in_a_struct(self):
        [value] = self.call("poll.getAllPolls").findall("params/param/value")
        [member] = value.findall("struct/member")
        self.assertEqual(member.find("name").text, QUESTION)
        options = member.findall("value/struct/member")
        self.assertEqual({option.find("name").text: text_of(option.find("value")) for option in options}, OPTIONS)

    def test_questions_are_an_array_of_string(self):
        [value] = self.call("poll.getAllQuestions").findall("params/param/value/array/data/value")
        self.assertEqual(text_of(value), QUESTION)

    def test_faults_have_two_members(self):
        for method, params, code in (
            ("poll.none", (), -32601), ("poll.vote", ("x",), -32602), ("poll.results", ("x",), UNKNOWN_POLL),
        ):
            members = self.call(method, *params).findall("fault/value/struct/member")
            self.assertEqual([member.find("name").text for member in members], ["faultCode", "faultString"])
            self.assertEqual(int(text_of(members[0].find("value"))), code)

    def test_malformed_xml_and_doctype_are_faults(self):
        doctype = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        params = "<params><param><value>&e;</value></param></params>"
        call = f"<methodCall><methodName>poll.results</methodName>{params}</methodCall>"
        for body in ("<methodCall>", "", "nonsense", doctype + call, call):
            answer = self.server.xml(body)
            self.assertEqual(answer.status, 200)
            self.assertIsNotNone(ElementTree.fromstring(answer.body).find("fault"), answer.body)
            self.assertNotIn(b"root:", answer.body)

    def test_introspection(self):
        proxy = self.server.proxy()
        self.assertLessEqual(
            {"poll.getAllPolls", "poll.vote", "system.listMethods", "system.methodHelp", "system.methodSignature",
             "system.multicall", "system.getCapabilities"},
            set(proxy.system.listMethods()),
        )
        self.assertEqual(proxy.system.methodHelp("poll.getAllPolls"), "Retrieve all polls")
        self.assertEqual(proxy.system.methodSignature("poll.getAllPolls"), [["struct"]])
        self.assertEqual(proxy.system.methodSignature("poll.getAllQuestions"), [["array"]])
        self.assertEqual(proxy.system.methodSignature("poll.vote"), [["struct", "string", "string", "string"]])
        self.assertEqual(proxy.system.methodSignature("poll.create"), [["boolean", "string", "array"]])

    def test_results_of_a_multicall_are_wrapped(self):
        calls = [{"methodName": "poll.getAllQuestions", "params": []}, {"methodName": "poll.none", "params": []}]
        first, second = self.server.proxy().system.multicall(calls)
        self.assertEqual(first, [[QUESTION]])
        self.assertEqual(second["faultCode"], -32601)


class WritingTest(ServerTest):
    def test_votes_are_counted_once_per_user(self):
        poll = self.poll("Once?")
        self.assertEqual(self.server.result("poll.vote", poll, "b", "ada"), {"a": 0, "b": 1})
        self.assertEqual(self.server.error("poll.vote", poll, "b", "ada")["code"], ALREADY_VOTED)
        self.assertEqual(self.server.error("poll.vote", poll, "a", " ada ")["code"], ALREADY_VOTED)
        self.assertEqual(self.server.result("poll.vote", poll, "a", "Ada"), {"a": 1, "b": 1})
        self.assertEqual(self.server.result("poll.results", poll), {"a": 1, "b": 1})

    def test_votes_by_name(self):
        poll = self.poll("By name?")
        params = {"user": "bob", "option": "a", "question": poll}
        answer = self.server.call({"jsonrpc": "2.0", "method": "poll.vote", "id": 1, "params": params})
        self.assertEqual(answer.json()["result"], {"a": 1, "b": 0})

    def test_what_can_be_wrong_with_a_vote(self):
        for arguments, code in (
            (("No such poll", "a", "eve"), UNKNOWN_POLL),
            ((QUESTION, "d", "eve"), UNKNOWN_OPTION),
            ((QUESTION, "A", "eve"), UNKNOWN_OPTION),
            ((QUESTION, "", "eve"), UNKNOWN_OPTION),
            ((QUESTION, "a", ""), INVALID_TEXT),
            ((QUESTION, "a", " \u00a0"), INVALID_TEXT),
            ((QUESTION, "a", "x" * 65), INVALID_TEXT),
            ((QUESTION, "a", "two\nlines"), INVALID_TEXT),
        ):
            error = self.server.error("poll.vote", *arguments)
            self.assertEqual(error["code"], code, error)
        self.assertEqual(sum(self.server.result("poll.results", QUESTION).values()), 0)
        message = self.server.error("poll.results", "No such poll")["message"]
        self.assertEqual(message, 'There is no poll "No such poll"')

    def test_polls_are_created(self):
        text = "Täglich <Öl> & \"Brot\" \U0001f35e? 漢字"
        options = {"a": "ja", "b": "nein & nie", "c": "\U0001f937"}
        self.assertIs(self.server.result("poll.create", f"  {text} ", [" ja", "nein & nie", "\U0001f937"]), True)
        self.assertEqual(self.server.result("poll.getAllPolls")[text], options)
        self.assertEqual(self.server.proxy().poll.getAllPolls()[text], options)
        self.assertEqual(self.server.result("poll.getAllQuestions")[0], QUESTION)
        self.assertEqual(self.server.error("poll.create", text, ["a", "b"])["code"], POLL_EXISTS)

    def test_what_can_be_wrong_with_a_poll(self):
        for question, options, code in (
            ("", ["a", "b"], INVALID_TEXT),
            ("q" * 201, ["a", "b"], INVALID_TEXT),
            ("nul \0?", ["a", "b"], INVALID_TEXT),
            ("not for XML \ufffe?", ["a", "b"], INVALID_TEXT),
            ("options?", ["a", ""], INVALID_TEXT),
            ("options?", ["a", "x" * 101], INVALID_TEXT),
            ("options?", [], INVALID_OPTIONS),
            ("options?", ["a"], INVALID_OPTIONS),
            ("options?", ["a", " a"], INVALID_OPTIONS),
            ("options?", [str(number) for number in range(27)], INVALID_OPTIONS),
        ):
            error = self.server.error("poll.create", question, options)
            self.assertEqual(error["code"], code, error)
        self.assertNotIn("options?", self.server.result("poll.getAllQuestions"))
        self.assertIs(self.server.result("poll.create", "q" * 200, [str(number) for number in range(26)]), True)

    def poll(self, question):
        self.assertIs(self.server.result("poll.create", question, ["yes", "no"]), True)
        return question
