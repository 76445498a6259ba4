--TEST--
Uploads: fields and files of a form, as PHP nests them, and a body that is empty then
--FILE--
<?php
require __DIR__ . '/form.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\{Request, UploadedFile};
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $show = fn(UploadedFile $f) => [$f->field(), $f->clientFilename(), $f->rawClientFilename(), $f->clientMediaType(), $f->size(), $f->contents()];
    $server->post('/all', fn(Request $r) => [$r->form(), array_map($show, $r->files()), $r->body(), $r->header('content-type')]);
    $server->put('/some', fn(Request $r) => [
        count($r->files('f')), count($r->files('f[]')), count($r->files('fx')), $r->file('f')?->contents(), $r->file('none'), $r->file('g[x]')?->contents(),
    ]);
    $server->post('/streams', function (Request $r) {
        $file = $r->file('f');
        $one = $file->stream();
        $two = $file->stream();
        fseek($one, 3);
        return [fread($one, 2), fread($two, 2), fgets($one), feof($one), @fwrite($one, 'x'), stream_get_meta_data($one)['mode'], $file->contents(), fstat($one)['size'], fstat($one)['nlink'], decoct(fstat($one)['mode'] & 0777)];
    });
    $server->get('/', fn(Request $r) => [$r->form(), $r->files(), $r->file('x')]);
    $server->run(workers: 0);
    PHP);
$post = fn(string $path, array $parts) => $server->post($path, form($parts), FORM)->body;
echo $post('/all', [['a', '1'], ['b[x][]', '2'], ['f', "line\r\n--xy", 'a b ü.txt'], ['b[x][]', 'ü'], ['a', '3'], ['c.d', ''], ['g[]', '', '../../etc/passwd', 'a/b; c=d']]), "\n";
echo $server->request('PUT', '/some', FORM, form([['f[]', 'one', 'x'], ['fx', 'no', 'x'], ['f', 'two', 'x'], ['g[x]', 'three', 'x'], ['f[k]', '', '']]))->body, "\n";
echo $post('/streams', [['f', "012345\n789", 'x']]), "\n";
echo $post('/all', []), "\n";
echo $server->get('/')->body, "\n";
echo $server->post('/all', 'a=1', ['Content-Type' => 'application/x-www-form-urlencoded'])->body, "\n";
echo $server->post('/all', form([['a', '1']]), ['Content-Type' => 'multipart/mixed; boundary=xyz'])->body === json_encode([[], [], form([['a', '1']]), 'multipart/mixed; boundary=xyz'], JSON_UNESCAPED_SLASHES) ? "as sent\n" : "changed\n";
echo $server->stop(), $server->output(), "\n";
?>
--EXPECT--
[{"a":"3","b":{"x":["2","ü"]},"c_d":""},[["f","a b ü.txt","a b ü.txt","text/plain",10,"line\r\n--xy"],["g[]","passwd","../../etc/passwd","a/b; c=d",0,""]],"","multipart/form-data; boundary=xyz"]
[2,1,1,"one",null,"three"]
["34","01","5\n",false,false,"rb","012345\n789",10,0,"600"]
[[],[],"","multipart/form-data; boundary=xyz"]
[[],[],null]
[{"a":"1"},[],"a=1","application/x-www-form-urlencoded"]
as sent
0
