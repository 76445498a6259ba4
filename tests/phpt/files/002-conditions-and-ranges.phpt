--TEST--
Files: conditional requests, and ranges of small and large files
--FILE--
<?php
require __DIR__ . '/site.inc';

$site = new Site(['small.txt' => implode(array_map(fn($at) => sprintf('%09d ', $at), range(0, 99)))]);
$large = random_bytes(3_000_000);
$site->write('large.bin', $large);
$server = $site->serve(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', new Kargo\Http\Files($argv[1]))->run(workers: 1);
    PHP);

$tag = $server->get('/small.txt')->header('ETag');
$date = 'Sun, 06 Nov 1994 08:49:37 GMT';
$before = 'Sun, 06 Nov 1994 08:49:36 GMT';
foreach ([
    'the tag' => ['If-None-Match' => $tag],
    'the tag, weak' => ['If-None-Match' => "\"x\", W/$tag"],
    'another tag' => ['If-None-Match' => '"x"', 'If-Modified-Since' => $date],
    'the date' => ['If-Modified-Since' => $date],
    'an earlier date' => ['If-Modified-Since' => $before],
    'match' => ['If-Match' => $tag],
    'no match' => ['If-Match' => '"x"'],
    'unmodified' => ['If-Unmodified-Since' => $date],
    'modified' => ['If-Unmodified-Since' => $before],
] as $name => $headers) {
    $response = $server->get('/small.txt', $headers);
    echo "$name: $response->status ", strlen($response->body), ' ', $response->header('ETag') === $tag ? 'tagged' : 'untagged', "\n";
}

foreach ([
    'bytes=0-9', 'bytes=990-', 'bytes=-10', 'bytes=995-2000', 'bytes=1000-', 'bytes=5-2', 'lines=1-2', 'bytes=0-9,5-14', 'bytes=-0',
] as $range) {
    $response = $server->get('/small.txt', ['Range' => $range]);
    echo "$range: $response->status [{$response->header('Content-Range')}] ", strlen($response->body), ' ', substr($response->body, 0, 9), "\n";
}
foreach ([$tag, '"x"', "W/$tag", $date, $before] as $validator) {
    $response = $server->get('/small.txt', ['Range' => 'bytes=0-9', 'If-Range' => $validator]);
    echo "If-Range: ", str_replace($tag, 'TAG', $validator), " $response->status\n";
}

/** The parts of a multipart/byteranges body. @return array<string, string> */
function parts(Response $response): array
{
    preg_match('#^multipart/byteranges; boundary=([0-9a-f]{32})$#', $response->header('Content-Type'), $match);
    $pieces = explode("\r\n--$match[1]", $response->body);
    assert(array_shift($pieces) === '' && array_pop($pieces) === "--\r\n");
    $parts = [];
    foreach ($pieces as $piece) {
        [$head, $body] = explode("\r\n\r\n", $piece, 2);
        preg_match('#Content-Range: bytes (\d+-\d+)/#', $head, $range);
        $parts[$range[1]] = $body;
    }
    return $parts;
}
print_r(parts($server->get('/small.txt', ['Range' => 'bytes=990-,0-9'])));
$parts = parts($server->get('/large.bin', ['Range' => 'bytes=100-1000099, 2000000-2999999, 1500000-1500000']));
foreach ($parts as $range => $body) {
    [$first, $last] = explode('-', $range);
    var_dump($body === substr($large, (int) $first, $last - $first + 1));
}
var_dump($server->get('/large.bin')->body === $large);
var_dump($server->get('/large.bin', ['Range' => 'bytes=1234567-'])->body === substr($large, 1234567));
var_dump(strlen($server->get('/large.bin', ['Range' => 'bytes=' . implode(',', array_fill(0, 500, '0-'))])->body));
$first = $server->get('/large.bin')->header('ETag');
$site->write('new.bin', $large);
rename("$site->path/new.bin", "$site->path/large.bin");
var_dump($server->get('/large.bin')->header('ETag') !== $first);
echo $server->stop(), "\n";
?>
--EXPECT--
the tag: 304 0 tagged
the tag, weak: 304 0 tagged
another tag: 200 1000 tagged
the date: 304 0 tagged
an earlier date: 200 1000 tagged
match: 200 1000 tagged
no match: 412 24 tagged
unmodified: 200 1000 tagged
modified: 412 24 tagged
bytes=0-9: 206 [bytes 0-9/1000] 10 000000000
bytes=990-: 206 [bytes 990-999/1000] 10 000000099
bytes=-10: 206 [bytes 990-999/1000] 10 000000099
bytes=995-2000: 206 [bytes 995-999/1000] 5 0099 
bytes=1000-: 416 [bytes */1000] 26 416 Range
bytes=5-2: 200 [] 1000 000000000
lines=1-2: 200 [] 1000 000000000
bytes=0-9,5-14: 206 [bytes 0-14/1000] 15 000000000
bytes=-0: 416 [bytes */1000] 26 416 Range
If-Range: TAG 206
If-Range: "x" 200
If-Range: W/TAG 200
If-Range: Sun, 06 Nov 1994 08:49:37 GMT 206
If-Range: Sun, 06 Nov 1994 08:49:36 GMT 200
Array
(
    [990-999] => 000000099 
    [0-9] => 000000000 
)
bool(true)
bool(true)
bool(true)
bool(true)
bool(true)
int(3000000)
bool(true)
0
