--TEST--
An evhttp server stays the same size over many requests of every kind
--FILE--
<?php
require __DIR__ . '/evhttp.inc';
$server = evhttp_server(<<<'PHP'
    error_reporting(0);
    final class Node { public $self; public $request; }
    $kept = [];
    $http = serve(function ($request) use (&$kept) {
        switch (evhttp_request_uri($request)) {
            case '/string': return 'text';
            case '/buffer': $buffer = evbuffer_new(); evbuffer_add($buffer, str_repeat('x', 1000)); return $buffer;
            case '/response': return evhttp_response_set(str_repeat('x', 1000), 404, 'Not Here');
            case '/headers':
                evhttp_response_add_header($request, 'X-A', 'b');
                evhttp_request_add_header($request, 'X-B', 'c');
                evhttp_request_append_body($request, 'before');
                return json_encode(evhttp_request_headers($request)) . evhttp_request_find_header($request, 'host');
            case '/echo': return evhttp_request_input_buffer($request);
            case '/read': $buffer = evhttp_request_input_buffer($request); while (evbuffer_readline($buffer) !== false); return evhttp_request_body($request) ?: 'none';
            case '/null': return null;
            case '/stream': return STDIN;
            case '/throw': throw new Exception('thrown');
            case '/keep': $kept[] = $request; count($kept) < 10 || $kept = []; return 'kept';
            case '/cycle': $node = new Node(); $node->self = $node; $node->request = $request; mt_rand(0, 99) || gc_collect_cycles(); return 'cycle';
            case '/delay': Kargo\delay(0.0005); return 'waited';
            case '/server': $server = evhttp_start('127.0.0.1', 0); evhttp_set_gencb($server, fn () => ''); return 'made';
            case '/response-twice': static $response; $response ??= evhttp_response_set('again', 200, 'OK'); return $response;
        }
    });
    run();
    PHP);
$paths = ['string', 'buffer', 'response', 'headers', 'echo', 'read', 'null', 'stream', 'throw', 'keep', 'cycle', 'delay', 'response-twice'];
$request = implode('', array_map(fn ($path) => "POST /$path HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\nline one\nbody\n!", $paths));
$run = function (int $rounds) use ($server, $request, $paths): void {
    for ($round = 0; $round < $rounds; $round++) {
        // A new connection every now and then.
        if ($round % 50 === 0) {
            $connection = $server->connect();
        }
        $connection->send($request);
        foreach ($paths as $_) {
            $connection->readResponse();
        }
        $round % 20 || $server->get('/server');
    }
};
$run(300);
$before = $server->residentKilobytes();
$run(1500);
$grown = $server->residentKilobytes() - $before;
echo $grown < 600 ? 'flat' : "grew by $grown KiB", ' ', $server->stop(), "\n";
?>
--EXPECT--
flat 0
