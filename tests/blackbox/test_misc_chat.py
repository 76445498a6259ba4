"""demos/misc/chatserver.php with several people in it, and bufferbot.php among them."""

import re
import signal
import socket
import time
import unittest

from clients.misc import MISC, Demo
from harness import WAIT_SECONDS

COMMANDS = ["help", "nick", "users", "names", "ison", "privmsg", "away", "list", "join", "kick", "kill", "motd", "time",
            "quit"]
LONGEST_LINE = 8192


class ChatTest(unittest.TestCase):
    """A server for each test; at its end it must stop in good order. test_modern_chat.py does the same with another."""

    folder = MISC
    # What is said of one that takes nothing.
    too_slow = "too slow"

    def setUp(self):
        self.server = Demo("chatserver", folder=self.folder)
        self.addCleanup(self.server.kill)

    def tearDown(self):
        self.server.end()

    def enter(self, nickname, **options):
        client = self.server.client(**options)
        self.addCleanup(client.close)
        client.expect("Welcome")
        client.send(f"/nick {nickname}")
        client.expect(f"You are now known as {nickname}")
        # The notices of one's own arrival come a little later.
        client.expect(f"{nickname}$")
        return client

    def assert_silent(self, client, *answered):
        """Nothing has come for it: the answer to /time is the next line."""
        client.send("/time")
        self.assertEqual(client.lines_until(r"^\* It is "), list(answered))


class TalkTest(ChatTest):
    def test_what_one_says_all_others_hear_once_and_in_order(self):
        people = {name: self.enter(name) for name in ("ada", "bob", "cyd", "dan")}
        for client in people.values():
            client.send("/away x", "/away")
        for client in people.values():
            for name in people:
                client.expect(f"{name} is back")
        for number in range(20):
            people["bob"].send(f"message {number}")
        for name in ("ada", "cyd", "dan"):
            for number in range(20):
                self.assertEqual(people[name].line(), f"<bob> message {number}")
        for name in people:
            self.assert_silent(people[name])

    def test_two_lines_in_one_packet_are_two_messages_and_pieces_are_one(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        bob.send_bytes(b"one\r\ntwo\n\n   \nthree and a ha")
        self.assertEqual([ada.line(), ada.line()], ["<bob> one", "<bob> two"])
        for byte in b"lf\r\nfo":
            bob.send_bytes(bytes([byte]))
        self.assertEqual(ada.line(), "<bob> three and a half")
        bob.send("ur")
        self.assertEqual(ada.line(), "<bob> four")

    def test_the_longest_line_and_longer_ones(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        for length in (100, 101, 4096, LONGEST_LINE - 1, LONGEST_LINE):
            for end in ("\n", "\r\n"):
                bob.send("x" * length, end=end)
                self.assertEqual(ada.line(), "<bob> " + "x" * length)
        for length in (LONGEST_LINE + 1, 3 * LONGEST_LINE, 1_000_000):
            bob.send("x" * length)
            bob.expect("left out")
            self.assert_silent(bob)
            bob.send("next")
            self.assertEqual(ada.line(), "<bob> next")
        # A longest line that is cut between its last byte and its end, and within its end.
        for cut in (LONGEST_LINE, LONGEST_LINE + 1):
            line = b"y" * LONGEST_LINE + b"\r\n"
            bob.send_bytes(line[:cut])
            self.assert_silent(ada)
            bob.send_bytes(line[cut:])
            self.assertEqual(ada.line(), "<bob> " + "y" * LONGEST_LINE)

    def test_control_characters_reach_nobody(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        bob.send_bytes(b"a\x1b[2Jb\x00c\x07\td\x7f \xc3\xa9\n")
        self.assertEqual(ada.line(), "<bob> a [2Jb c d  \u00e9")

    def test_arrivals_and_departures_are_announced(self):
        ada = self.enter("ada")
        guest = self.server.client()
        name = guest.expect(r"Welcome! You are (\w+)")[1]
        ada.expect(rf"^\* {name} has joined #lobby$")
        guest.send("/nick guest")
        ada.expect(rf"^\* {name} is now known as guest$")
        guest.close()
        ada.expect(r"^\* guest has left #lobby \(hung up\)$")
        rude = self.enter("rude")
        rude.reset()
        ada.expect(r"^\* rude has left #lobby \(hung up\)$")
        polite = self.enter("polite")
        polite.send("/quit see you")
        polite.expect("Goodbye")
        self.assertEqual(polite.read_rest(), b"")
        ada.expect(r"^\* polite has left #lobby \(quit: see you\)$")
        # The names are free again.
        for nickname in ("guest", "rude", "polite"):
            self.enter(nickname)

    def test_a_half_closed_client_is_served_to_the_end(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        bob.send_bytes(b"hello\n/ison ada\nlast words")
        bob.finish_sending()
        self.assertEqual([ada.line(), ada.line()], ["<bob> hello", "<bob> last words"])
        ada.expect("bob has left")
        self.assertIn(b"ada is here", bob.read_rest())

    def test_many_come_at_once_and_all_are_announced_in_few_lines(self):
        ada = self.enter("ada")
        crowd = [self.server.client() for _ in range(200)]
        for number, client in enumerate(crowd):
            client.send(f"/nick crowd{number}")
        for number, client in enumerate(crowd):
            client.expect(f"You are now known as crowd{number}")
        ada.send("/users")
        self.assertEqual(len(ada.lines_until(r"^\* 201 in all")) >= 201, True)
        for client in crowd:
            client.close()
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            ada.send("/users")
            if len([line for line in ada.lines_until(r"\d+ in all") if "in #lobby" in line]) == 1:
                break
            self.assertLess(time.monotonic(), deadline)
        self.assertLess(self.server.cpu_share(), 0.1)


class CommandTest(ChatTest):
    def test_help_lists_every_command(self):
        ada = self.enter("ada")
        ada.send("/help", "/time")
        lines = ada.lines_until("It is")
        self.assertEqual([re.match(r"\* /(\w+) ", line)[1] for line in lines], COMMANDS)
        for line in lines:
            self.assertGreater(len(line.split()), 3)

    def test_commands_that_do_not_exist_or_lack_arguments(self):
        ada = self.enter("ada")
        for line in ("/", "/nonsense x", "/__construct", "/run", "/find x", "/absence"):
            ada.send(line)
            ada.expect("There is no command|^\\* /") if line != "/" else self.assert_silent(ada)
        for command in ("nick", "ison", "privmsg", "join", "kick", "kill"):
            ada.send(f"/{command}")
            ada.expect(rf"^\* Usage: /{command} \S")
        ada.send("/privmsg ada")
        ada.expect("Usage: /privmsg")
        ada.send("/TIME", "  /Motd ")
        ada.expect("It is")
        ada.expect("kind")

    def test_nicknames_are_unique(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        for taken in ("ada", "ADA", "Ada"):
            bob.send(f"/nick {taken}")
            bob.expect(f"The nickname {taken} is taken")
        for bad in ("a b", "<x>", "*", "x" * 31, "é", "a/b"):
            bob.send(f"/nick {bad}")
            bob.expect("A nickname is")
        ada.send("/nick ADA")
        ada.expect("You are now known as ADA")
        ada.send("/nick eve")
        bob.expect("ADA is now known as eve")
        bob.send("/nick Ada")
        bob.expect("You are now known as Ada")
        # A guest's name can be taken before its guest comes.
        bob.send("/nick guest3", "/nick guest4")
        bob.expect("known as guest4")
        guest = self.server.client()
        self.assertEqual(guest.expect(r"You are (\w+)")[1], "guest3")
        guest = self.server.client()
        self.assertEqual(guest.expect(r"You are (\w+)")[1], "guest5")
        # Names of digits are names, too.
        guest.send("/nick 7")
        guest.expect("known as 7")
        ada.send("/ison 7", "/privmsg 7 hello")
        ada.expect("7 is here")
        guest.expect(r"\*eve\* hello")

    def test_users_names_and_ison(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        bob.send("/away at lunch", "/join php")
        bob.expect("You are in #php")
        ada.expect("bob has left")
        ada.send("/users")
        self.assertEqual(ada.lines_until("2 in all"), ["* ada in #lobby", "* bob in #php (away: at lunch)"])
        ada.send("/names", "/names php", "/names #PHP", "/names nowhere")
        self.assertEqual([ada.line() for _ in range(4)],
                         ["* #lobby: ada", "* #php: bob", "* #php: bob", "* #nowhere: nobody"])
        ada.send("/ison bob, ADA carol")
        self.assertEqual([ada.line() for _ in range(3)],
                         ["* bob is here (away: at lunch)", "* ada is here", "* carol is not here"])

    def test_private_messages_and_absence(self):
        ada, bob, cyd = self.enter("ada"), self.enter("bob"), self.enter("cyd")
        cyd.send("/away writing", "/join quiet")
        bob.expect("cyd has left")
        ada.expect("cyd has left")
        ada.send("/privmsg BOB  two  words ")
        ada.expect("Sent to bob$")
        self.assertEqual(bob.line(), "*ada* two  words")
        ada.send("/privmsg cyd hello")
        ada.expect(r"Sent to cyd \(away: writing\)")
        cyd.expect(r"^\*ada\* hello$")
        cyd.send("/away")
        cyd.expect("You are back")
        ada.send("/privmsg cyd hello again", "/privmsg nobody x")
        ada.expect("Sent to cyd$")
        ada.expect("nobody is not here")
        self.assert_silent(bob)

    def test_rooms(self):
        ada, bob, cyd = self.enter("ada"), self.enter("bob"), self.enter("cyd")
        ada.send("/join #PHP")
        ada.expect("You are in #php")
        bob.expect(r"^\* ada has left #lobby \(to #php\)$")
        bob.send("/join php")
        ada.expect(r"^\* bob has joined #php$")
        cyd.expect("bob has left")
        bob.send("only here")
        self.assertEqual(ada.line(), "<bob> only here")
        self.assert_silent(cyd)
        cyd.send("/list")
        self.assertEqual([cyd.line(), cyd.line()], ["* #lobby: 1", "* #php: 2"])
        for bad in ("a b", "#", "x" * 31):
            cyd.send(f"/join {bad}")
            cyd.expect("The name of a room is|Usage")
        cyd.send("/join lobby")
        cyd.expect("You are in #lobby")
        bob.send("/join lobby")
        ada.send("/quit")
        cyd.expect("bob has joined")
        cyd.send("/list")
        # A room that is empty is none.
        self.assertEqual(cyd.lines_until("#lobby: 2"), [])
        self.assert_silent(cyd)

    def test_kick_and_kill(self):
        ada, bob, cyd = self.enter("ada"), self.enter("bob"), self.enter("cyd")
        ada.send("/kick BOB too loud")
        ada.expect("bob is kicked")
        bob.expect("You were kicked by ada: too loud")
        self.assertEqual(bob.read_rest(), b"")
        cyd.expect(r"bob has left #lobby \(kicked by ada: too loud\)")
        bob = self.enter("bob")
        ada.send("/kill bob")
        ada.expect("bob is killed")
        self.assertNotIn(b"kill", bob.read_rest())
        cyd.expect(r"bob has left #lobby \(killed by ada\)")
        ada.send("/kick bob", "/kill bob")
        ada.expect("bob is not here")
        ada.expect("bob is not here")
        cyd.send("/nick BoB")
        cyd.expect("The nickname BoB is taken")
        # Oneself, and somebody who hangs up at that moment.
        cyd.send("/kick cyd")
        cyd.expect("You were kicked by cyd")
        self.assertEqual(cyd.read_rest(), b"")
        for _ in range(20):
            victim = self.enter("victim")
            victim.close()
            ada.send("/kick victim")
            ada.expect("victim is (kicked|not here)")

    def test_kicked_ones_make_room_for_new_ones(self):
        # The number of a closed connection's descriptor is the next one's.
        ada = self.enter("ada")
        for number in range(100):
            victim = self.enter(f"victim{number}")
            ada.send(f"/kick victim{number}")
            heir = self.enter(f"heir{number}")
            victim.expect("kicked")
            self.assertEqual(victim.read_rest(), b"")
            ada.send(f"/privmsg heir{number} hello")
            heir.expect("hello")
            heir.send("/quit")
            heir.expect("Goodbye")

    def test_time_and_motd(self):
        ada = self.enter("ada")
        ada.send("/motd", "/time")
        self.assertGreater(len(ada.lines_until(r"It is \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000")), 0)


class SlowClientTest(ChatTest):
    def test_one_that_never_reads_is_bounded_and_dropped_and_disturbs_nobody(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        deaf = self.enter("deaf", receive_buffer=4096)
        ada.expect("deaf$")
        bob.expect("deaf$")
        before = self.server.resident_bytes()
        text = "x" * 8000
        # More than the kernel takes for a connection.
        for number in range(2000):
            bob.send(f"{number} {text}")
            found = ada.expect(rf"^<bob> (\d+) |^\* deaf has left #lobby \({self.too_slow}\)")
            if found[1] is None:
                break
            self.assertEqual(int(found[1]), number)
        self.assertLess(self.server.resident_bytes() - before, 4 << 20)
        if found[1] is not None:
            ada.expect(rf"deaf has left #lobby \({self.too_slow}\)")
        ada.send("/ison deaf")
        ada.expect("deaf is not here")

    def test_one_that_asks_and_never_reads_is_not_read_from(self):
        ada = self.enter("ada")
        greedy = self.enter("greedy", receive_buffer=4096)
        before = self.server.resident_bytes()
        greedy.socket.settimeout(5.0)
        sent = 0
        with self.assertRaises(TimeoutError):
            while sent < 64 << 20:
                sent += greedy.socket.send(b"/help\n" * 10_000)
        ada.send("/ison greedy")
        ada.expect("greedy is here")
        self.assertLess(self.server.resident_bytes() - before, 4 << 20)
        ada.expect(rf"greedy has left #lobby \({self.too_slow}\)")

    def test_one_that_reads_late_learns_what_it_has_missed(self):
        bob = self.enter("bob")
        late = self.enter("late", receive_buffer=4096)
        bob.expect("late$")
        text = "x" * 8000
        for number in range(1500):
            bob.send(f"{number} {text}")
        bob.send("/time")
        bob.expect("It is")
        numbers, missed = [], 0
        while len(numbers) + missed < 1500:
            found = late.expect(r"^<bob> (\d+) |You have missed (\d+) messages")
            if found[1] is not None:
                # Exactly those are left out that it was told about.
                self.assertEqual(int(found[1]), len(numbers) + missed)
                numbers.append(int(found[1]))
            else:
                missed += int(found[2])
        self.assertGreater(missed, 0)
        bob.send("hello again")
        late.expect("^<bob> hello again$")


class BotTest(ChatTest):
    def test_it_answers_and_never_itself(self):
        ada = self.enter("ada")
        with self.bot() as one, self.bot() as two:
            self.assertEqual(sorted(self.names(one, two)), ["bufferbot", "bufferbot2"])
            ada.expect("bufferbot2$")
            ada.send("what is your USERNAME?")
            self.assertEqual({ada.line(), ada.line()},
                             {"<bufferbot> My name is bufferbot.", "<bufferbot2> My name is bufferbot2."})
            ada.send("some Cheese?")
            self.assertEqual({ada.line(), ada.line()},
                             {"<bufferbot> I love cheese!", "<bufferbot2> I love cheese!"})
            ada.send("/privmsg bufferbot cheese, username")
            ada.expect("Sent to bufferbot")
            self.assertEqual([ada.line(), ada.line()],
                             ["*bufferbot* My name is bufferbot.", "*bufferbot* I love cheese!"])
            ada.send("nothing for bots", "/privmsg bufferbot nor here")
            self.assert_silent(ada, "* Sent to bufferbot")
            cheese = self.enter("cheese")
            ada.expect("cheese$")
            self.assertLess(self.server.cpu_share(), 0.1)
            self.assert_silent(ada)
            self.assert_silent(cheese)
            one.end(signal.SIGINT)
            ada.expect("bufferbot2? has left")
            ada.send("/kick " + self.names(two)[0])
            self.assertEqual(two.wait(), 0)
            self.assertEqual(two.complaints(), [])

    def bot(self):
        return Demo("bufferbot", self.server.host, self.server.port, ready="logged in")

    @staticmethod
    def names(*bots):
        return [re.search(r"logged in as (\S+)", bot.log)[1] for bot in bots]


class BotElsewhereTest(unittest.TestCase):
    def test_an_echo_server_is_no_conversation(self):
        with Demo("bufferevent") as server, Demo("bufferbot", server.host, server.port, ready=None) as bot:
            server.wait_for_log("has come")
            self.assertLess(server.cpu_share() + bot.cpu_share(), 0.2)
            bot.end()
            server.end()

    def test_lines_in_pieces_and_the_server_s_end(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            with Demo("bufferbot", *listener.getsockname(), ready=None) as bot:
                connection, _ = listener.accept()
                connection.settimeout(WAIT_SECONDS)
                with connection, connection.makefile("rb") as lines:
                    self.assertEqual(lines.readline(), b"/nick bufferbot\r\n")
                    for byte in b"<eve> who loves cheese?\r\n":
                        connection.sendall(bytes([byte]))
                    self.assertEqual(lines.readline(), b"I love cheese!\r\n")
                    connection.sendall(b"x" * 1_000_000 + b"\nusername?\n")
                    self.assertEqual(lines.readline(), b"My name is bufferbot.\r\n")
                    connection.sendall(b"<bufferbot> cheese\n<eve> I love cheese!\n* cheese has joined\n<eve> username\n")
                    self.assertEqual(lines.readline(), b"My name is bufferbot.\r\n")
                    connection.shutdown(socket.SHUT_WR)
                    self.assertEqual(bot.wait(), 0)
                self.assertEqual(bot.complaints(), [])
