--TEST--
Servers that answer wrongly, partly, or not at all: which exception, and what it says
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientOptions};

$rude = rude_server();
$client = new Client(new ClientOptions(bodyBytes: 1000, headerBytes: 500, headerCount: 20));
$ask = fn (string $what, string $say, string $then = 'close', string ...$more) =>
    print "$what: " . substr(outcome(fn () => $client->get(rude($rude, $say, $then, ...$more))), 0, 300) . "\n";

$ask('as it should be', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 'hold');
$ask('until the close', "HTTP/1.0 200 OK\r\n\r\nto the end");
$ask('a byte at a time', "HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", 'hold', slowly: '0.0001');
$ask('closed', '');
$ask('reset', '', 'reset');
$ask('half a head', "HTTP/1.1 200 OK\r\nContent-Le");
$ask('half a body', "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHel");
$ask('half a chunk', "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHel");
$ask('no last chunk', "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n");
$ask('no HTTP', "SSH-2.0-OpenSSH_9.2\r\n");
$ask('HTTP/2', "HTTP/2.0 200 OK\r\n\r\n");
$ask('HTTP/0.9', '<html>');
$ask('two lengths', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!");
$ask('both framings', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
$ask('a bad length', "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok");
$ask('a bad chunk', "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");
$ask('gzip as transfer coding', "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
$ask('a NUL in a header', "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n");
$ask('a folded header', "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n");
$ask('bare LF', "HTTP/1.1 200 OK\nContent-Length: 2\n\nok");
$ask('another protocol', "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
$ask('an announced body too large', "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", 'hold');
$ask('an endless body', "HTTP/1.1 200 OK\r\n\r\n", 'hold', endlessly: str_repeat('x', 100));
$ask('endless chunks', "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 'hold', endlessly: "5\r\nHello\r\n");
$ask('endless headers', "HTTP/1.1 200 OK\r\n", 'hold', endlessly: "X: y\r\n");
$ask('one endless header', "HTTP/1.1 200 OK\r\nX: ", 'hold', endlessly: 'yyyyyyyyyy');
$ask('a storm of 1xx', '', 'hold', endlessly: "HTTP/1.1 102 Processing\r\n\r\n");
$ask('a length at the limit', "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" . str_repeat('x', 1000));
$ask('surplus', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", 'hold');
$ask('pipelined garbage', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\x00\x01\x02\r\n\r\n", 'hold');
$ask('a status without meaning', "HTTP/1.1 999 Odd\r\nContent-Length: 3\r\n\r\nodd", 'hold');
$ask('no phrase', "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 'hold');

// What is sent twice, and what is not: only a used connection may have been closed before the request came.
$asked = fn () => substr_count($rude->log(), 'asked POST');
echo outcome(fn () => $client->post(rude($rude, '', 'close'), 'x')), "\n";
echo outcome(fn () => $client->put(rude($rude, '', 'reset'), 'x')), "\n";
echo "POST was sent {$asked()} time\n";

echo 'nobody listens: ', outcome(fn () => $client->get('http://127.0.0.1:1/')), "\n";
echo 'no address: ', outcome(fn () => $client->get('http://no.such.host.invalid/')), "\n";
echo 'a name: ', outcome(fn () => $client->get(str_replace('127.0.0.1', 'localhost', rude($rude, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))), "\n";
foreach ([Kargo\TransportException::class, Kargo\TimeoutException::class, Kargo\ConnectionClosedException::class, Kargo\ProtocolException::class] as $class) {
    echo $class, is_subclass_of($class, Kargo\KargoException::class) ? " is a KargoException\n" : "\n";
}
// And it still works.
$ask('as it should be', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 'hold');
?>
--EXPECT--
as it should be: 200 ok
until the close: 200 to the end
a byte at a time: 200 ok
closed: Kargo\ConnectionClosedException: GET URL: the server closed the connection without a response
reset: Kargo\ConnectionClosedException: GET URL: the server closed the connection without a response
half a head: Kargo\ConnectionClosedException: GET URL: the server closed the connection without a response
half a body: Kargo\ConnectionClosedException: GET URL: the server closed the connection within the response
half a chunk: Kargo\ConnectionClosedException: GET URL: the server closed the connection within the response
no last chunk: Kargo\ConnectionClosedException: GET URL: the server closed the connection within the response
no HTTP: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: malformed status line
HTTP/2: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: HTTP version not supported
HTTP/0.9: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: malformed status line
two lengths: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: more than one Content-Length
both framings: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: both Content-Length and Transfer-Encoding
a bad length: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: malformed Content-Length
a bad chunk: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: malformed chunk size
gzip as transfer coding: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: unknown transfer coding
a NUL in a header: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: control character in a header value
a folded header: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: header line begins with whitespace
bare LF: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: line ends in LF without CR
another protocol: Kargo\ProtocolException: GET URL: the server switched to another protocol, which this client does not speak
an announced body too large: Kargo\ProtocolException: GET URL: the response's body has more than 1000 bytes; raise ClientOptions::$bodyBytes, or use stream() or download()
an endless body: Kargo\ProtocolException: GET URL: the response's body has more than 1000 bytes; raise ClientOptions::$bodyBytes, or use stream() or download()
endless chunks: Kargo\ProtocolException: GET URL: the response's body has more than 1000 bytes; raise ClientOptions::$bodyBytes, or use stream() or download()
endless headers: Kargo\ProtocolException: GET URL: the response's header has more than 20 lines; raise ClientOptions::$headerCount
one endless header: Kargo\ProtocolException: GET URL: the response's header has more than 500 bytes; raise ClientOptions::$headerBytes
a storm of 1xx: Kargo\ProtocolException: GET URL: the response is not valid HTTP/1.1: too many interim responses
a length at the limit: 200 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
surplus: 200 ok
pipelined garbage: 200 ok
a status without meaning: 999 odd
no phrase: 404 
Kargo\ConnectionClosedException: POST URL: the server closed the connection without a response; it may have acted on the request, which is not sent again by itself
Kargo\ConnectionClosedException: PUT URL: the server closed the connection without a response; it may have acted on the request, which is not sent again by itself
POST was sent 1 time
nobody listens: Kargo\TransportException: GET URL: nobody listens at HOST:PORT; is the server running?
no address: Kargo\TransportException: GET URL: the host has no address; is it spelled right, and does this machine's name service work? (no.such.host.invalid:80)
a name: 200 ok
Kargo\TransportException is a KargoException
Kargo\TimeoutException is a KargoException
Kargo\ConnectionClosedException is a KargoException
Kargo\ProtocolException is a KargoException
as it should be: 200 ok
