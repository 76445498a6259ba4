--TEST--
stream(): foreach, read(), readAll(), close(), limits, memory; download()
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions, ClientStream};

$server = own_server();
$rude = rude_server();
$client = new Client();

$stream = $client->stream('GET', url($server, '/cookies'));
echo $stream->status, ' ', $stream->header('content-TYPE'), ' ', json_encode($stream->headerLines('set-cookie')), ' ', $stream->url === url($server, '/cookies') ? 'its URL' : $stream->url, "\n";
foreach ($stream as $number => $chunk) {
    echo "$number $chunk\n";
}
var_dump($stream->read(), $stream->readAll(), $stream->valid());
echo outcome(fn () => $stream->current()), "\n", outcome(fn () => iterator_to_array($stream)), "\n";

// Pieces come when they come.
$slow = $client->stream('GET', rude($rude, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" . implode(array_map(fn ($n) => "1\r\n$n\r\n", range(0, 9))) . "0\r\n\r\n", 'hold', slowly: '0.0005'));
$all = '';
$pieces = 0;
while (($piece = $slow->read()) !== null) {
    $all .= $piece;
    $pieces++;
}
echo $all, $pieces > 1 ? " in pieces\n" : " at once\n";

// Posting to a stream, and what has an error status.
$stream = $client->stream('POST', url($server, '/length'), body: (fn () => yield 'abc')());
echo $stream->status, ' ', $stream->readAll(), "\n";
echo $client->stream('GET', url($server, '/status/404'))->status, "\n";

// A large body: what is not read stays with the server.
$memory = memory_get_peak_usage();
$resident = fn () => (int) preg_replace('/\D/', '', explode("\n", explode('VmHWM:', file_get_contents('/proc/self/status'))[1])[0]);
$before = $resident();
$large = $client->stream('GET', url($server, '/large/100000000'));
$hash = hash_init('crc32b');
$length = 0;
foreach ($large as $chunk) {
    hash_update($hash, $chunk);
    $length += strlen($chunk);
}
echo $length, ' ', hash_final($hash), ' ', memory_get_peak_usage() - $memory < 2_000_000 && $resident() - $before < 8_000 ? "little memory\n" : 'too much memory: ' . ($resident() - $before) . " KiB\n";
Kargo\delay(0);

// Limits.
echo outcome(fn () => $client->stream('GET', url($server, '/large/1000'), bodyBytes: 1000)->readAll() === str_repeat('0123456789', 100)), "\n";
echo outcome(fn () => $client->stream('GET', url($server, '/large/1000'), bodyBytes: 999)), "\n";
$endless = $client->stream('GET', rude($rude, "HTTP/1.1 200 OK\r\n\r\n", 'hold', endlessly: str_repeat('x', 1000)), bodyBytes: 100_000);
echo outcome(fn () => $endless->readAll()), "\n";
echo outcome(fn () => $endless->read()), "\n";
// It breaks off.
$broken = $client->stream('GET', rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHello"));
echo outcome(function () use ($broken) { foreach ($broken as $chunk) { echo "$chunk "; } }), "\n";

// Given up: by close(), by dropping it, while somebody waits for it.
$stream = $client->stream('GET', url($server, '/large/100000000'));
echo strlen($stream->read()) > 0 ? 'something ' : 'nothing ';
$stream->close();
$stream->close();
echo json_encode($stream->read()), ' ', json_encode($stream->readAll()), "\n";
$stream = $client->stream('GET', url($server, '/large/100000000'));
unset($stream);
$held = $client->stream('GET', rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 'hold'));
Kargo\Loop::delay(0.02, function () use ($held) {
    echo outcome(fn () => $held->read()), "\n";
    $held->close();
});
echo outcome(fn () => $held->read()), "\n";
echo outcome(fn () => $client->get(url($server, '/hello'))), "\n";

// Into files.
$folder = (getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/download-' . getmypid();
mkdir($folder);
$file = "$folder/file";
$response = $client->download(url($server, '/large/5000000'), $file);
echo $response->status, ' ', json_encode($response->body), ' ', filesize($file), ' ', $response->header('content-length'), "\n";
$response = $client->download(url($server, '/status/404'), $file);
echo $response->status, ' ', $response->body, ' ', filesize($file), "\n";
echo outcome(fn () => $client->download(url($server, '/large/1000'), $file, bodyBytes: 10)), ' ', filesize($file), "\n";
echo outcome(fn () => $client->download(rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nHello"), $file)), ' ', filesize($file), "\n";
echo str_replace($folder, 'FOLDER', outcome(fn () => $client->download(url($server, '/hello'), "$folder/none/file"))), "\n";
echo str_replace($folder, 'FOLDER', outcome(fn () => $client->download(url($server, '/hello'), "$folder/"))), "\n";
echo $client->download(url($server, '/redirect/302?to=/hello'), $file)->status, ' ', file_get_contents($file), "\n";
echo implode(' ', array_diff(scandir($folder), ['.', '..'])), "\n";
unlink($file);
rmdir($folder);
echo $server->stop(), "\n";
?>
--EXPECT--
200 text/plain; charset=utf-8 ["a=1; Path=\/; HttpOnly; SameSite=Lax","b=2; Path=\/; HttpOnly; SameSite=Lax"] its URL
0 two
NULL
string(0) ""
bool(false)
Error: the body is over: ask valid() first
Error: a ClientStream can't be rewound: its first pieces are gone
0123456789 in pieces
200 3 891568578
404
100000000 151ddb1c little memory
true
Kargo\ProtocolException: GET URL: the response's body has more than 999 bytes; raise $bodyBytes
Kargo\ProtocolException: GET URL: the response's body has more than 100000 bytes; raise $bodyBytes
null
Hello Kargo\ConnectionClosedException: GET URL: the server closed the connection within the response
something null ""
Error: this ClientStream is being read already, by somebody who waits for its next piece
Kargo\ConnectionClosedException: the request was given up while it was waited for: its stream was closed, or this process was forked while it was in flight
200 Hello, World!
200 "" 5000000 5000000
404 status 5000000
Kargo\ProtocolException: GET URL: the response's body has more than 10 bytes; raise $bodyBytes 5000000
Kargo\ConnectionClosedException: GET URL: the server closed the connection within the response 5000000
Kargo\TransportException: FOLDER/none/file can't be written: No such file or directory (os error 2)
Kargo\TransportException: FOLDER/ can't be written: Not a directory (os error 20)
200 Hello, World!
file
0
