<?php

/**
 * An echo server on bufferevents: php bufferevent.php [HOST [PORT]]
 *
 * What a client sends comes back as it arrives, with a prefix at the beginning of each line: try `nc 127.0.0.1 8000`.
 */

declare(strict_types=1);

use Demo\Address;

require __DIR__ . '/../library/bootstrap.php';

final class Client
{
    /** Bytes given to bufferevent_write() since the last time that all had been sent. */
    public int $queued = 0;
    public bool $isAtLineStart = true;
    /** It has ended its side; what is queued is still sent. */
    public bool $isClosing = false;

    /**
     * @param resource $stream
     * @param resource $buffer
     */
    public function __construct(public $stream, public $buffer, public readonly string $name) {}
}

final class EchoServer
{
    private const PREFIX = 'echo: ';
    /** A client is not read from while so many bytes wait for it: it would fill our memory with its echoes. */
    private const HIGH_WATERMARK = 65_536;

    /** By the number of their bufferevent, which each callback gets. @var array<int, Client> */
    private array $clients = [];
    /** @var resource */
    private $accepting;
    /** @var resource */
    private $acceptingAgain;

    /** @param resource $listener */
    public function __construct($listener)
    {
        $this->accepting = event_new();
        event_set($this->accepting, $listener, EV_READ | EV_PERSIST, $this->onConnect(...));
        event_add($this->accepting);
        $this->acceptingAgain = event_new();
        event_set($this->acceptingAgain, -1, 0, fn() => event_add($this->accepting));
    }

    /** @param resource $listener */
    public function onConnect($listener): void
    {
        $count = 0;
        while (($stream = @stream_socket_accept($listener, 0, $peer)) !== false) {
            $count++;
            $buffer = bufferevent_new($stream, $this->onRead(...), $this->onDrained(...), $this->onEnd(...));
            $this->clients[(int) $buffer] = new Client($stream, $buffer, $peer);
            bufferevent_enable($buffer, EV_READ);
            say("$peer has come");
        }
        if ($count === 0) {
            // No descriptor is free: the listener stays readable, so look away for a while.
            event_del($this->accepting);
            event_add($this->acceptingAgain, 0, 100_000);
        }
    }

    /** @param resource $buffer */
    public function onRead($buffer): void
    {
        $client = $this->clients[(int) $buffer];
        $data = '';
        // It appends to $data, and says how much.
        while (bufferevent_read($buffer, $data, 8192) > 0);
        $this->echo($client, $data);
    }

    /** Everything that was queued has been sent. @param resource $buffer */
    public function onDrained($buffer): void
    {
        $client = $this->clients[(int) $buffer];
        $client->queued = 0;
        if ($client->isClosing) {
            $this->close($client);
        } else {
            bufferevent_enable($buffer, EV_READ);
        }
    }

    /**
     * @param resource $stream
     * @param resource $buffer
     */
    public function onEnd($stream, $buffer, int $what): void
    {
        $client = $this->clients[(int) $buffer];
        $client->isClosing = true;
        // A client that has only ended its sending side gets the rest of its echoes.
        if ($client->queued === 0 || !($what & EVBUFFER_EOF)) {
            $this->close($client);
        }
    }

    private function echo(Client $client, string $data): void
    {
        if ($data === '') {
            return;
        }
        $reply = ($client->isAtLineStart ? self::PREFIX : '')
            . preg_replace('/\n(?!\z)/', "\n" . self::PREFIX, $data);
        $client->isAtLineStart = $data[-1] === "\n";
        $client->queued += strlen($reply);
        bufferevent_write($client->buffer, $reply);
        if ($client->queued >= self::HIGH_WATERMARK) {
            bufferevent_disable($client->buffer, EV_READ);
        }
    }

    private function close(Client $client): void
    {
        say("$client->name has gone");
        // Without this reference the bufferevent is freed as soon as its callback is over.
        unset($this->clients[(int) $client->buffer]);
        fclose($client->stream);
    }
}

function say(string $text): void
{
    fwrite(STDERR, "bufferevent: $text\n");
}

event_init();

$address = Address::fromArguments($argv, 8000);
$context = stream_context_create(['socket' => ['backlog' => 1024, 'tcp_nodelay' => true]]);
$listener = @stream_socket_server("tcp://$address", $code, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, $context)
    ?: throw new RuntimeException("could not listen on $address: $message");
$server = new EchoServer($listener);

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

say('listening on ' . stream_socket_get_name($listener, false));
event_dispatch();
say('stopped');
