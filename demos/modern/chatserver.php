<?php

/**
 * The chat of ../misc/chatserver.php on Kargo\Net: php chatserver.php [HOST [PORT]]
 *
 * Each client has a function of its own, serve(), which waits for its next line while the others talk. The chat itself is in
 * ../library/Demo/Chat.
 */

declare(strict_types=1);

use Demo\Address;
use Demo\Chat\Chat;
use Demo\Chat\Member;
use Kargo\ConnectionClosedException;
use Kargo\Loop;
use Kargo\Net\Connection;
use Kargo\Net\ConnectionOptions;
use Kargo\Net\TcpServer;
use Kargo\ProtocolException;

require __DIR__ . '/../library/bootstrap.php';

final class Client extends Member
{
    /** Messages that it did not get. */
    private int $missed = 0;

    public function __construct(private readonly Connection $connection) {}

    /** From its arrival to its end. */
    public function serve(Chat $chat): void
    {
        $chat->enter($this);
        $how = 'hung up';
        try {
            while (($line = $this->connection->readLine()) !== null) {
                $chat->onLine($this, $line);
                // Waits while more is on its way to it than it takes: it shall not ask for still more.
                $this->connection->write('');
            }
        } catch (ProtocolException) {
            $how = 'too long a line';
            $this->reply('Your line was too long. Goodbye!');
        } catch (ConnectionClosedException) {
            // It has hung up, or takes nothing any more.
        }
        if ($chat->memberNamed($this->nickname) === $this) {
            $chat->leave($this, $how);
        }
    }

    public function deliver(string $lines): void
    {
        if ($this->missed > 0 && $this->send("* You have missed $this->missed messages, since you take them too slowly.\r\n")) {
            $this->missed = 0;
        }
        $this->missed += $this->send($lines) ? 0 : 1;
    }

    public function reply(string $text): void
    {
        $this->send("* $text\r\n");
    }

    public function close(bool $isAtOnce): void
    {
        $isAtOnce ? $this->connection->abort() : $this->connection->close();
    }

    /** false: there is no room, or nobody any more. */
    private function send(string $lines): bool
    {
        try {
            return $this->connection->tryWrite($lines);
        } catch (ConnectionClosedException) {
            return false;
        }
    }
}

// A connection is an open file: as many as the system lets this process have.
if (function_exists('posix_setrlimit') && is_int($most = posix_getrlimit()['hard openfiles'])) {
    posix_setrlimit(POSIX_RLIMIT_NOFILE, $most, $most);
}

$chat = new Chat(function () use (&$chat): void {
    Loop::delay(0.1, fn() => $chat->tellNotices());
});
$server = TcpServer::listen(
    Address::fromArguments($argv, 8000),
    fn(Connection $connection) => (new Client($connection))->serve($chat),
    options: new ConnectionOptions(writeTimeout: 10.0),
);
foreach ([SIGINT, SIGTERM] as $signal) {
    Loop::onSignal($signal, fn() => Loop::stop());
}

fwrite(STDERR, "chatserver: listening on {$server->address()}\n");
Loop::run();
fwrite(STDERR, "chatserver: stopped\n");
