--TEST--
What a process says beside its answers is given to nobody: a frame about another request, and bytes while it is idle
--SKIPIF--
<?php
if (!extension_loaded('ffi') && !is_file(ini_get('extension_dir') . '/ffi.so')) {
    echo 'skip needs the extension ffi';
}
?>
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    $libc = FFI::cdef('long write(int fd, const char *bytes, size_t count); int dup(int fd);');
    foreach (glob('/proc/self/fd/*') as $link) {
        if (str_starts_with((string) @readlink($link), 'socket:')) {
            $socket = (int) basename($link);
        }
    }
    // a whole answer as the process itself sends it, about a request that is nobody's
    $head = pack('S', 200) . "Content-Type: text/plain\0";
    $payload = pack('L', strlen($head)) . $head . 'page of nobody';
    $frame = 'W' . pack('LQ', strlen($payload), 1 << 40) . $payload;
    switch ($_GET['how'] ?? '') {
        case 'before':
            $libc->write($socket, $frame, strlen($frame));
            break;
        case 'idle':
            $copy = $libc->dup($socket);
            if (pcntl_fork() === 0) {
                usleep(200_000);
                $libc->write($copy, $frame, strlen($frame));
                exit;
            }
    }
    echo "page of {$_GET['me']} in ", getmypid();
    PHP]);
$ini = extension_loaded('ffi') ? ['ffi.enable' => 1] : ['extension' => 'ffi', 'ffi.enable' => 1];
$server = serve($root, 'processes: 1', ini: $ini);
$get = function (string $query) use ($server, &$pid): string {
    $answer = $server->get("/?$query");
    if ($answer->status !== 200) {
        return (string) $answer->status;
    }
    [$page, $now] = explode(' in ', $answer->body);
    $is = $pid === $now ? 'same process' : 'new process';
    $pid = $now;

    return "$page, $is";
};
foreach (['me=1', 'me=2&how=before', 'me=3', 'me=4&how=idle'] as $query) {
    echo $get($query), "\n";
}
$server->waitForLog('/has sent something after its answer/');
foreach (['me=5', 'me=6'] as $query) {
    echo $get($query), "\n";
}
echo preg_match_all('/it is about another request/', $server->log()), ' ', $server->stop(), "\n";
?>
--EXPECT--
page of 1, new process
502
page of 3, new process
page of 4, same process
page of 5, new process
page of 6, same process
1 0
