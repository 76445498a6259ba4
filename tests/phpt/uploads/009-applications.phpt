--TEST--
Uploads: large bodies of applications lie on disk, whatever they are, and are read as ever
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\App\Application;
    use Kargo\Http\{Options, Request, Server, Uploads};
    [, $folder] = $argv;
    $page = function (Request $request) {
        $input = fopen('php://input', 'rb');
        $hash = hash_init('md5');
        $read = hash_update_stream($hash, $input);
        echo json_encode([
            $_SERVER['CONTENT_LENGTH'] ?? null, $read, hash_final($hash), array_map(strlen(...), $_POST),
            array_map(fn($file) => [$file['size'], $file['error'], md5_file($file['tmp_name'])], $_FILES),
            str_ends_with($request->path(), '/sizes') ? null : strlen($request->body()), $request->files(),
        ]);
    };
    $server = Server::listen('127.0.0.1:0', new Options(bodyBytes: 300_000));
    $server->mount('/usual', new Application($page));
    $server->mount('/large', new Application($page), new Uploads(totalBytes: 64 << 20, directory: $folder));
    $server->mount('/memory', new Application($page), false);
    $server->mount('/finish', new Application(function () {
        Kargo\App\finish();
        file_put_contents($GLOBALS['folder'] . '/finished', strlen(file_get_contents('php://input')));
    }), new Uploads(directory: $folder));
    $server->get('/memory-used', fn() => preg_match('/VmHWM:\s+(\d+)/', file_get_contents('/proc/self/status'), $found) ? $found[1] : '');
    $server->run(workers: 0);
    PHP, [$folder], ini: ['post_max_size' => '64M', 'upload_max_filesize' => '64M', 'upload_tmp_dir' => $folder, 'memory_limit' => '64M']);
$says = function (string $what, Response $answer): void {
    echo "$what: $answer->status ", $answer->status === 200 ? $answer->body : '', "\n";
};
$raw = ['Content-Type' => 'application/octet-stream'];
$urlencoded = ['Content-Type' => 'application/x-www-form-urlencoded'];
$bytes = str_repeat('0123456789', 30_000);
echo md5($bytes), ' ', md5(substr($bytes, 0, 100_000)), "\n";
foreach (['/usual', '/memory', '/large'] as $path) {
    $says("$path small", $server->request('PUT', $path, $raw, substr($bytes, 0, 100)));
    $says("$path raw", $server->request('PUT', $path, $raw, $bytes));
    $says("$path form", $server->post($path, 'a=' . substr($bytes, 2), $urlencoded));
    $says("$path file", $server->post($path, form([['a', 'b'], ['f', substr($bytes, 0, 100_000), 'x']]), FORM));
    $says("$path chunked", $server->request('PUT', $path, $raw + ['Transfer-Encoding' => 'chunked'], dechex(100_000) . "\r\n" . substr($bytes, 0, 100_000) . "\r\n0\r\n\r\n"));
    $says("$path larger", $server->request('PUT', $path, $raw, $bytes . 'x'));
}
$server->post('/finish', $bytes, $raw);
echo $server->get('/memory-used')->status, ' ', file_get_contents("$folder/finished"), "\n";
unlink("$folder/finished");

// Large ones are in memory nowhere.
$piece = str_repeat('0123456789abcdef', 65_536);
$before = (int) $server->get('/memory-used')->body;
$begin = "--xyz\r\nContent-Disposition: form-data; name=f; filename=x\r\n\r\n";
$end = "\r\n--xyz--";
$length = strlen($begin) + 40 * strlen($piece) + strlen($end);
$connection = $server->connect()->send("POST /large/sizes HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: $length\r\n\r\n$begin");
for ($i = 0; $i < 40; $i++) {
    $connection->send($piece);
}
$told = json_decode($connection->send($end)->readResponse()->body, true);
echo $told[0] - $length, ' ', json_encode($told[4]['f'][0]), "\n";
$grown = (int) $server->get('/memory-used')->body - $before;
echo $grown < 4096 ? 'flat' : "grown by $grown KiB", "\n";
echo open_files($server->pid, $folder), ' left, ', count(scandir($folder)) - 2, " named\n";
echo $server->stop(), $server->output(), "\n";
remove($folder);
?>
--EXPECT--
b9c683230a9e20ee0a15acf7f070f508 13572e9e296cff52b79c52148313c3a5
/usual small: 200 ["100",100,"7a08b07e84641703e5f2c836aa59a170",[],[],100,[]]
/usual raw: 200 ["300000",300000,"b9c683230a9e20ee0a15acf7f070f508",[],[],300000,[]]
/usual form: 200 ["300000",300000,"b3252b925f111bc728427f754526be8b",{"a":299998},[],300000,[]]
/usual file: 200 ["100156",0,"d41d8cd98f00b204e9800998ecf8427e",{"a":1},{"f":[100000,0,"13572e9e296cff52b79c52148313c3a5"]},100156,[]]
/usual chunked: 200 ["100000",100000,"13572e9e296cff52b79c52148313c3a5",[],[],100000,[]]
/usual larger: 413 
/memory small: 200 ["100",100,"7a08b07e84641703e5f2c836aa59a170",[],[],100,[]]
/memory raw: 200 ["300000",300000,"b9c683230a9e20ee0a15acf7f070f508",[],[],300000,[]]
/memory form: 200 ["300000",300000,"b3252b925f111bc728427f754526be8b",{"a":299998},[],300000,[]]
/memory file: 200 ["100156",0,"d41d8cd98f00b204e9800998ecf8427e",{"a":1},{"f":[100000,0,"13572e9e296cff52b79c52148313c3a5"]},100156,[]]
/memory chunked: 200 ["100000",100000,"13572e9e296cff52b79c52148313c3a5",[],[],100000,[]]
/memory larger: 413 
/large small: 200 ["100",100,"7a08b07e84641703e5f2c836aa59a170",[],[],100,[]]
/large raw: 200 ["300000",300000,"b9c683230a9e20ee0a15acf7f070f508",[],[],300000,[]]
/large form: 200 ["300000",300000,"b3252b925f111bc728427f754526be8b",{"a":299998},[],300000,[]]
/large file: 200 ["100156",0,"d41d8cd98f00b204e9800998ecf8427e",{"a":1},{"f":[100000,0,"13572e9e296cff52b79c52148313c3a5"]},100156,[]]
/large chunked: 200 ["100000",100000,"13572e9e296cff52b79c52148313c3a5",[],[],100000,[]]
/large larger: 200 ["300001",300001,"5f2da527925f5db6d3d3994d15949a8e",[],[],300001,[]]
200 300000
0 41943040
flat
0 left, 0 named
0
