<?php

/**
 * A TCP client on plain events: php simple_client.php [HOST [PORT]]
 *
 * What is typed goes to the server, what the server sends is printed. It ends when the server does. Try it with
 * chatserver.php or bufferevent.php, also as `echo hello | php simple_client.php`.
 */

declare(strict_types=1);

use Demo\Address;

require __DIR__ . '/../library/bootstrap.php';

final class SimpleClient
{
    /** What was typed and is not sent yet; nothing more is read from the terminal meanwhile. */
    private string $unsent = '';
    private bool $hasTyped = false;
    private bool $isTypingOver = false;

    /** @var resource */
    private $incoming;
    /** @var resource */
    private $outgoing;
    /** @var resource */
    private $typing;

    /** @param resource $stream */
    public function __construct(private $stream)
    {
        $this->incoming = event_new();
        event_set($this->incoming, $stream, EV_READ | EV_PERSIST, $this->onIncoming(...));
        event_add($this->incoming);

        // Without EV_PERSIST an event fires once: a socket can be written nearly always, and a persistent event would
        // keep the loop busy. It is added when there is something to write.
        $this->outgoing = event_new();
        event_set($this->outgoing, $stream, EV_WRITE, $this->onWritable(...));

        $this->typing = event_new();
        event_set($this->typing, STDIN, EV_READ, $this->onTyped(...));
        // A watched stream does not block; a terminal is shared with the output and the shell, which expect that it does.
        stream_set_blocking(STDIN, true);
        if (!self::isFile(STDIN)) {
            event_add($this->typing);
        } else {
            // Files are always readable, and can't be watched.
            $this->hasTyped = ($this->unsent = (string) stream_get_contents(STDIN)) !== '';
            $this->isTypingOver = true;
            event_add($this->outgoing);
        }
    }

    public function onIncoming(): void
    {
        $data = (string) fread($this->stream, 65_536);
        echo $data;
        // At its end a stream stays readable for ever: whoever does not look for it is called again and again.
        if ($data === '' && feof($this->stream)) {
            say('the server has closed the connection');
            event_loopbreak();
        }
    }

    public function onTyped(): void
    {
        $this->unsent = (string) fread(STDIN, 65_536);
        $this->hasTyped = $this->hasTyped || $this->unsent !== '';
        $this->isTypingOver = feof(STDIN);
        event_add($this->unsent !== '' || $this->isTypingOver ? $this->outgoing : $this->typing);
    }

    public function onWritable(): void
    {
        // It says how much the kernel has taken, which may be a part.
        $sent = $this->unsent === '' ? 0 : @fwrite($this->stream, $this->unsent);
        if ($sent === false) {
            // The server does not listen any more, but may have said why: what it sent comes, and then its end.
            $this->unsent = '';
            return;
        }
        $this->unsent = substr($this->unsent, $sent);
        if ($this->unsent !== '') {
            event_add($this->outgoing);
        } elseif (!$this->isTypingOver) {
            event_add($this->typing);
        } elseif ($this->hasTyped) {
            // Tells the server that all has been said. A client without input just listens.
            stream_socket_shutdown($this->stream, STREAM_SHUT_WR);
        }
    }

    /** @param resource $stream */
    private static function isFile($stream): bool
    {
        return !in_array(fstat($stream)['mode'] & 0170000, [0010000 /* pipe */, 0140000 /* socket */], true)
            && !stream_isatty($stream);
    }
}

function say(string $text): void
{
    fwrite(STDERR, "simple_client: $text\n");
}

event_init();

$address = Address::fromArguments($argv, 8000);
$stream = @stream_socket_client("tcp://$address", $code, $message, 10)
    ?: throw new RuntimeException("could not connect to $address: $message");
say("connected to $address");
$client = new SimpleClient($stream);

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

event_dispatch();
say('stopped');
