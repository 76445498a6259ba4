<?php

/**
 * Many HTTP requests at once on one loop: php httpclient.php [URL [COUNT]]
 *
 * The default is 200 requests to http://127.0.0.1:8000/, where httpdtest.php listens; HOST PORT in place of the URL will
 * do, too. At the end it says how many answers of which status came, and exits with 0 if there was one to each request.
 */

declare(strict_types=1);

use Demo\Address;

require __DIR__ . '/../library/bootstrap.php';

final class HttpClient
{
    /** Requests on their way at the same time, each on a connection of its own. */
    private const IN_FLIGHT = 200;

    /** How many answers there were, by status. @var array<int, int> */
    public array $statuses = [];
    public int $failed = 0;
    public int $bytes = 0;
    private int $sent = 0;

    public function __construct(
        private readonly string $host,
        private readonly int $port,
        private readonly string $target,
        private readonly int $count,
    ) {
        for ($number = 0; $number < self::IN_FLIGHT; $number++) {
            $this->sendNext();
        }
    }

    public function answered(): int
    {
        return array_sum($this->statuses);
    }

    /** @param resource $request with the answer's status, header and body; status 0 if there was none */
    public function onAnswer($request): void
    {
        $status = evhttp_request_status($request);
        if ($status === 0) {
            $this->failed++;
        } else {
            $this->statuses[$status] = ($this->statuses[$status] ?? 0) + 1;
            $this->bytes += strlen((string) evhttp_request_body($request));
        }
        if ($this->answered() + $this->failed === $this->count) {
            event_loopbreak();
        }
        $this->sendNext();
    }

    private function sendNext(): void
    {
        if ($this->sent === $this->count) {
            return;
        }
        $this->sent++;
        // Nobody needs to keep the two handles: they live as long as their request is on its way.
        $connection = evhttp_connection_new(trim($this->host, '[]'), $this->port);
        $request = evhttp_request_new($this->onAnswer(...));
        evhttp_request_add_header($request, 'Host', "$this->host:$this->port");
        evhttp_request_add_header($request, 'Connection', 'close');
        if (evhttp_make_request($connection, $request, EVHTTP_REQ_GET, $this->target) !== 0) {
            throw new RuntimeException("could not send a request to $this->host:$this->port");
        }
    }
}

/** @return array{string, int, string, int} host, port, target, count */
function readArguments(array $arguments): array
{
    $url = $arguments[1] ?? '127.0.0.1';
    $count = $arguments[2] ?? '200';
    if (!str_contains($url, '://')) {
        $url = 'http://' . Address::fromArguments($arguments, 8000);
        $count = $arguments[3] ?? '200';
    }
    $parts = parse_url($url);
    if (!isset($parts['host']) || strtolower($parts['scheme']) !== 'http' || (int) $count < 1) {
        throw new InvalidArgumentException('usage: php httpclient.php [http://HOST:PORT/PATH [COUNT]]');
    }
    $target = ($parts['path'] ?? '/') . (isset($parts['query']) ? "?$parts[query]" : '');

    return [$parts['host'], $parts['port'] ?? 80, $target, (int) $count];
}

event_init();

[$host, $port, $target, $count] = readArguments($argv);
$start = microtime(true);
$client = new HttpClient($host, $port, $target, $count);

foreach ([SIGINT, SIGTERM] as $signal) {
    $stop[$signal] = event_new();
    event_set($stop[$signal], $signal, EV_SIGNAL, fn() => event_loopbreak());
    event_add($stop[$signal]);
}

event_dispatch();

printf(
    "%d requests to http://%s:%d%s\n%d answers with %d bytes in %.3f s, %d failed\n",
    $count,
    $host,
    $port,
    $target,
    $client->answered(),
    $client->bytes,
    microtime(true) - $start,
    $client->failed,
);
ksort($client->statuses);
foreach ($client->statuses as $status => $number) {
    echo "status $status: $number\n";
}
exit($client->answered() === $count ? 0 : 1);
