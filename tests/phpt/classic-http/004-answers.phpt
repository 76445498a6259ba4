--TEST--
evhttp_response_add_header(), evhttp_request_append_body(), and the lines that are the server's: version, length, type, connection
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        $path = evhttp_request_uri($request);
        $add = fn (string $name, string $value) => evhttp_response_add_header($request, $name, $value);
        switch ($path) {
            case '/lines':
                return json_encode([
                    $add('X-One', 'first'), $add('X-One', 'second'), $add('x-one', 'third'), $add('Set-Cookie', 'a=b'), $add('Set-Cookie', 'c=d'),
                    $add('Content-Type', 'application/json'), $add('Empty', ''), $add('Tab', "a\tb"), $add('Bytes', "\xe4"),
                    $add("Bad\r\nName", 'x'), $add('Bad Name', 'x'), $add('', 'x'), $add('Bad', "a\rb"), $add('Bad', "a\nb"), $add('Bad', "a\r\n\r\nb"), $add('Bad', "a\0b"),
                ]);
            case '/long':
                return $add('Long', str_repeat('x', 5000)) ? 'body' : 'refused';
            case '/length':
                $add('Content-Length', '3');
                return 'longer than that';
            case '/no-length':
                $add('Content-Length', 'three');
                $add('Transfer-Encoding', 'chunked');
                return 'text';
            case '/close':
                $add('Connection', 'close');
                return 'closes';
            case '/date':
                $add('Date', 'Sun, 06 Nov 1994 08:49:37 GMT');
                return '';
            case '/append':
                evhttp_request_append_body($request, 'before ');
                evhttp_request_append_body($request, "and\0");
                return ' after';
            case '/append-response':
                evhttp_request_append_body($request, 'before ');
                return evhttp_response_set('content', 202, 'Appended');
            case '/append-buffer':
                evhttp_request_append_body($request, 'before ');
                $buffer = evbuffer_new();
                evbuffer_add($buffer, 'buffer');
                return $buffer;
            case '/append-only':
                evhttp_request_append_body($request, 'only this');
                return '';
            case '/append-throw':
                evhttp_request_append_body($request, 'never sent');
                $add('X-Never', 'sent');
                throw new Exception('thrown');
            case '/head-length':
                $add('Content-Length', '1234');
                return evhttp_request_method($request) === 'HEAD' ? '' : str_repeat('x', 1234);
        }
        return 'text';
    });
    run();
    PHP, ['display_errors' => 0]);
$date = '/Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/';
$show = fn (string $bytes) => addcslashes(str_replace("\r\n", ' | ', preg_replace($date, 'Date', $bytes)), "\0..\37\177..\377") . "\n";
$connection = $server->connect();
foreach (['lines', 'length', 'no-length', 'date', 'append', 'append-response', 'append-buffer', 'append-only', 'append-throw', 'head-length'] as $path) {
    $response = $connection->request('GET', "/$path");
    echo $path, ': ', $show($response->head), '    ', $show(strlen($response->body) > 1000 ? strlen($response->body) : $response->body);
}
$response = $connection->request('GET', '/long');
echo strlen($response->header('long')), ' ', $response->body, "\n";
// HEAD: the head that GET has, and no body.
foreach (['text', 'append', 'head-length', 'long'] as $path) {
    $get = $connection->request('GET', "/$path")->head;
    $head = $connection->request('HEAD', "/$path")->head;
    echo 'HEAD ', $path, ' ', $get === $head ? 'same head' : $show($head);
    echo $connection->isSilentFor(0.02) ? ", no body\n" : ", a body\n";
}
$connection->send("GET /close HTTP/1.1\r\nHost: a\r\n\r\nGET /never HTTP/1.1\r\nHost: a\r\n\r\n");
echo $show($connection->readUntilClose());

// Versions and connections.
$exchange = function (string $request) use ($server, $show): void {
    $connection = $server->connect()->send($request);
    $response = $connection->readResponse();
    echo $show($response->head), '    ', $response->header('connection') === 'close' || ($response->version === '1.0' && $response->header('connection') !== 'keep-alive')
        ? ($connection->readUntilClose() === '' ? 'closed' : 'more')
        : ($connection->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")->readResponse()->body === 'text' ? 'open' : 'broken'), "\n";
};
$exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
$exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
$exchange("GET / HTTP/1.0\r\n\r\n");
$exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
$exchange("GET /append HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
$exchange("GET /append-response HTTP/1.0\r\n\r\n");
$exchange("GET /append-throw HTTP/1.0\r\n\r\n");
echo $server->stop(), "\n";
?>
--EXPECT--
lines: HTTP/1.1 200 OK | Date | X-One: first | X-One: second | x-one: third | Set-Cookie: a=b | Set-Cookie: c=d | Content-Type: application/json | Empty:  | Tab: a\tb | Bytes: \344 | Content-Length: 88 |  | 
    [true,true,true,true,true,true,true,true,true,false,false,false,false,false,false,false]
length: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 16 |  | 
    longer than that
no-length: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 4 |  | 
    text
date: HTTP/1.1 200 OK | Date | Content-Length: 0 |  | 
    
append: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 17 |  | 
    before and\000 after
append-response: HTTP/1.1 202 Appended | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 14 |  | 
    before content
append-buffer: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 13 |  | 
    before buffer
append-only: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 9 |  | 
    only this
append-throw: HTTP/1.1 503 ERR | Date | Content-Length: 0 |  | 
    
head-length: HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 1234 |  | 
    1234
5000 body
HEAD text same head, no body
HEAD append same head, no body
HEAD head-length HTTP/1.1 200 OK | Date | Content-Length: 1234 |  | 
, no body
HEAD long same head, no body
HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 6 | Connection: close |  | closes
HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 4 |  | 
    open
HTTP/1.1 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 4 | Connection: close |  | 
    closed
HTTP/1.0 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 4 | Connection: close |  | 
    closed
HTTP/1.0 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 4 | Connection: keep-alive |  | 
    open
HTTP/1.0 200 OK | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 17 | Connection: keep-alive |  | 
    open
HTTP/1.0 202 Appended | Date | Content-Type: text/html; charset=ISO-8859-1 | Content-Length: 14 | Connection: close |  | 
    closed
HTTP/1.0 503 ERR | Date | Content-Length: 0 | Connection: close |  | 
    closed
0
