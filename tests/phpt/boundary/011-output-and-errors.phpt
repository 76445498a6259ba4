--TEST--
What a handler prints and PHP's warnings go to the log with the request's id, never to stdout or the peer, whatever display_errors says
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach ([['display_errors' => '1', 'html_errors' => '1'], ['display_errors' => 'stderr', 'log_errors' => '1'], ['display_errors' => '0', 'output_buffering' => '4096'], ['implicit_flush' => '1', 'error_reporting' => (string) E_ALL]] as $ini) {
    $server = Server::start(<<<'PHP'
        $server = Kargo\Http\Server::listen('127.0.0.1:0');
        $server->get('/echo', function ($request) { echo "printed\nsecond line"; print(' print'); printf(' %s', 'printf'); var_dump(1); flush(); return $request->id(); });
        $server->get('/php-output', function ($request) { file_put_contents('php://output', 'through php output'); return $request->id(); });
        $server->get('/warning', function ($request) { $x = $undefined; return $request->id(); });
        $server->get('/notice', function ($request) { trigger_error('a notice', E_USER_NOTICE); return $request->id(); });
        $server->get('/deprecated', function ($request) { trigger_error('a deprecation', E_USER_DEPRECATED); return $request->id(); });
        $server->get('/silenced', function ($request) { @trigger_error('must not be seen', E_USER_WARNING); return $request->id(); });
        $server->get('/error-log', function ($request) { error_log("to the error log\nof PHP"); return $request->id(); });
        $server->get('/headers', function () { header('X-Evil: 1'); setcookie('a', 'b'); http_response_code(404); return 'fine'; });
        $server->get('/large', function ($request) { echo str_repeat('x', 3_000_000); return $request->id(); });
        $server->get('/display', function () { ini_set('display_errors', '1'); $x = $undefined; return 'fine'; });
        $server->get('/exception-text', function () { throw new Exception("first\nsecond \"quoted\" \0 \xff end"); });
        $server->run(workers: 1);
        PHP, ini: $ini);
    $id = fn (string $path) => preg_quote($server->get($path)->body);
    $server->waitForLog('/handler printed request=' . $id('/echo') . ' output="printed\\\\nsecond line print printf.*"/');
    $server->waitForLog('/handler printed request=' . $id('/php-output') . ' output="through php output"/');
    $server->waitForLog('/ warning .*request=' . $id('/warning') . ' message="Undefined variable \$undefined" file=\S+ line=4$/m');
    $server->waitForLog('/request=' . $id('/notice') . ' message="a notice" file=\S+ line=5$/m');
    $server->waitForLog('/request=' . $id('/deprecated') . ' message="a deprecation" file=\S+ line=6$/m');
    $server->get('/silenced');
    $server->get('/error-log');
    $server->waitForLog('/^\S+Z \w+ .*to the error log\\\\nof PHP/m');
    $fine = $server->get('/headers');
    echo $fine->status, json_encode([$fine->header('x-evil'), $fine->header('set-cookie')]), ' ';
    $large = $id('/large');
    $line = $server->waitForLog("/^.*handler printed request=$large .*$/m")[0];
    echo strlen($line) < 20_000 && str_contains($line, 'xxxx') ? 'cut' : strlen($line), ' ';
    echo $server->get('/display')->body, ' ';
    $server->get('/exception-text');
    $server->waitForLog('/message="first\\\\nsecond \\\\"quoted\\\\" \S+ \S+ end"/');
    // Each line of the log is one of ours: with a time and a level.
    $odd = preg_grep('/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?:info|warning|error) /', array_filter(explode("\n", $server->log())), PREG_GREP_INVERT);
    echo json_encode(array_values($odd)), ' ', str_contains($server->log(), 'must not be seen') ? 'silenced is seen' : 'silenced', ' ', $server->stop(), ' ', json_encode($server->output()), "\n";
}
?>
--EXPECT--
200[null,null] cut fine [] silenced 0 ""
200[null,null] cut fine [] silenced 0 ""
200[null,null] cut fine [] silenced 0 ""
200[null,null] cut fine [] silenced 0 ""
