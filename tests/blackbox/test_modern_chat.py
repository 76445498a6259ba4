"""demos/modern/chatserver.php: what people see of it is what they see of demos/misc/chatserver.php, but for some ends."""

import unittest

import test_misc_chat as misc
from clients.crowd import Crowd, Size, open_files
from clients.misc import Demo
from harness import ROOT

MODERN = ROOT / "demos/modern"


class ModernTalkTest(misc.TalkTest):
    folder = MODERN

    def test_the_longest_line_and_longer_ones(self):
        ada, bob = self.enter("ada"), self.enter("bob")
        ada.expect("bob$")
        for length in (100, 101, 4096, misc.LONGEST_LINE - 1, misc.LONGEST_LINE):
            for end in ("\n", "\r\n"):
                bob.send("x" * length, end=end)
                self.assertEqual(ada.line(), "<bob> " + "x" * length)
        for length in (misc.LONGEST_LINE + 1, 1_000_000):
            eve = self.enter("eve")
            ada.expect("as eve$")
            try:
                eve.send("x" * length)
            except ConnectionError:
                # It has been sent away before it had said it all.
                pass
            ada.expect(r"eve has left #lobby \(too long a line\)")


class ModernCommandTest(misc.CommandTest):
    folder = MODERN


class ModernSlowClientTest(misc.SlowClientTest):
    folder = MODERN
    too_slow = "hung up"

    def test_one_that_reads_late_learns_what_it_has_missed(self):
        bob = self.enter("bob")
        late = self.enter("late", receive_buffer=4096)
        bob.expect("late$")
        text = "x" * 8000
        for number in range(1500):
            bob.send(f"{number} {text}")
        bob.send("/time")
        bob.expect("It is")
        # It is told with the next message that it gets.
        numbers, missed = [], 0
        while len(numbers) + missed < 1500:
            found = late.expect(r"^<bob> (\d+) |You have missed (\d+) messages|^<bob> (more)")
            if found[1] is not None:
                self.assertEqual(int(found[1]), len(numbers) + missed)
                numbers.append(int(found[1]))
            elif found[2] is not None:
                missed += int(found[2])
            if numbers and numbers[-1] % 10 == 0:
                bob.send("more")
        self.assertGreater(missed, 0)


class ModernBotTest(misc.BotTest):
    folder = MODERN


class ModernCrowdTest(unittest.TestCase):
    def test_500_clients_of_whom_some_never_read_and_some_vanish(self):
        open_files(2000)
        size = Size(clients=500, deaf=10, vanishing=50)
        with Demo("chatserver", folder=MODERN, files=400) as demo, Crowd(demo, size) as crowd:
            report = crowd.run(broadcasts=100, interval_seconds=0.02)
            self.assertEqual(report.faults, [])
            self.assertLess(report.delay(0.99), 1.0, report)
            self.assertLess(report.bytes_per_client_after, 64 << 10, report)
            demo.end()
