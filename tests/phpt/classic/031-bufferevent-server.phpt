--TEST--
A chat on bufferevents as it was written in 2009: clients found by comparing handles, streams closed under bufferevents
--FILE--
<?php
require __DIR__ . '/script.inc';
require __DIR__ . '/../lib/server.inc';

// The server: one table of clients; quirk 2 finds them by ==, quirk 5 closes streams under live bufferevents, and the next
// accept gets the number. Quirk 8: SIGINT ends it by exit().
file_put_contents($file = tempnam(sys_get_temp_dir(), 'kargo'), <<<'PHP'
    <?php
    if (!extension_loaded('event')) {
        dl('event.' . PHP_SHLIB_SUFFIX);
    }
    final class Chat
    {
        public array $clients = [];
        private int $last = 0;

        public function onAccept($server, $flags, $event)
        {
            $stream = stream_socket_accept($server, 0, $name);
            $be = bufferevent_new($stream, [$this, 'onRead'], [$this, 'onWrite'], [$this, 'onError']);
            bufferevent_enable($be, EV_READ);
            $this->clients[] = ['client' => $be, 'stream' => $stream, 'name' => "user" . $this->last++, 'text' => ''];
            bufferevent_write($be, 'Welcome, ' . end($this->clients)['name'] . "\n");
        }

        private function &find($resource)
        {
            foreach ($this->clients as $key => &$d) {
                if ($d['client'] == $resource) {
                    return $d;
                }
            }
            throw new LogicException('unknown client');
        }

        public function onRead($be)
        {
            $d = &$this->find($be);
            while (bufferevent_read($be, $d['text'], 10) === 10);
            while (($end = strpos($d['text'], "\n")) !== false) {
                $line = substr($d['text'], 0, $end);
                $d['text'] = substr($d['text'], $end + 1);
                if ($line === '/quit') {
                    $this->drop($d['name']);
                    return;
                }
                if (str_starts_with($line, '/kick ')) {
                    $this->drop(substr($line, 6));
                    continue;
                }
                $this->tell("$d[name]: $line\n");
            }
        }

        public function onWrite($be) {}

        public function onError($stream, $be, $what)
        {
            $this->drop($this->find($be)['name']);
        }

        private function drop(string $name): void
        {
            foreach ($this->clients as $key => $d) {
                if ($d['name'] === $name) {
                    fclose($d['stream']);           // under the live bufferevent
                    unset($this->clients[$key]);    // which goes now
                    $this->tell("$name has left\n");
                }
            }
        }

        private function tell(string $text): void
        {
            foreach ($this->clients as $d) {
                bufferevent_write($d['client'], $text);
            }
        }
    }
    function on_sigint($signal, $flags, $event)
    {
        echo "bye\n";
        exit;
    }
    $chat = new Chat();
    $server = stream_socket_server('tcp://127.0.0.1:0');
    event_init();
    $event = event_new();
    event_set($event, $server, EV_READ | EV_PERSIST, [$chat, 'onAccept']);
    event_add($event);
    $signal = event_new();
    event_set($signal, 2, EV_SIGNAL | EV_PERSIST, 'on_sigint');
    event_add($signal);
    fwrite(STDERR, 'listening on tcp://' . stream_socket_get_name($server, false) . "\n");
    event_dispatch();
    PHP);
$server = Server::start($file, ready: false);
$server->waitUntil(fn () => str_contains($server->log(), "\n"), 'it listens');
preg_match('~tcp://(\S+)~', $server->log(), $match);
$connect = function () use ($match) {
    $stream = stream_socket_client("tcp://$match[1]", $code, $error, 5);
    stream_set_timeout($stream, 10);
    return $stream;
};
$clients = [];
for ($number = 0; $number < 4; $number++) {
    $clients[] = $connect();
    echo fgets($clients[$number]);
}
// A line byte by byte, two lines in one packet, a long one.
foreach (str_split("Hello\n") as $byte) {
    fwrite($clients[0], $byte);
}
fwrite($clients[1], "one\ntwo\n" . str_repeat('x', 5000) . "\n");
foreach ($clients as $client) {
    $lines = [];
    for ($line = 0; $line < 4; $line++) {
        $lines[] = rtrim(fgets($client));
    }
    sort($lines);
    echo implode(' ', array_map(fn (string $line) => strlen($line) > 100 ? strlen($line) : $line, $lines)), "\n";
}
// Kicked, quitting and vanishing clients; the next get their numbers, and are not taken for them.
fwrite($clients[0], "/kick user1\n");
echo fgets($clients[0]), json_encode(fgets($clients[1])), "\n";
for ($round = 0; $round < 100; $round++) {
    $new = $connect();
    preg_match('/(\w+)$/', rtrim(fgets($new)), $name);
    fwrite($new, "I am new\n");
    foreach ([$clients[0], $new] as $client) {
        ($line = fgets($client)) === "$name[1]: I am new\n" || print "wrong: $line";
    }
    switch ($round % 3) {
        case 0: fwrite($new, "/quit\n"); break;
        case 1: fwrite($clients[0], "/kick $name[1]\n"); break;
        case 2: fclose($new); break;
    }
    ($line = fgets($clients[0])) === "$name[1] has left\n" || print "wrong: $line";
    $round % 3 === 2 || fgets($new) === "$name[1] has left\n" || feof($new) || print "still there\n";
}
echo "end\n";
$server->signal(2);
echo $server->wait(), ' ', $server->output();
unlink($file);
?>
--EXPECT--
Welcome, user0
Welcome, user1
Welcome, user2
Welcome, user3
user0: Hello user1: one user1: two 5007
user0: Hello user1: one user1: two 5007
user0: Hello user1: one user1: two 5007
user0: Hello user1: one user1: two 5007
user1 has left
false
end
0 bye
