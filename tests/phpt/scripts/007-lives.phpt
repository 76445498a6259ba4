--TEST--
Processes are replaced after so many requests, go when their worker goes, and are no one's neighbours
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => '<?php echo getmypid(), " ", count(glob("/proc/self/fd/*"));']);
$server = serve($root, 'processes: 1, requests: 3', workers: 2);
$worker = fn () => $server->children()[0];
$connection = $server->connect();
$pids = array_map(fn () => strtok($connection->request('GET', '/')->body, ' '), range(1, 9));
echo implode(' ', array_values(array_count_values($pids))), "\n";
// stdin, stdout, stderr, the socket to the worker, and the folder that is being read
$descriptors = (int) explode(' ', $connection->request('GET', '/')->body)[1];
echo $descriptors <= 6 ? 'nothing of the server is open' : "$descriptors descriptors", "\n";
$family = family($server->pid);
foreach ($server->children() as $pid) {
    posix_kill($pid, SIGKILL);
}
$server->waitForLog('/worker \d+ ready.*\n(?s:.*)worker \d+ ready.*\n(?s:.*)worker \d+ ready.*\n(?s:.*)worker \d+ ready/');
$server->waitUntil(fn () => array_filter(array_slice($family, 1), Server::isAlive(...)) === [], 'all script processes of the killed workers are gone');
echo $server->get('/')->status, "\n";
$family = family($server->pid);
echo count($family) > 4 ? 'there is a family' : 'there is none', "\n";
posix_kill($server->pid, SIGINT);
echo $server->wait(), "\n";
// The kernel kills a worker's processes when it has ended; that takes them a moment.
$server->waitUntil(fn () => array_filter($family, Server::isAlive(...)) === [], 'all are gone');
echo "all are gone\n";
?>
--EXPECT--
3 3 3
nothing of the server is open
200
there is a family
0
all are gone
