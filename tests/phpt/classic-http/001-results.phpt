--TEST--
What an evhttp callback returns, and what is sent
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    final class Text { public function __toString(): string { return 'a Stringable'; } }
    function buffer(string $content) { $buffer = evbuffer_new(); evbuffer_add($buffer, $content); return $buffer; }
    $results = [
        '/string' => fn () => 'text',
        '/empty' => fn () => '',
        '/binary' => fn () => "a\0b\xff\r\n",
        '/reference' => function &() { static $text = 'by reference'; return $text; },
        '/buffer' => fn () => buffer("in a\0buffer"),
        '/empty-buffer' => fn () => evbuffer_new(),
        '/response' => fn () => evhttp_response_set('not here', 404, 'Not Here'),
        '/no-message' => fn () => evhttp_response_set('ok', 200, ''),
        '/stringable' => fn () => evhttp_response_set(new Text(), 201, 'Made'),
        '/204' => fn () => evhttp_response_set('never sent', 204, 'Nothing'),
        '/304' => fn () => evhttp_response_set('never sent', 304, 'As Before'),
        '/null' => fn () => null,
        '/nothing' => function () {},
        '/int' => fn () => 42,
        '/float' => fn () => 1.5,
        '/true' => fn () => true,
        '/array' => fn () => ['text'],
        '/object' => fn () => new Text(),
        '/stream' => fn () => STDIN,
        '/request' => fn ($request) => $request,
        '/event' => fn () => event_new(),
        '/server' => fn () => $GLOBALS['http'],
        '/freed' => function () { $buffer = buffer('x'); evbuffer_free($buffer); return $buffer; },
        '/throws' => fn () => throw new DomainException('out of a callback'),
    ];
    $http = serve(function ($request) use ($results) { return $results[evhttp_request_uri($request)]($request); });
    run();
    PHP);
$show = function (Response $response): string {
    return "HTTP/$response->version $response->status $response->reason | " . ($response->header('content-type') ?? '-')
        . ' | ' . ($response->header('content-length') ?? '-') . ' | ' . addcslashes($response->body, "\0..\37\177..\377") . "\n";
};
$connection = $server->connect();
foreach (['string', 'empty', 'binary', 'reference', 'buffer', 'empty-buffer', 'response', 'no-message', 'stringable', '204',
    '304', 'null', 'nothing', 'int', 'float', 'true', 'array', 'object', 'stream', 'request', 'event', 'server', 'freed', 'throws'] as $path) {
    $before = strlen($server->output());
    // One connection for all: no result costs more than its own answer.
    echo $path, ': ', $show($connection->request('GET', "/$path"));
    $told = trim(preg_replace('/Stack trace:.*thrown/s', 'thrown', substr($server->output(), $before)));
    echo $told === '' ? '' : '    ' . preg_replace(['/\s+/', '/ in \S+/'], [' ', ''], $told) . "\n";
}
echo $show($connection->request('GET', '/string')), $server->stop(), "\n";
?>
--EXPECT--
string: HTTP/1.1 200 OK | text/html; charset=ISO-8859-1 | 4 | text
empty: HTTP/1.1 200 OK | - | 0 | 
binary: HTTP/1.1 200 OK | text/html; charset=ISO-8859-1 | 6 | a\000b\377\r\n
reference: HTTP/1.1 200 OK | text/html; charset=ISO-8859-1 | 12 | by reference
buffer: HTTP/1.1 200 OK | text/html; charset=ISO-8859-1 | 11 | in a\000buffer
empty-buffer: HTTP/1.1 200 OK | - | 0 | 
response: HTTP/1.1 404 Not Here | text/html; charset=ISO-8859-1 | 8 | not here
no-message: HTTP/1.1 200  | text/html; charset=ISO-8859-1 | 2 | ok
stringable: HTTP/1.1 201 Made | text/html; charset=ISO-8859-1 | 12 | a Stringable
204: HTTP/1.1 204 Nothing | text/html; charset=ISO-8859-1 | - | 
304: HTTP/1.1 304 As Before | text/html; charset=ISO-8859-1 | - | 
null: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: null on line 29
nothing: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: null on line 29
int: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: int on line 29
float: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: float on line 29
true: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: bool on line 29
array: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: array on line 29
object: HTTP/1.1 200 OK | - | 0 | 
    Warning: evhttp callback returned wrong datatype: Text on line 29
stream: HTTP/1.1 503 ERR | - | 0 | 
    Warning: evhttp callback returned illegal resource on line 29
request: HTTP/1.1 503 ERR | - | 0 | 
    Warning: evhttp callback returned illegal resource on line 29
event: HTTP/1.1 503 ERR | - | 0 | 
    Warning: evhttp callback returned illegal resource on line 29
server: HTTP/1.1 503 ERR | - | 0 | 
    Warning: evhttp callback returned illegal resource on line 29
freed: HTTP/1.1 503 ERR | - | 0 | 
    Warning: evhttp callback returned illegal resource on line 29
throws: HTTP/1.1 503 ERR | - | 0 | 
    Warning: Uncaught DomainException: out of a callback thrown on line 27
HTTP/1.1 200 OK | text/html; charset=ISO-8859-1 | 4 | text
0
