--TEST--
Functions that scripts call under a web server: fastcgi_finish_request(), getallheaders(), getenv(), header('Status: …')
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    switch ($_GET['do']) {
        case 'headers':
            echo json_encode(getallheaders() === apache_request_headers() ? getallheaders() : 'differ'); break;
        case 'env':
            echo json_encode([getenv('REMOTE_ADDR'), getenv('HTTP_X_NAME'), getenv('SCRIPT_NAME'), getenv('NONE'), getenv('OF_SERVER'), getenv('HTTP_PROXY'),
                getenv('REMOTE_ADDR', true), getenv()['REMOTE_ADDR'] ?? '-', getenv()['OF_SERVER'] ?? '-']); break;
        case 'status': header('X-Before: 1'); header($_GET['line']); echo 'body'; break;
        case 'callback':
            header_register_callback(function () { header('X-Late: yes'); });
            ob_start(fn ($text) => strtoupper($text));
            // no break
        case 'finish':
            header('X-A: 1'); echo 'whole ';
            if (isset($_GET['flush'])) { flush(); ob_flush(); flush(); }
            echo 'answer';
            $results = [fastcgi_finish_request(), fastcgi_finish_request(), Kargo\App\finish()];
            register_shutdown_function(function () { echo 'later still'; flush(); });
            echo str_repeat('later ', 100_000); flush(); header('X-B: 1');
            $end = microtime(true) + 20;
            while (!is_file(__DIR__ . '/go') && microtime(true) < $end) { usleep(1000); }
            error_log('finished ' . json_encode([$results, connection_aborted()])); break;
        case 'slow': echo 'answer'; fastcgi_finish_request(); sleep(30); break;
        case 'none': fastcgi_finish_request(); break;
        case 'twice': echo 'answer ' . getmypid(); break;
    }
    PHP]);
putenv('OF_SERVER=its own');
$server = serve($root, 'processes: 1, timeout: 1.5');
$get = fn (string $do, array $headers = []) => $server->get("/?do=$do", $headers);
$headers = json_decode($get('headers', ['x-NAME' => 'v', 'Content-Type' => 'text/plain'])->body, true);
ksort($headers);
echo json_encode(array_diff_key($headers, ['Host' => 1])), isset($headers['Host']) ? ' Host' : '', "\n";
echo $get('env', ['X-Name' => 'v', 'Proxy' => 'evil'])->body, "\n";
foreach (['Status: 404 Gone fishing', 'Status: 503', 'status: 201 x', 'Status: abc', 'HTTP/1.0 410 Gone'] as $line) {
    $answer = $get('status&line=' . rawurlencode($line));
    echo $line, ': ', $answer->status, ' ', $answer->header('status') ?? 'no such header', ' ', $answer->header('x-before'), ' ', $answer->body, "\n";
}
foreach (['finish', 'finish&flush', 'callback'] as $do) {
    @unlink("$root/go");
    $raw = $server->connect()->send("GET /?do=$do HTTP/1.1\r\nHost: a\r\n\r\n");
    $answer = $raw->readResponse();
    echo $answer->body, ' ', $answer->header('content-length') ?? 'chunked', ' ', $answer->header('x-a'), $answer->header('x-b') ?? '', $answer->header('x-late') ?? '';
    // The connection is free for other requests; the process is busy.
    echo ' ', $raw->send("GET /native HTTP/1.1\r\nHost: a\r\n\r\n")->readResponse()->body;
    $raw->send("GET /?do=twice HTTP/1.1\r\nHost: a\r\n\r\n");
    echo $raw->isSilentFor(0.1) ? ' busy' : ' FREE';
    touch("$root/go");
    echo ' ', strtok($raw->readResponse()->body, ' '), "\n";
    $raw->close();
}
preg_match_all('/finished (.*?\]\,0\])/', $server->log(), $logged);
echo implode(' ', array_map(fn ($line) => stripslashes($line), $logged[1])), "\n";
echo $get('none')->status, ' ', strlen($get('none')->body), "\n";
// One that goes on for too long is ended, which its client, who has all, does not see.
$raw = $server->connect()->send("GET /?do=slow HTTP/1.1\r\nHost: a\r\n\r\n");
echo $raw->readResponse()->body;
$server->waitForLog('/the script took too long/');
echo ' ', $raw->send("GET /native HTTP/1.1\r\nHost: a\r\n\r\n")->readResponse()->body, ' ', strtok($get('twice')->body, ' '), ' ', $server->stop(), "\n";
?>
--EXPECT--
{"Content-Type":"text\/plain","X-Name":"v"} Host
["127.0.0.1","v","\/index.php",false,"its own",false,false,"127.0.0.1","its own"]
Status: 404 Gone fishing: 404 no such header 1 body
Status: 503: 503 no such header 1 body
status: 201 x: 201 no such header 1 body
Status: abc: 200 no such header 1 body
HTTP/1.0 410 Gone: 410 no such header 1 body
whole answer 12 1 native busy answer
whole answer chunked 1 native busy answer
WHOLE ANSWER 12 1yes native busy answer
[[true,false,false],0] [[true,false,false],0] [[true,false,false],0]
200 0
answer native answer 0
