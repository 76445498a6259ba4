"""Policies whose state is in Redis: two servers of two workers each keep limits, results and answers together."""

import json
import os
import re
import signal
import socket
import tempfile
import threading
import time
import unittest
import xml.etree.ElementTree as ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from clients.protocols import PROTOCOLS, XmlRpc, request
from harness import ROOT, WAIT_SECONDS, PhpServer, wait_until
from harness_redis import Redis

SCRIPT = ROOT / "tests/blackbox/clients/redis_server.php"
# Codes of refusals: docs/rpc/POLICIES.md.
TOO_MANY, KEY_REUSED, AWAY = -32029, -32022, -32014


class Result:
    """An answer of any protocol: a value, or the code of a fault."""

    def __init__(self, status, value, code):
        self.status, self.value, self.code = status, value, code

    def __repr__(self):
        return f"{self.status} {self.value} {self.code}"


def json_rpc(server, method, arguments, headers):
    call = {"jsonrpc": "2.0", "method": method, "params": arguments, "id": 1}
    answer = request(server, "POST", "/jsonrpc", json.dumps(call), {"Content-Type": "application/json", **headers})
    body = json.loads(answer.body)
    return Result(answer.status, body.get("result"), body.get("error", {}).get("code"))


def xml_rpc(server, method, arguments, headers):
    params = "".join(f"<param>{XmlRpc().value(value)}</param>" for value in arguments.values())
    body = f"<methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>"
    answer = request(server, "POST", "/xmlrpc", body.encode(), {"Content-Type": "text/xml", **headers})
    tree = ElementTree.fromstring(answer.body)
    code = tree.find("./fault//int")
    code = tree.find("./fault//i4") if code is None else code
    value = tree.find("./params/param/value")
    return Result(answer.status, None if value is None else "".join(value.itertext()), None if code is None else int(code.text))


def rest(server, method, arguments, headers):
    target = "/rest/" + method.replace(".", "/")
    answer = request(server, "POST", target, json.dumps(arguments), {"Content-Type": "application/json", **headers})
    body = json.loads(answer.body)
    return Result(answer.status, body, None) if answer.status == 200 else Result(answer.status, None, body.get("code"))


CALLS = [json_rpc, xml_rpc, rest]


class Shops:
    """Two servers with one store and one counter of what ran."""

    def __init__(self, store, count=2):
        self._scratch = tempfile.TemporaryDirectory(prefix="kargo-")
        self._counter = Path(self._scratch.name, "ran")
        self._counter.touch()
        self.servers = [PhpServer(SCRIPT, store, self._counter) for _ in range(count)]

    def ran(self, name):
        """How often PHP ran what is called so."""
        return Counter(self._counter.read_text().splitlines())[name]

    def ways(self, count):
        """So many (protocol, server), all of them in turn."""
        return [(CALLS[i % 3], self.servers[i // 3 % len(self.servers)]) for i in range(count)]

    def together(self, count, method, arguments=None, headers=None):
        """So many calls at once, by all ways."""
        with ThreadPoolExecutor(count) as pool:
            made = [pool.submit(call, server, method, arguments or {}, headers or {}) for call, server in self.ways(count)]
            return [one.result(60) for one in made]

    def log(self):
        return "".join(server.log for server in self.servers)

    def close(self):
        for server in self.servers:
            server.kill()
        self._scratch.cleanup()


class RedisCase(unittest.TestCase):
    def redis(self, *options):
        redis = Redis(*options)
        self.addCleanup(redis.__exit__)
        return redis

    def shops(self, store, count=2):
        shops = Shops(store, count)
        self.addCleanup(shops.close)
        return shops


class SharedTest(RedisCase):
    """Nothing of this depends on which machine is asked."""

    def setUp(self):
        self.server = self.redis()
        self.shop = self.shops(self.server.url("lease=2"))

    def test_a_limit_holds_for_all(self):
        results = self.shop.together(18, "shop.limited")
        allowed = [result for result in results if result.value == "allowed"]
        refused = [result for result in results if result.value is None]
        self.assertEqual((len(allowed), len(refused)), (5, 13), results)
        self.assertEqual({result.code for result in refused if result.code is not None}, {TOO_MANY}, results)
        self.assertLessEqual({result.status for result in refused}, {200, 429}, results)
        for protocol in PROTOCOLS.values():
            self.assertIsNone(protocol.call(self.shop.servers[0], "shop.limited", {}).value)
        self.assertEqual(self.shop.ran("limited"), 5)
        # A full bucket is not kept, and an empty one no longer than until it is full.
        keys = self.server.command("KEYS", "*:limit:*")
        self.assertEqual(len(keys), 1, keys)
        self.assertTrue(0 < self.server.command("PTTL", keys[0].decode()) <= 3_600_000)

    def test_what_one_limit_refuses_does_not_count_for_the_other(self):
        results = self.shop.together(9, "shop.twice")
        self.assertEqual(sum(result.value == "allowed" for result in results), 1, results)
        self.assertEqual(self.shop.ran("twice"), 1)
        values = [float(self.server.command("GET", key.decode())) for key in self.server.command("KEYS", "*:limit:*")]
        now = int(self.server.command("TIME")[0])
        left = sorted(value / 1e6 - now for value in values)
        # The limit of one call is used up for an hour, that of three by a third.
        self.assertEqual(len(left), 2)
        self.assertAlmostEqual(left[0], 1200, delta=60)
        self.assertAlmostEqual(left[1], 3600, delta=60)

    def test_a_bucket_fills_again(self):
        first = self.shop.together(6, "shop.often")
        self.assertIn("allowed", {result.value for result in first})
        wait_until(lambda: self.server.command("KEYS", "*:limit:*") == [])
        self.assertEqual(rest(self.shop.servers[1], "shop.often", {}, {}).value, "allowed")

    def test_a_result_is_made_once(self):
        for currency in ("EUR", "CHF"):
            results = self.shop.together(18, "shop.prices", {"currency": currency})
            self.assertEqual({result.value for result in results}, {f"prices in {currency}"}, results)
            for name, protocol in PROTOCOLS.items():
                answer = protocol.call(self.shop.servers[1], "shop.prices", {"currency": currency})
                self.assertEqual(answer.value, f"prices in {currency}", name)
            self.assertEqual(self.shop.ran(f"prices {currency}"), 1)

    def test_what_is_too_long_is_made_each_time(self):
        first, second = (rest(server, "shop.large", {}, {}).value for server in self.shop.servers)
        self.assertEqual((first[-1], second[-1], len(first)), ("1", "2", 600_001))
        # The claims were given up.
        wait_until(lambda: self.server.command("DBSIZE") == 0)

    def test_a_call_with_a_key_is_made_once(self):
        key = {"Idempotency-Key": "one"}
        results = self.shop.together(12, "shop.order", {"article": "tea"}, key)
        self.assertEqual({result.value for result in results}, {"ordered tea 1"}, results)
        self.assertEqual(self.shop.ran("order tea"), 1)
        for result in self.shop.together(6, "shop.order", {"article": "milk"}, key):
            self.assertTrue(result.status == 422 or result.code == KEY_REUSED, result)
        self.assertEqual(self.shop.ran("order milk"), 0)
        self.assertEqual(rest(self.shop.servers[1], "shop.order", {"article": "tea"}, {"Idempotency-Key": "two"}).value, "ordered tea 2")

    def test_a_fault_on_purpose_is_an_answer(self):
        key = {"Idempotency-Key": "one"}
        codes = {json_rpc(server, "shop.fails", {"article": "tea"}, key).code for server in self.shop.servers * 2}
        self.assertEqual((codes, self.shop.ran("fails tea")), ({77}, 1))

    def test_a_claim_holds_while_its_call_runs(self):
        """The call takes longer than a claim holds that nobody renews."""
        with ThreadPoolExecutor(4) as pool:
            calls = [pool.submit(call, server, "shop.long", {}, {"Idempotency-Key": "long"}) for call, server in self.shop.ways(4)]
            self.assertEqual({call.result(60).value for call in calls}, {"done 1"})
        self.assertEqual(self.shop.ran("long"), 1)

    def test_the_claim_of_a_killed_worker_ends(self):
        for method, key in (("dying", {}), ("paying", {"Idempotency-Key": "pay"})):
            with self.subTest(method=method), ThreadPoolExecutor(12) as pool:
                starts = [len(server.log) for server in self.shop.servers]
                calls = [pool.submit(call, server, f"shop.{method}", {}, key) for call, server in self.shop.ways(12)]
                pid = self.first_pid(starts)
                os.kill(pid, signal.SIGKILL)
                values = []
                for call in calls:
                    try:
                        values.append(call.result(60).value)
                    except OSError:
                        values.append("gone with its worker")
                    except Exception as error:  # http.client: no answer, or half of one
                        self.assertRegex(type(error).__name__, "RemoteDisconnected|IncompleteRead|BadStatusLine")
                        values.append("gone with its worker")
                self.assertLessEqual(set(values), {"made", "gone with its worker"})
                self.assertIn("made", values)
                self.assertEqual(self.shop.ran(method), 2)

    def first_pid(self, starts):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            for server, start in zip(self.shop.servers, starts):
                if found := re.search(r"at work (\d+)", server.log[start:]):
                    return int(found[1])
            time.sleep(0.01)
        self.fail("no call began")

    def test_a_server_that_has_forgotten_its_scripts(self):
        for round in range(3):
            self.server.command("SCRIPT", "FLUSH")
            results = self.shop.together(6, "shop.prices", {"currency": f"R{round}"})
            self.assertEqual({result.value for result in results}, {f"prices in R{round}"}, results)
            self.assertEqual(self.shop.ran(f"prices R{round}"), 1)
        self.assertNotIn("away", self.shop.log())

    def test_another_prefix_is_another_application(self):
        other = self.shops(self.server.unix_url("prefix=other"), 1)
        for shop in (self.shop, other):
            self.assertEqual(rest(shop.servers[0], "shop.prices", {"currency": "EUR"}, {}).value, "prices in EUR")
            self.assertEqual(shop.ran("prices EUR"), 1)
        keys = self.server.command("KEYS", "*:result:*")
        self.assertEqual(len([key for key in keys if key.startswith(b"other:")]), 1, keys)
        self.assertEqual(len(keys), 2)
        self.assertNotIn(Redis.password, self.shop.log() + other.log())

    def test_a_user_with_no_more_rights_than_the_documentation_says(self):
        text = (ROOT / "docs/rpc/POLICIES.md").read_text()
        command = re.search(r"`ACL SETUSER shop ([^`]+)`", text)[1].replace("PASSWORD", "a%b").split()
        self.server.command("ACL", "SETUSER", "shop", *command)
        shop = self.shops(f"redis://shop:a%25b@localhost:{self.server.port}/1?prefix=shop", 1)
        results = shop.together(9, "shop.limited")
        self.assertEqual(sum(result.value == "allowed" for result in results), 5, results)
        results = shop.together(6, "shop.order", {"article": "tea"}, {"Idempotency-Key": "one"})
        self.assertEqual({result.value for result in results}, {"ordered tea 1"}, results)
        self.assertEqual(len(self.server.command("KEYS", "shop:*")), 2)
        self.assertNotRegex(shop.log(), "answers (is away|can't do)")


class AwayTest(RedisCase):
    """The server is stopped, started, silent, full, or none at all."""

    def wait_back(self, shop, start=0):
        for server in shop.servers:
            server.wait_for_log("is there again", start)

    def test_away_and_back(self):
        redis = self.redis()
        shop = self.shops(redis.url())
        self.assertEqual(rest(shop.servers[0], "shop.prices", {"currency": "EUR"}, {}).value, "prices in EUR")
        redis.crash()
        # Limits are those of each machine meanwhile, and so are results; what must not run twice is refused.
        for server in shop.servers:
            results = [rest(server, "shop.limited", {}, {}) for _ in range(8)]
            self.assertEqual([result.status for result in results], [200] * 5 + [429] * 3)
            self.assertEqual(rest(server, "shop.prices", {"currency": "GBP"}, {}).value, "prices in GBP")
            self.assertEqual(rest(server, "shop.prices", {"currency": "GBP"}, {}).value, "prices in GBP")
            refused = rest(server, "shop.quick", {"article": "tea"}, {"Idempotency-Key": "one"})
            self.assertEqual(refused.status, 503)
            self.assertEqual(json_rpc(server, "shop.quick", {"article": "tea"}, {"Idempotency-Key": "one"}).code, AWAY)
            # Without a key there is nothing to promise.
            self.assertEqual(rest(server, "shop.quick", {"article": "milk"}, {}).status, 200)
            self.assertEqual(rest(server, "shop.open", {}, {}).value, "open")
        self.assertEqual((shop.ran("limited"), shop.ran("prices GBP"), shop.ran("quick tea")), (10, 2, 0))
        redis.start()
        self.wait_back(shop)
        for server in shop.servers:
            self.assertEqual(self.again(server, "shop.quick", {"article": "tea"}, "one").value, "ordered tea 1")
        self.assertEqual(shop.ran("quick tea"), 1)
        # Once per worker that noticed, and reason.
        lines = [line for line in shop.log().splitlines() if "answers is away" in line]
        self.assertLessEqual(len(lines), 4 * 2, "\n".join(lines))
        self.assertNotIn(Redis.password, shop.log())

    def again(self, server, method, arguments, key):
        """Each worker comes back by itself, so a client tries again as it is told."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            result = rest(server, method, arguments, {"Idempotency-Key": key})
            if result.status != 503 or time.monotonic() > deadline:
                return result
            time.sleep(0.05)

    def test_no_call_is_lost_when_it_goes_and_comes_under_load(self):
        redis = self.redis()
        shop = self.shops(redis.url())
        over = threading.Event()
        slowest, statuses, orders = [], Counter(), []

        def load(number):
            count = 0
            while not over.is_set():
                server = shop.servers[(number + count) % 2]
                count += 1
                name = f"{number}-{count}"
                status = 503
                while status == 503:
                    began = time.monotonic()
                    for method, arguments in (("shop.often", {}), ("shop.page", {"number": count % 50})):
                        statuses[method, rest(server, method, arguments, {}).status] += 1
                    result = rest(server, "shop.quick", {"article": name}, {"Idempotency-Key": name})
                    status = result.status
                    slowest.append(time.monotonic() - began)
                orders.append((name, result))

        with ThreadPoolExecutor(8) as pool:
            running = [pool.submit(load, number) for number in range(8)]
            for _ in range(2):
                before = len(orders)
                wait_until(lambda: len(orders) > before + 40)
                starts = len(shop.servers[0].log)
                redis.crash()
                shop.servers[0].wait_for_log("answers is away", starts)
                before = statuses["shop.page", 200]
                wait_until(lambda: statuses["shop.page", 200] > before)
                redis.start()
                self.wait_back(shop, starts)
            before = len(orders)
            wait_until(lambda: len(orders) > before + 40)
            over.set()
            for one in running:
                one.result(60)
        self.assertLessEqual(set(statuses), {("shop.often", 200), ("shop.often", 429), ("shop.page", 200)})
        self.assertLess(max(slowest), WAIT_SECONDS / 2)
        for name, result in orders:
            self.assertEqual(result.value, f"ordered {name} 1", f"{result}\n{shop.log()}")
            self.assertEqual(shop.ran(f"quick {name}"), 1)

    def test_a_server_that_is_silent(self):
        redis = self.redis()
        shop = self.shops(redis.url("timeout=0.3"), 1)
        server = shop.servers[0]
        self.assertEqual(rest(server, "shop.limited", {}, {}).status, 200)
        redis.process.send_signal(signal.SIGSTOP)
        # Both workers find out, each by its own call; then nobody waits for it any more.
        self.assertEqual({result.status for result in (rest(server, "shop.limited", {}, {}) for _ in range(4))}, {200})
        server.wait_for_log("does not answer in time")
        self.assertEqual(rest(server, "shop.quick", {"article": "tea"}, {"Idempotency-Key": "one"}).status, 503)
        redis.process.send_signal(signal.SIGCONT)
        server.wait_for_log("is there again")
        self.assertEqual(self.again(server, "shop.quick", {"article": "tea"}, "one").value, "ordered tea 1")

    def test_an_idle_connection_that_the_server_closes_is_no_trouble(self):
        redis = self.redis()
        shop = self.shops(redis.url(), 1)
        server = shop.servers[0]
        # Both workers are connected before anybody calls, and again afterwards; the third one is this test's.
        wait_until(lambda: redis.command("CLIENT", "LIST").count(b"\n") == 3)
        self.assertEqual(redis.command("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal"), 2)
        wait_until(lambda: redis.command("CLIENT", "LIST").count(b"\n") == 3)
        for _ in range(4):
            result = rest(server, "shop.quick", {"article": "tea"}, {"Idempotency-Key": "one"})
            self.assertEqual(result.value, "ordered tea 1")
        self.assertNotIn("answers is away", server.log)

    def test_wrong_credentials_say_what_to_do(self):
        redis = self.redis()
        for store, hint in (
            (f"redis://:wrong-secret@127.0.0.1:{redis.port}", "refuses user or password"),
            (f"redis://somebody:wrong-secret@127.0.0.1:{redis.port}", "refuses user or password"),
            (f"redis://127.0.0.1:{redis.port}", "wants a password"),
            (f"redis://:{redis.password}@127.0.0.1:{redis.port}/99", "check user, password, database"),
        ):
            with self.subTest(hint=hint, store=store):
                shop = self.shops(store, 1)
                server = shop.servers[0]
                # At the start, before anybody calls.
                line = server.wait_for_log(f".*{hint}.*")[0]
                self.assertIn(f"127.0.0.1:{redis.port}", line)
                self.assertEqual(rest(server, "shop.limited", {}, {}).status, 200)
                self.assertEqual(rest(server, "shop.order", {"article": "tea"}, {"Idempotency-Key": "a"}).status, 503)
                self.assertNotRegex(server.log, f"wrong-secret|somebody|{redis.password}")

    def test_what_is_no_redis(self):
        for said in (b"HTTP/1.1 400 Bad Request\r\n\r\n", b"*1000000000\r\n", b"$99999999999\r\n", b"+" + b"a" * 100_000):
            with self.subTest(said=said[:30]), socket.create_server(("127.0.0.1", 0)) as listener:
                def answer():
                    while True:
                        try:
                            connection, _ = listener.accept()
                        except OSError:
                            return
                        with connection:
                            connection.recv(4096)
                            connection.sendall(said)

                thread = threading.Thread(target=answer, daemon=True)
                thread.start()
                shop = self.shops(f"redis://127.0.0.1:{listener.getsockname()[1]}", 1)
                shop.servers[0].wait_for_log("not the protocol of Redis")
                self.assertEqual(rest(shop.servers[0], "shop.limited", {}, {}).status, 200)
                shop.close()
                listener.shutdown(socket.SHUT_RDWR)
                thread.join(WAIT_SECONDS)

    def test_memory_is_bounded(self):
        """20 MB of results into a server that may have 4: it evicts, or refuses; nobody notices, and nothing grows here."""
        for policy in ("volatile-ttl", "noeviction"):
            with self.subTest(policy=policy):
                redis = self.redis("--maxmemory", "4mb", "--maxmemory-policy", policy)
                shop = self.shops(redis.url(), 1)
                server = shop.servers[0]
                self.fill(server, range(0, 100))
                sizes = self.sizes(server)
                self.fill(server, range(100, 2000))
                for before, after in zip(sizes, self.sizes(server)):
                    self.assertLess(after - before, 16 << 20)
                self.assertLess(int(redis.info("used_memory")), 6 << 20)
                status = rest(server, "shop.quick", {"article": "tea"}, {"Idempotency-Key": "one"}).status
                if policy == "noeviction":
                    self.assertEqual(status, 503)
                    server.wait_for_log("raise its maxmemory")
                    self.assertLessEqual(server.log.count("raise its maxmemory"), 2)
                else:
                    self.assertEqual(status, 200)

    def fill(self, server, numbers):
        for first in range(numbers.start, numbers.stop, 100):
            calls = [{"jsonrpc": "2.0", "method": "shop.page", "params": [number], "id": number}
                     for number in range(first, min(first + 100, numbers.stop))]
            answer = request(server, "POST", "/jsonrpc", json.dumps(calls), {"Content-Type": "application/json"})
            for one in json.loads(answer.body):
                self.assertEqual(one["result"], chr(65 + one["id"] % 26) * 10_000)

    def sizes(self, server):
        """The private memory of each worker, in bytes."""
        def size(pid):
            text = Path(f"/proc/{pid}/status").read_text()
            return int(re.search(r"RssAnon:\s+(\d+)", text)[1]) << 10

        return [size(pid) for pid in server.workers()]


if __name__ == "__main__":
    unittest.main()
