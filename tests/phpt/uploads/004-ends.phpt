--TEST--
Uploads: nothing is left of a file, however its request ends; who keeps the Request or the file has it
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\Http\{Request, Uploads};
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(uploads: new Uploads(directory: $argv[1])));
    $server->post('/fine', fn(Request $r) => $r->file('f')->contents());
    $server->post('/unread', fn() => 'unread');
    $server->post('/throw', fn() => throw new Exception('x'));
    $server->post('/exit', function (Request $r) { $file = $r->file('f'); exit('x'); });
    $server->post('/wait', function (Request $r) { Kargo\delay(0.05); return $r->file('f')->contents() . $r->isClientConnected(); });
    $server->post('/keep', function (Request $r) { $GLOBALS['kept'] = $r; return 'kept'; });
    $server->post('/keep-file', function (Request $r) { $GLOBALS['file'] = $r->file('f'); return 'kept'; });
    $server->post('/clone', function (Request $r) { $GLOBALS['kept'] = clone $r; return 'cloned'; });
    $server->post('/stream', function (Request $r) { $GLOBALS['stream'] = $r->file('f')->stream(); return 'kept'; });
    $server->get('/kept', fn() => [$GLOBALS['kept']->form(), $GLOBALS['kept']->file('f')->contents(), $GLOBALS['kept']->path()]);
    $server->get('/kept-file', fn() => $GLOBALS['file']->contents());
    $server->get('/stream', fn() => stream_get_contents($GLOBALS['stream']));
    $server->get('/drop', function () { $GLOBALS['kept'] = $GLOBALS['file'] = $GLOBALS['stream'] = null; return 'dropped'; });
    $server->get('/sync', fn() => 'sync');
    $server->run(workers: 0);
    PHP, [$folder]);
$body = form([['a', '1'], ['f', 'content', 'x']]);
$left = fn() => open_files($server->pid, $folder) . ' open, ' . count(scandir($folder)) - 2 . " named\n";
foreach (['/fine', '/unread', '/throw', '/exit', '/wait'] as $path) {
    $answer = $server->post($path, $body, FORM);
    echo "$path $answer->status ", $answer->status === 200 ? $answer->body : '', ' ', $left();
}
echo $server->post('/keep', $body, FORM)->body, ' ', $left();
echo $server->get('/kept')->body, "\n";
echo $server->get('/drop')->body, ' ', $left();
echo $server->post('/clone', $body, FORM)->body, ' ', $server->get('/kept')->body, ' ', $left();
echo $server->get('/drop')->body, ' ', $left();
echo $server->post('/keep-file', $body, FORM)->body, ' ', $server->get('/kept-file')->body, ' ', $left();
echo $server->get('/drop')->body, ' ', $left();
echo $server->post('/stream', $body, FORM)->body, ' ', $server->get('/stream')->body, ' ', $left();
echo $server->get('/drop')->body, ' ', $left();

// Clients that go away in the middle, or while their request is worked on.
$head = "POST /wait HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: ";
$half = substr($body, 0, -12);
$raw = $server->connect();
$raw->send($head . strlen($body) . "\r\n\r\n$half");
while (open_files($server->pid, $folder) !== 1) {
    $server->get('/sync');
}
echo 'half ', $left();
$raw->close();
while (open_files($server->pid, $folder) !== 0) {
    $server->get('/sync');
}
echo 'gone ', $left();
$raw = $server->connect();
$raw->send($head . strlen($body) . "\r\n\r\n$body");
$raw->close();
do {
    $server->get('/sync');
} while (open_files($server->pid, $folder) !== 0);
echo 'gone ', $left();
echo $server->stop(), $server->output(), "\n";
remove($folder);
?>
--EXPECT--
/fine 200 content 0 open, 0 named
/unread 200 unread 0 open, 0 named
/throw 500  0 open, 0 named
/exit 500  0 open, 0 named
/wait 200 content1 0 open, 0 named
kept 1 open, 0 named
[{"a":"1"},"content","/keep"]
dropped 0 open, 0 named
cloned [{"a":"1"},"content","/clone"] 1 open, 0 named
dropped 0 open, 0 named
kept content 1 open, 0 named
dropped 0 open, 0 named
kept content 1 open, 0 named
dropped 0 open, 0 named
half 1 open, 0 named
gone 0 open, 0 named
gone 0 open, 0 named
0
