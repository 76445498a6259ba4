--TEST--
Uploads: bodies that are no forms, names that are no names, and senders that are slow
--INI--
memory_limit=256M
--FILE--
<?php
require __DIR__ . '/form.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\{Options, Request, Server, Uploads};
    $server = Server::listen('127.0.0.1:0', new Options(uploads: new Uploads()));
    $server->post('/', fn(Request $r) => [$r->form(), array_map(fn($f) => [$f->field(), $f->clientFilename(), $f->size()], $r->files())]);
    $server->run(workers: 0);
    PHP, ini: ['max_input_vars' => 5, 'max_input_nesting_level' => 3]);
$raw = fn(string $body, string $type = 'multipart/form-data; boundary=xyz') => $server->post('/', $body, ['Content-Type' => $type]);
$says = function (string $what, Response $answer): void {
    echo "$what: $answer->status ", $answer->status === 200 ? $answer->body : '', "\n";
};
$part = fn(string $disposition, string $value = 'v') => "--xyz\r\nContent-Disposition: $disposition\r\n\r\n$value\r\n--xyz--";
$says('100,000 parts', $raw(str_repeat("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n", 100_000) . '--xyz--'));
$says('1,000 parts', $raw(str_repeat("--xyz\r\nContent-Disposition: form-data; name=a[]\r\n\r\n1\r\n", 1000) . '--xyz--'));
$says('deep names', $raw($part('form-data; name="a[b][c][d][e]"')));
$says('NUL', $raw($part("form-data; name=\"a\0b\"")));
$says('CRLF', $raw($part("form-data; name=\"a\r\nX: b\"")));
$says('quotes', $raw($part('form-data; name="a\"b"; filename="c\"d"')));
$says('a path', $raw($part('form-data; name="f"; filename="../../etc/passwd"')));
$says('dots', $raw($part('form-data; name="f"; filename="..\..\.."')));
$says('no name of a file', $raw($part('form-data; name="f"; filename=""')));
$says('odd names', $raw($part('form-data; name="GLOBALS"')) );
$says('no name', $raw($part('form-data')));
$says('an empty name', $raw($part('form-data; name=""')));
$says('two dispositions', $raw("--xyz\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\nv\r\n--xyz--"));
$says('no end', $raw("--xyz\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--xyz\r\n"));
$says('no boundary in the type', $raw('', 'multipart/form-data'));
$says('no boundary in the type of a body', $raw('--xyz--', 'multipart/form-data'));
$says('another boundary', $raw('--abc--'));
$says('lookalikes', $raw($part('form-data; name=a', str_repeat("\r\n--xyzz\r\n--xyz-\r\n-\r\n--xy", 3))));
$says('preamble and epilogue', $raw("hello\r\n--xyzz\r\n" . $part('form-data; name=a') . "\r\nbye\r\n--xyz\r\n"));
$body = form([['a', '1'], ['f', str_repeat("\r\n--xyy", 3), 'x']]);
$head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=\"xyz\"\r\n";
$connection = $server->connect();
foreach (str_split("{$head}Content-Length: " . strlen($body) . "\r\n\r\n$body") as $byte) {
    $connection->send($byte);
}
$says('byte by byte', $connection->readResponse());
$connection->send("{$head}Transfer-Encoding: chunked\r\n\r\n" . implode('', array_map(fn($b) => "1\r\n$b\r\n", str_split($body))) . "0\r\n\r\n$head" . "Content-Length: 7\r\n\r\n--xyz--GET / HTTP/1.1\r\nHost: a\r\n\r\n");
$says('chunks of a byte', $connection->readResponse());
$says('one behind it', $connection->readResponse());
$says('and another', $connection->readResponse());
$connection->send("{$head}Expect: 100-continue\r\nContent-Length: " . strlen($body) . "\r\n\r\n");
$says('continue', $connection->readResponse());
$says('continued', $connection->send($body)->readResponse());
preg_match_all('/PHP warning .*message="([^"]*)"/', $server->log(), $found);
echo implode("\n", array_unique($found[1])), "\n";
echo $server->stop(), $server->output(), "\n";
?>
--EXPECT--
100,000 parts: 413 
1,000 parts: 200 [{"a":["1","1","1","1","1"]},[]]
deep names: 200 [[],[]]
NUL: 400 
CRLF: 400 
quotes: 200 [[],[["a\"b","c\"d",1]]]
a path: 200 [[],[["f","passwd",1]]]
dots: 200 [[],[["f","upload",1]]]
no name of a file: 200 [[],[]]
odd names: 200 [{"GLOBALS":"v"},[]]
no name: 400 
an empty name: 200 [[],[]]
two dispositions: 400 
no end: 400 
no boundary in the type: 200 [[],[]]
no boundary in the type of a body: 400 
another boundary: 400 
lookalikes: 200 [{"a":"\r\n--xyzz\r\n--xyz-\r\n-\r\n--xy\r\n--xyzz\r\n--xyz-\r\n-\r\n--xy\r\n--xyzz\r\n--xyz-\r\n-\r\n--xy"},[]]
preamble and epilogue: 200 [{"a":"v"},[]]
byte by byte: 200 [{"a":"1"},[["f","x",21]]]
chunks of a byte: 200 [{"a":"1"},[["f","x",21]]]
one behind it: 200 [[],[]]
and another: 405 
continue: 100 
continued: 200 [{"a":"1"},[["f","x",21]]]
Kargo\\Http\\Request::form(): Input variables exceeded 5. To increase the limit change max_input_vars in php.ini.
Kargo\\Http\\Request::form(): Input variable nesting level exceeded 3. To increase the limit change max_input_nesting_level in php.ini.
0
