--TEST--
Uploads: a disk that takes no more, a folder that is gone and too many open files cost a request and a line in the log
--FILE--
<?php
require __DIR__ . '/form.inc';

$folder = folder();
$server = Server::start(<<<'PHP'
    use Kargo\Http\{Options, Request, Server, Uploads};
    pcntl_signal(SIGXFSZ, SIG_IGN);
    $server = Server::listen('127.0.0.1:0', new Options(uploads: new Uploads(directory: $argv[1], diskBytes: 400_000)));
    $server->post('/', fn(Request $r) => $r->file('f')->size() . '');
    $server->post('/wait', function (Request $r) { Kargo\delay(0.2); return 'waited'; });
    $server->run(workers: 0);
    PHP, [$folder]);
$post = fn(int $size) => $server->post('/', form([['f', str_repeat('x', $size), 'x']]), FORM);
$says = function (string $what, Response $answer): void {
    echo "$what: $answer->status ", $answer->status === 200 ? $answer->body : '', "\n";
};
$log = function () use ($server): string {
    preg_match_all('/error .*a form with files was refused error="?([^"\n]*)/', $server->log(), $found);

    return implode("\n", $found[1]) . "\n";
};
$says('before', $post(100_000));
// A file that can't grow is what a full disk looks like.
exec("prlimit --pid $server->pid --fsize=50000:");
$says('full', $post(100_000));
$says('small', $post(40_000));
exec("prlimit --pid $server->pid --fsize=1000000000:");
$says('room again', $post(100_000));
$says('all that may be used', $post(400_001));
remove($folder);
$says('no folder', $post(10));
$says('fields need none', $server->post('/wait', form([['a', '1']]), FORM));
folder();
$says('a folder again', $post(10));
$parts = array_fill(0, 10, ['f', 'x', 'x']);
$connection = $server->connect();
$says('connected', $connection->request('POST', '/', FORM, form($parts)));
$most = count(glob("/proc/$server->pid/fd/*")) + 5;
exec("prlimit --pid $server->pid --nofile=$most:");
$says('descriptors', $connection->request('POST', '/', FORM, form($parts)));
exec("prlimit --pid $server->pid --nofile=500:");
$says('again', $server->post('/', form($parts), FORM));
echo open_files($server->pid, $folder), " left\n";
echo $log();
echo $server->stop(), $server->output(), "\n";
remove($folder);
?>
--EXPECT--
before: 200 100000
full: 507 
small: 200 40000
room again: 200 100000
all that may be used: 503 
no folder: 500 
fields need none: 200 waited
a folder again: 200 10
connected: 200 1
descriptors: 503 
again: 200 1
0 left
can't store a file: File too large (os error 27)
0
