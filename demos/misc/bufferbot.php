<?php

/**
 * A bot for the chat of chatserver.php, on a client's bufferevent: php bufferbot.php [HOST [PORT]]
 *
 * It logs in, answers who says "username" with its name and who says "cheese" with its love for it: to all what was
 * said to all, privately what was said to it alone.
 */

declare(strict_types=1);

use Demo\Address;

require __DIR__ . '/../library/bootstrap.php';

final class BufferBot
{
    private const NAME = 'bufferbot';
    private const LOVE = 'I love cheese!';
    /** Longer lines are not for us. */
    private const LONGEST_LINE = 65_536;

    private string $name = self::NAME;
    private int $namesTried = 1;
    /** What came and is not a whole line yet. */
    private string $input = '';
    /** @var resource */
    private $buffer;

    /** @param resource $stream */
    public function __construct($stream)
    {
        $this->buffer = bufferevent_new($stream, $this->onRead(...), $this->onDrained(...), $this->onEnd(...));
        bufferevent_enable($this->buffer, EV_READ);
        $this->send("/nick $this->name");
    }

    /** @param resource $buffer */
    public function onRead($buffer): void
    {
        while (bufferevent_read($buffer, $this->input, 8192) > 0);
        $lines = explode("\n", $this->input);
        // What follows the last line end, which may be nothing.
        $this->input = substr(array_pop($lines), 0, self::LONGEST_LINE);
        foreach ($lines as $line) {
            $this->onLine(rtrim($line, "\r"));
        }
    }

    public function onDrained(): void
    {
        // All that was written has been sent: whoever writes much would go on here.
    }

    public function onEnd(): void
    {
        say('the server has closed the connection');
        event_loopbreak();
    }

    private function onLine(string $line): void
    {
        if (str_starts_with($line, '* ')) {
            $this->onNotice($line);
        } elseif (preg_match('/^<([^>]*)> (.*)/', $line, $found)) {
            $this->onMessage($found[1], $found[2], '');
        } elseif (preg_match('/^\*([^*]*)\* (.*)/', $line, $found)) {
            $this->onMessage($found[1], $found[2], "/privmsg $found[1] ");
        } else {
            $this->onMessage('', $line, '');
        }
    }

    /** What the server says for itself. */
    private function onNotice(string $line): void
    {
        if (str_starts_with($line, "* You are now known as $this->name")) {
            say("logged in as $this->name");
        } elseif (str_starts_with($line, "* The nickname $this->name is taken") && $this->namesTried < 100) {
            $this->name = self::NAME . ++$this->namesTried;
            $this->send("/nick $this->name");
        }
    }

    /** @param string $answerTo what an answer has to begin with */
    private function onMessage(string $sender, string $text, string $answerTo): void
    {
        // Our own words, as another bot of this kind says them or an echo server sends them back, are not answered:
        // two bots would never be silent again.
        if (str_starts_with($sender, self::NAME) || str_contains($text, self::LOVE)) {
            return;
        }
        if (stripos($text, 'username') !== false) {
            $this->send("{$answerTo}My name is $this->name.");
        }
        if (stripos($text, 'cheese') !== false) {
            $this->send($answerTo . self::LOVE);
        }
    }

    private function send(string $line): void
    {
        bufferevent_write($this->buffer, "$line\r\n");
    }
}

function say(string $text): void
{
    fwrite(STDERR, "bufferbot: $text\n");
}

event_init();

$address = Address::fromArguments($argv, 8000);
$stream = @stream_socket_client("tcp://$address", $code, $message, 10)
    ?: throw new RuntimeException("could not connect to $address: $message");
$bot = new BufferBot($stream);

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

event_dispatch();
say('stopped');
