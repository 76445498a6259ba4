<?php

/**
 * Many HTTP requests at once: php httpclient.php [URL [COUNT]]
 *
 * The modern sibling of ../misc/httpclient.php; by default 200 requests to http://127.0.0.1:8000/. It says how many
 * answers of which status came and what kept the others away, and exits with 0 if there was an answer to each request.
 */

declare(strict_types=1);

use Kargo\Http\{Client, ClientOptions, ClientResponse};

require __DIR__ . '/../library/bootstrap.php';

const USAGE = 'usage: php httpclient.php [http://HOST:PORT/PATH [COUNT]]';

$url = $argv[1] ?? 'http://127.0.0.1:8000/';
$count = filter_var($argv[2] ?? 200, FILTER_VALIDATE_INT, ['options' => ['min_range' => 1]])
    ?: throw new InvalidArgumentException(USAGE);

$client = new Client(new ClientOptions(connectionsPerHost: 200, redirects: 0));
$start = microtime(true);
try {
    $results = $client->all(array_fill(0, $count, $url));
} catch (ValueError) {
    throw new InvalidArgumentException(USAGE);
}
$seconds = microtime(true) - $start;

$answers = array_filter($results, fn($result) => $result instanceof ClientResponse);
$failures = array_diff_key($results, $answers);

printf(
    "%d requests to %s\n%d answers with %d bytes in %.3f s, %d failed\n",
    $count,
    $url,
    count($answers),
    array_sum(array_map(fn($answer) => strlen($answer->body), $answers)),
    $seconds,
    count($failures),
);
$statuses = array_count_values(array_map(fn($answer) => $answer->status, $answers));
ksort($statuses);
foreach ($statuses as $status => $number) {
    echo "status $status: $number\n";
}
foreach (array_count_values(array_map(fn($failure) => $failure->getMessage(), $failures)) as $reason => $number) {
    echo "$number times: $reason\n";
}
exit($failures === [] ? 0 : 1);
