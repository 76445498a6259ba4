--TEST--
Classic mode: functions that applications call under a web server
--FILE--
<?php
require __DIR__ . '/app.inc';

mkdir($folder = sys_get_temp_dir() . '/kargo-functions-' . getmypid());
$server = start_pages([
    '/filter' => 'echo json_encode([filter_input(INPUT_SERVER, "REQUEST_METHOD"), filter_input(INPUT_SERVER, "HTTP_HOST"), filter_has_var(INPUT_SERVER, "REMOTE_ADDR"),
        filter_has_var(INPUT_SERVER, "NONE"), filter_input(INPUT_SERVER, "REMOTE_PORT", FILTER_VALIDATE_INT) > 0, filter_input_array(INPUT_SERVER, ["QUERY_STRING" => FILTER_DEFAULT]),
        $_SERVER["REQUEST_METHOD"], filter_input(INPUT_SERVER, "HTTP_X_NAME"), isset($_SERVER["CHANGED"])]);
        $_SERVER["CHANGED"] = 1;',
    '/own' => '$_SERVER["REQUEST_METHOD"] = "MINE"; unset($_SERVER["HTTP_HOST"]); echo json_encode([filter_input(INPUT_SERVER, "REQUEST_METHOD"), filter_has_var(INPUT_SERVER, "HTTP_HOST"), $_SERVER["REQUEST_METHOD"], isset($_SERVER["HTTP_HOST"])]);',
    '/code' => '$first = http_response_code(); $second = http_response_code(404); header("X-A: 1"); header("X-A: 2", false); header("X-B: 1"); header_remove("X-B");
        echo json_encode([$first, $second, http_response_code(), array_values(preg_grep("/^X-A/", headers_list())), headers_sent()]);',
    '/remove' => 'header("X-A: 1"); header_remove(); header("Content-Type: text/plain"); echo count(headers_list());',
    '/state' => 'ignore_user_abort(true); set_time_limit(5); memory_reset_peak_usage(); echo json_encode([connection_status(), connection_aborted(), ignore_user_abort(),
        ini_get("max_execution_time"), getmypid() > 0, memory_get_peak_usage() > 0, isset($_SERVER["argv"]), isset($argv)]);',
    '/again' => 'echo json_encode([ignore_user_abort(), ini_get("max_execution_time")]);',
    '/streams' => 'fwrite(fopen("php://output", "w"), "to output "); file_put_contents("php://stdout", "to stdout\n"); fwrite(STDERR, "to stderr\n"); error_log("to the log"); print("printed");',
    '/implicit' => 'ob_implicit_flush(true); echo "a"; flush(); echo "b"; ob_implicit_flush(false);',
    '/highlight' => 'echo strlen(highlight_string("<?php echo 1;", true)) > 20 ? "highlighted" : "not";',
    '/links' => 'ini_set("session.use_trans_sid", "1"); ini_set("session.use_only_cookies", "0"); session_start(); echo "<a href=\"/next\">x</a>";',
    '/plain' => 'echo "<a href=\"/next\">x</a>";',
    '/callback' => 'header_register_callback(function () { header("X-Late: yes"); }); echo "x";',
], ini: ['register_argc_argv' => 1, 'session.save_path' => $folder]);
$show = fn (string $path, array $headers = []) => print(str_pad($path, 12) . preg_replace(["/\\b$server->port\\b/", '/PHPSESSID=[-,a-zA-Z0-9]{20,}/'], ['PORT', 'PHPSESSID=ID'], $server->get($path, $headers)->body) . "\n");
$show('/filter?a=%3Cb%3E', ['X-Name' => '<one>']);
$show('/filter', ['X-Name' => 'two']);
$show('/own');
$response = $server->get('/code');
echo '/code       ', $response->status, ' ', $response->body, ' ', implode('|', $response->headers['x-a']), ' ', isset($response->headers['x-b']) ? 'x-b' : 'no x-b', "\n";
$show('/remove');
$show('/state');
$show('/again');
$show('/streams');
$show('/implicit');
$show('/highlight');
$show('/links');
$show('/links');
$show('/plain');
echo '/callback   ', $server->get('/callback')->header('x-late'), "\n";
echo $server->stop(), ' ', str_contains($server->log(), 'to the log') ? 'logged' : 'not logged', "\n";

// Settings of php.ini that begin a buffer or a session for each request.
$server = start_pages(['/' => 'echo "<a href=\"/next\">", session_status() === PHP_SESSION_ACTIVE ? "active" : "none", " ", ob_get_level(), "</a>";'],
    ini: ['session.auto_start' => 1, 'session.save_path' => $folder]);
$first = $server->get('/');
echo $first->body, ' ', count($first->headers['set-cookie'] ?? []), ' ', $server->get('/', ['Cookie' => cookies($first)])->body, "\n";
$server->stop();
if (extension_loaded('zlib')) {
    $server = start_pages(['/' => 'echo str_repeat("compressed ", 50);'], ini: ['zlib.output_compression' => 1]);
    $response = $server->get('/', ['Accept-Encoding' => 'gzip']);
    echo $response->header('content-encoding'), ' ', gzdecode($response->body) === str_repeat('compressed ', 50) ? 'whole' : 'broken', ' ', strlen($server->get('/')->body), "\n";
    $server->stop();
} else {
    echo "gzip whole 550\n";
}
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
/filter?a=%3Cb%3E["GET","127.0.0.1:PORT",true,false,true,{"QUERY_STRING":"a=%3Cb%3E"},"GET","<one>",false]
/filter     ["GET","127.0.0.1:PORT",true,false,true,{"QUERY_STRING":""},"GET","two",false]
/own        ["GET",true,"MINE",false]
/code       404 [200,200,404,["X-A: 1","X-A: 2"],false] 1|2 no x-b
/remove     1
/state      [0,0,1,"5",true,true,false,false]
/again      [0,"0"]
/streams    to output printed
/implicit   ab
/highlight  highlighted
/links      <a href="/next?PHPSESSID=ID">x</a>
/links      <a href="/next?PHPSESSID=ID">x</a>
/plain      <a href="/next">x</a>
/callback   yes
0 logged
<a href="/next">active 1</a> 1 <a href="/next">active 1</a>
gzip whole 550
