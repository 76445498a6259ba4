<?php

/**
 * A chat server by lines, on bufferevents: php chatserver.php [HOST [PORT]]
 *
 * Here is what it does with connections; the chat itself is in ../library/Demo/Chat. Try it with `nc 127.0.0.1 8000` in
 * two terminals, with simple_client.php, and with the bot of bufferbot.php.
 */

declare(strict_types=1);

use Demo\Address;
use Demo\Chat\Chat;
use Demo\Chat\Member;

require __DIR__ . '/../library/bootstrap.php';

final class Client extends Member
{
    private const LONGEST_LINE = 8192;
    /** With more than this on its way to it, a client gets no messages of others and is not listened to. */
    private const HIGH_WATERMARK = 65_536;
    /** One that takes nothing of it for so long is dropped. */
    private const SLOWEST_SECONDS = 10.0;

    /** What came and was not handled yet: from $start on. */
    private string $input = '';
    private int $start = 0;
    /** The rest of a line that was too long is still to come. */
    private bool $isDiscarding = false;
    /** Bytes given to bufferevent_write() since the last time that all had been sent. */
    private int $queued = 0;
    /** Messages that it did not get. */
    private int $missed = 0;
    /** It is not in the chat any more; the connection is closed when all that is queued has been sent. */
    private bool $isLeaving = false;
    /** @var resource|null */
    private $buffer;

    /** @param resource $stream */
    public function __construct(private readonly Chat $chat, private $stream)
    {
        // The bufferevent holds this object by its callbacks, and lives as long as its handle is held here.
        $this->buffer = bufferevent_new($stream, [$this, 'onRead'], [$this, 'onDrained'], [$this, 'onEnd']);
        bufferevent_settimeout($this->buffer, 0.0, self::SLOWEST_SECONDS);
        bufferevent_enable($this->buffer, EV_READ);
    }

    public function onRead(): void
    {
        // It appends to the input, and says how much there was.
        while (bufferevent_read($this->buffer, $this->input, 8192) > 0);
        $this->handleLines();
    }

    /** Everything that was queued has been sent. */
    public function onDrained(): void
    {
        $this->queued = 0;
        if ($this->isLeaving) {
            $this->close(true);

            return;
        }
        if ($this->missed > 0) {
            $this->reply("You have missed $this->missed messages, since you take them too slowly.");
            $this->missed = 0;
        }
        bufferevent_enable($this->buffer, EV_READ);
        $this->handleLines();
    }

    /**
     * @param resource $stream
     * @param resource $buffer
     */
    public function onEnd($stream, $buffer, int $what): void
    {
        if ($what & EVBUFFER_EOF) {
            // Its last line may have come without an end. What is queued it can still get.
            $this->input .= "\n";
            $this->handleLines();
        }
        $how = $what & BEV_EVENT_TIMEOUT ? 'too slow' : 'hung up';
        if (!$this->isLeaving) {
            $this->chat->leave($this, $how, !($what & EVBUFFER_EOF));
        } elseif (!($what & EVBUFFER_EOF)) {
            $this->close(true);
        }
    }

    public function deliver(string $lines): void
    {
        if ($this->queued > self::HIGH_WATERMARK) {
            $this->missed++;
        } elseif (!$this->isLeaving) {
            $this->queued += strlen($lines);
            bufferevent_write($this->buffer, $lines);
        }
    }

    public function reply(string $text): void
    {
        if (!$this->isLeaving) {
            $this->queued += strlen($text) + 4;
            bufferevent_write($this->buffer, "* $text\r\n");
        }
    }

    public function close(bool $isAtOnce): void
    {
        $this->isLeaving = true;
        if ($this->buffer === null) {
            return;
        }
        if (!$isAtOnce && $this->queued > 0) {
            bufferevent_disable($this->buffer, EV_READ);

            return;
        }
        $this->buffer = null;
        fclose($this->stream);
    }

    /** All lines that are there, but none while the client does not take what the lines before have brought it. */
    private function handleLines(): void
    {
        while (!$this->isLeaving && $this->queued <= self::HIGH_WATERMARK && ($line = $this->takeLine()) !== null) {
            if ($this->isDiscarding) {
                $this->isDiscarding = false;
            } elseif (strlen($line) > self::LONGEST_LINE) {
                $this->refuseLine();
            } else {
                $this->chat->onLine($this, $line);
            }
        }
        if ($this->isLeaving) {
            return;
        }
        if ($this->queued > self::HIGH_WATERMARK) {
            bufferevent_disable($this->buffer, EV_READ);
        } elseif (strlen(rtrim($this->input, "\r")) > self::LONGEST_LINE) {
            $this->isDiscarding || $this->refuseLine();
            $this->isDiscarding = true;
            $this->input = '';
        }
    }

    /** The next whole line without its end, "\n" or "\r\n"; null if there is none. */
    private function takeLine(): ?string
    {
        $end = strpos($this->input, "\n", $this->start);
        if ($end === false) {
            $this->input = substr($this->input, $this->start);
            $this->start = 0;

            return null;
        }
        $line = substr($this->input, $this->start, $end - $this->start);
        $this->start = $end + 1;

        return rtrim($line, "\r");
    }

    private function refuseLine(): void
    {
        $this->reply('Your line was left out: more than ' . self::LONGEST_LINE . ' bytes are too many.');
    }
}

final class ChatServer
{
    private readonly Chat $chat;

    /** @var resource */
    private $accepting;
    /** @var resource */
    private $acceptingAgain;

    /** @param resource $listener */
    public function __construct($listener)
    {
        $telling = self::timer(fn() => $this->chat->tellNotices());
        $this->chat = new Chat(function () use ($telling): void {
            event_add($telling, 0, 100_000);
        });

        $this->accepting = event_new();
        event_set($this->accepting, $listener, EV_READ | EV_PERSIST, $this->onConnect(...));
        event_add($this->accepting);
        $this->acceptingAgain = self::timer(fn() => event_add($this->accepting));
    }

    /** @param resource $listener */
    public function onConnect($listener): void
    {
        $count = 0;
        while (($stream = @stream_socket_accept($listener, 0)) !== false) {
            $count++;
            $this->chat->enter(new Client($this->chat, $stream));
        }
        if ($count === 0) {
            // No descriptor is free: the listener stays readable, so look away for a while.
            event_del($this->accepting);
            event_add($this->acceptingAgain, 0, 100_000);
        }
    }

    /** @return resource an event that event_add() sets off after a time */
    private static function timer(Closure $callback)
    {
        $timer = event_new();
        event_set($timer, -1, 0, $callback);

        return $timer;
    }
}

function say(string $text): void
{
    fwrite(STDERR, "chatserver: $text\n");
}

// A connection is an open file: as many as the system lets this process have.
if (function_exists('posix_setrlimit') && is_int($most = posix_getrlimit()['hard openfiles'])) {
    posix_setrlimit(POSIX_RLIMIT_NOFILE, $most, $most);
}

event_init();

$address = Address::fromArguments($argv, 8000);
$context = stream_context_create(['socket' => ['backlog' => 4096, 'tcp_nodelay' => true]]);
$listener = @stream_socket_server("tcp://$address", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context)
    ?: throw new RuntimeException("could not listen on $address: $message");
$server = new ChatServer($listener);

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

say('listening on ' . stream_socket_get_name($listener, false));
event_dispatch();
say('stopped');
