--TEST--
Uploads: ten thousand leave no descriptor, no file and no byte behind, and large ones pass through little memory
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\Http\{Options, Request, Server, Uploads};
    $server = Server::listen('127.0.0.1:0', new Options(uploads: new Uploads(totalBytes: 1 << 30, fileBytes: 1 << 30, directory: $argv[1])));
    $moves = 0;
    $server->post('/', function (Request $r) use (&$moves) {
        $file = $r->file('f');
        if (++$moves % 100 === 0) {
            $file->moveTo($GLOBALS['argv'][1] . '/moved', true);
        }
        return count($r->form()) . $file->size();
    });
    $server->post('/large', fn(Request $r) => $r->file('f')->size() . '');
    $server->get('/memory', function () {
        gc_collect_cycles();
        preg_match('/RssAnon:\s+(\d+)/', file_get_contents('/proc/self/status'), $found);
        return [memory_get_usage(), (int) $found[1], count(scandir('/proc/self/fd'))];
    });
    $server->run(workers: 0);
    PHP, [$folder]);
$connection = $server->connect();
$body = form([['a', '1'], ['f', str_repeat('x', 5000), 'x'], ['g', 'y', 'y']]);
$upload = fn() => $connection->request('POST', '/', FORM, $body)->body === '15000' || die("wrong answer\n");
$memory = fn() => json_decode($connection->request('GET', '/memory')->body);
for ($i = 0; $i < 1000; $i++) {
    $upload();
}
[$php, $resident, $descriptors] = $memory();
for (; $i < 10_000; $i++) {
    $upload();
}
$after = $memory();
echo $after[0] - $php < 5000 ? "flat\n" : 'PHP: ' . $after[0] - $php . "\n";
echo $after[1] - $resident < 1024 ? "flat\n" : 'resident: ' . $after[1] - $resident . " KiB\n";
echo $after[2] - $descriptors, ' descriptors, ', implode(' ', array_diff(scandir($folder), ['.', '..'])), "\n";

// Four at a time, each of 50 MB, in turns.
$piece = str_repeat('0123456789abcdef', 65_536);
$begin = "--xyz\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n";
$end = "\r\n--xyz--";
$length = strlen($begin) + 50 * strlen($piece) + strlen($end);
$four = [];
foreach (range(1, 4) as $i) {
    $four[] = $server->connect()->send("POST /large HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: $length\r\n\r\n$begin");
}
for ($i = 0; $i < 50; $i++) {
    foreach ($four as $client) {
        $client->send($piece);
    }
}
$during = $memory();
echo $during[1] - $after[1] < 2048 ? "flat\n" : 'resident: ' . $during[1] - $after[1] . " KiB\n";
foreach ($four as $client) {
    echo $client->send($end)->readResponse()->body, "\n";
}
echo $server->stop(), $server->output(), "\n";
remove($folder);
?>
--EXPECT--
flat
flat
0 descriptors, moved
flat
52428800
52428800
52428800
52428800
0
