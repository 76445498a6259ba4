--TEST--
Callbacks that throw, exit, end in a fatal error: who is answered what, and whether the server goes on
--FILE--
<?php
require __DIR__ . '/evhttp.inc';

// Bug of 2009: after an exception every request was answered with 503, for ever.
$server = evhttp_server(<<<'PHP'
    $http = serve(function ($request) {
        switch (evhttp_request_uri($request)) {
            case '/throw': throw new RuntimeException('a secret of the script');
            case '/error': no_such_function();
            case '/late': Kargo\delay(0.01); throw new LogicException('late');
            case '/finally': try { throw new Exception('inner'); } finally { return 'finally'; }
            case '/nul': throw new Exception("with\0NUL");
        }
        return 'fine';
    });
    run();
    PHP);
$connection = $server->connect();
foreach (['throw', 'error', 'fine', 'late', 'finally', 'nul', 'fine'] as $path) {
    $response = $connection->request('GET', "/$path");
    echo "$path: $response->status $response->reason \"$response->body\"\n";
}
for ($n = 0; $n < 300; $n++) {
    $connection->request('GET', '/throw')->status === 503 || exit('no 503');
}
echo $connection->request('GET', '/fine')->body, "\n";
preg_match_all('/Warning: Uncaught (\S+: [^\n]*?) in \S+:(\d+)/', $server->output(), $told);
echo count($told[0]), ' told: ', implode(', ', array_unique($told[1])), "\n";
// What a client was about to be told is in the log alone.
echo str_contains($connection->request('GET', '/throw')->head, 'secret') ? 'told' : 'not told', ' ', $server->stop(), "\n";

// An error handler gets what PHP tells; one that makes exceptions of it does no harm.
$server = evhttp_server(<<<'PHP'
    $http = serve(null);
    set_error_handler(function ($level, $text, $file, $line) {
        echo "handler: $level ", strtok($text, "\n"), ' ', basename($file) === basename(__FILE__) ? $line : $file, "\n";
        if (str_contains($text, 'null')) {
            throw new ErrorException($text);
        }
        return true;
    });
    evhttp_set_gencb($http, function ($request) {
        switch (evhttp_request_uri($request)) {
            case '/null': return null;
            case '/stream': return STDIN;
            case '/throw': throw new Exception('thrown');
        }
        return 'fine';
    });
    run();
    PHP);
$connection = $server->connect();
foreach (['null', 'fine', 'stream', 'throw', 'null', 'fine'] as $path) {
    echo $path, ' ', $connection->request('GET', "/$path")->status, "\n";
}
echo preg_replace('~ in /\S+:~', ' in FILE:', $server->output()), substr_count($server->log(), 'error handler threw'), ' ', $server->stop(), "\n";

// exit (quirk 8) ends the script: its client is answered, those answered before have their answers, others see the end.
foreach (['exit(3);', 'Kargo\delay(0.01); exit(4);', 'die("died\n");', 'register_shutdown_function(fn () => print "shutdown\n"); exit;',
    'trigger_error("fatal", E_USER_ERROR);', 'eval("break;");', '$text = "x"; while (true) $text .= $text;'] as $code) {
    $server = evhttp_server('
        $http = serve(function ($request) { if (evhttp_request_uri($request) === "/end") { ' . $code . ' } return str_repeat("x", 100_000); });
        try { run(); } finally { echo "never reached by exit\n"; }
        echo "never reached\n";
        ', ['memory_limit' => '16M', 'error_reporting' => E_ALL & ~E_DEPRECATED]);
    $idle = $server->connect();
    $idle->request('GET', '/');
    $connection = $server->connect();
    // Three in one piece: the first is answered, the second ends the script, nobody answers the third.
    $connection->send(str_repeat("GET / HTTP/1.1\r\nHost: a\r\n\r\n", 1) . "GET /end HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    $first = $connection->readResponse();
    try {
        $second = (string) $connection->readResponse()->status;
    } catch (RuntimeException) {
        $second = 'closed';
    }
    $rest = $connection->readUntilClose();
    echo substr($code, 0, 28), ': ', $first->status, ' ', strlen($first->body), ' ', $second, ' ', strlen($rest) < 120_000 ? 'end' : 'more', ' ', $idle->readUntilClose() === '' ? 'closed' : 'open', ' ', $server->wait(), ' ',
        json_encode(preg_replace(['/\s+/', '~ (in /|\().*~'], [' ', ''], trim(strip_tags($server->output())))), "\n";
}
?>
--EXPECT--
throw: 503 ERR ""
error: 503 ERR ""
fine: 200 OK "fine"
late: 503 ERR ""
finally: 200 OK "finally"
nul: 503 ERR ""
fine: 200 OK "fine"
fine
304 told: RuntimeException: a secret of the script, Error: Call to undefined function no_such_function(), LogicException: late, Exception: with\000NUL
not told 0
null 200
fine 200
stream 503
throw 503
null 200
fine 200
handler: 2 evhttp callback returned wrong datatype: null 9
handler: 2 evhttp callback returned illegal resource 9
handler: 2 Uncaught Exception: thrown in FILE:13 13
handler: 2 evhttp callback returned wrong datatype: null 9
2 0
exit(3);: 200 100000 503 end closed 3 ""
Kargo\delay(0.01); exit(4);: 200 100000 503 end closed 4 ""
die("died\n");: 200 100000 503 end closed 0 "died"
register_shutdown_function(f: 200 100000 503 end closed 0 "shutdown"
trigger_error("fatal", E_USE: 200 100000 503 end closed 255 "Fatal error: fatal"
eval("break;");: 200 100000 503 end closed 255 "Fatal error: 'break' not in the 'loop' or 'switch' context"
$text = "x"; while (true) $t: 200 100000 503 end closed 255 "Fatal error: Allowed memory size of 16777216 bytes exhausted"
