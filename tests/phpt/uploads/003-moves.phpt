--TEST--
Uploads: files are moved as a whole or not at all, and never over others unless that is asked for
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\Http\{Request, Uploads};
    umask(027);
    $folder = $argv[1];
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $try = function (callable $what): mixed {
        try {
            return $what();
        } catch (Throwable $e) {
            return $e::class . ': ' . $e->getMessage();
        }
    };
    $server->post('/move', function (Request $r) use ($folder, $try) {
        [$one, $two, $three] = $r->files();
        $same = $r->file('f');
        return [
            $one->moveTo("$folder/one"), $one->isMoved(), $same->isMoved(), $one->size(), $one->clientFilename(), file_get_contents("$folder/one"),
            decoct(fileperms("$folder/one") & 0777),
            $try(fn() => $one->moveTo("$folder/again")), $try(fn() => $same->contents()), $try(fn() => $one->stream()),
            $try(fn() => $two->moveTo("$folder/one")), file_get_contents("$folder/one"), $two->isMoved(), $two->contents(),
            $two->moveTo("$folder/one", overwrite: true), file_get_contents("$folder/one"),
            $try(fn() => $three->moveTo('')), $try(fn() => $three->moveTo("a\0b")), $try(fn() => $three->moveTo("$folder/no/such")), $try(fn() => $three->moveTo($folder)), $try(fn() => $three->moveTo($folder, true)),
            $three->contents(), $try(fn() => $three->moveTo("$folder/one/x", true)),
        ];
    });
    $server->post('/relative', function (Request $r) use ($folder) {
        chdir($folder);
        $r->file('f')->moveTo('relative');
        return file_get_contents("$folder/relative");
    });
    $server->post('/far', function (Request $r) {
        // Memory is another file system than any disk.
        $far = '/dev/shm/kargo-upload-' . getmypid();
        $r->file('f')->moveTo($far);
        $size = filesize($far);
        try {
            $r->file('g')->moveTo($far);
        } catch (Kargo\TransportException) {
            $r->file('g')->moveTo($far, true);
        }
        clearstatcache();
        $then = [$size, filesize($far), decoct(fileperms($far) & 0777), count(glob('/dev/shm/.kargo-upload-*'))];
        unlink($far);
        return $then;
    }, new Uploads(directory: $folder));
    $server->run(workers: 0);
    PHP, [$folder]);
$answer = $server->post('/move', form([['f', 'first', 'a.txt'], ['f', 'second', 'b'], ['f', 'third', 'c']]), FORM)->body;
echo str_replace([$folder, '],"', ',"'], ['FOLDER', "],\n\"", ",\n\""], $answer), "\n";
echo implode(' ', array_diff(scandir($folder), ['.', '..'])), "\n";
echo $server->post('/relative', form([['f', 'here', 'x']]), FORM)->body, "\n";
echo is_dir('/dev/shm') && is_writable('/dev/shm')
    ? $server->post('/far', form([['f', str_repeat('x', 300_000), 'x'], ['g', str_repeat('y', 200_000), 'y']]), FORM)->body
    : '[300000,200000,"640",0]', "\n";
echo implode(' ', array_diff(scandir($folder), ['.', '..'])), "\n";
echo $server->stop(), $server->output(), "\n";
remove($folder);
?>
--EXPECT--
[null,true,true,5,
"a.txt",
"first",
"640",
"Error: this UploadedFile was moved",
"Error: this UploadedFile was moved",
"Error: this UploadedFile was moved",
"Kargo\\TransportException: can't move the uploaded file to FOLDER/one: File exists (os error 17)",
"first",false,
"second",null,
"second",
"ValueError: Kargo\\Http\\UploadedFile::moveTo(): Argument #1 ($path) must be the path of a file",
"ValueError: Kargo\\Http\\UploadedFile::moveTo(): Argument #1 ($path) must be the path of a file",
"Kargo\\TransportException: can't move the uploaded file to FOLDER/no/such: No such file or directory (os error 2)",
"Kargo\\TransportException: can't move the uploaded file to FOLDER: File exists (os error 17)",
"Kargo\\TransportException: can't move the uploaded file to FOLDER: Is a directory (os error 21)",
"third",
"Kargo\\TransportException: can't move the uploaded file to FOLDER/one/x: Not a directory (os error 20)"]
one
here
[300000,200000,"640",0]
one relative
0
