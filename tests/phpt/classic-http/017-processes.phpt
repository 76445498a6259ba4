--TEST--
Servers and forks: several processes on one listener, a callback that forks, a child that begins anew
--SKIPIF--
<?php function_exists('pcntl_fork') || die('skip needs pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/evhttp.inc';

// Made before the fork: every process serves.
$server = evhttp_server(<<<'PHP'
    $http = serve(fn ($request) => (string) getmypid());
    $children = [];
    for ($n = 0; $n < 3; $n++) {
        if (($pid = pcntl_fork()) === 0) {
            run();
            exit(0);
        }
        $children[] = $pid;
    }
    run();
    foreach ($children as $pid) {
        posix_kill($pid, SIGTERM);
        pcntl_waitpid($pid, $status);
        echo pcntl_wifexited($status) && pcntl_wexitstatus($status) === 0 ? "child ended\n" : "child failed\n";
    }
    PHP);
$answers = [];
for ($n = 0; $n < 200; $n++) {
    $answers[] = $server->get('/')->body;
}
echo count($server->children()), ' children, ', array_diff($answers, [$server->pid, ...$server->children()]) === [] ? 'answered by them' : 'answered by others', ' ';
// One process that stops does not stop the others.
echo $server->stop(), ' ', $server->output();

// A callback that forks: only the parent answers, be it that the child returns, exits, throws or runs a loop.
$server = evhttp_server(<<<'PHP'
    $parent = getmypid();
    $http = serve(function ($request) use ($parent) {
        $uri = evhttp_request_uri($request);
        if (str_starts_with($uri, '/fork') && pcntl_fork() === 0) {
            switch ($uri) {
                case '/fork-exit': exit(0);
                case '/fork-throw': throw new Exception('in the child');
                case '/fork-dispatch': event_init(); event_dispatch(); fwrite(STDERR, "nothing to dispatch\n"); exit(0);
                case '/fork-free': $GLOBALS['http'] = null; break;
            }
            return 'never sent by the child';
        }
        return 'parent ' . (getmypid() === $parent ? 'itself' : 'no') . " $uri";
    });
    run();
    if (getmypid() !== $parent) {
        posix_kill(getmypid(), SIGKILL);
    }
    while (pcntl_wait($status) > 0);
    PHP, ['display_errors' => 0]);
foreach (['fork', 'fork-exit', 'fork-throw', 'fork-dispatch', 'fork-free'] as $path) {
    $connection = $server->connect();
    $other = $server->connect();
    $other->request('GET', '/other');
    // Pipelined behind it: answered once.
    $connection->send("GET /$path HTTP/1.1\r\nHost: a\r\n\r\nGET /behind HTTP/1.1\r\nHost: a\r\n\r\n");
    echo $connection->readResponse()->body, ', ', $connection->readResponse()->body, ', ', $connection->isSilentFor(0.1) ? 'nothing else' : 'more', ', ', $other->request('GET', '/other')->body, "\n";
}
$server->waitForLog('/nothing to dispatch/');
echo $server->stop(), "\n";

// A child that takes the loop over with event_reinit() serves new clients; the parent's clients stay the parent's.
$server = evhttp_server(<<<'PHP'
    $role = 'parent';
    $http = serve(function ($request) use (&$role) {
        if (evhttp_request_uri($request) === '/fork') {
            if (pcntl_fork() === 0) {
                $role = 'child';
                event_reinit();
                $kept = evhttp_request_uri($request);
                $event = event_new();
                event_set($event, SIGUSR1, EV_SIGNAL, fn () => event_loopbreak());
                event_add($event);
                fwrite(STDERR, "child " . getmypid() . "\n");
                event_dispatch();
                fwrite(STDERR, "child ended, kept $kept " . evhttp_request_uri($request) . "\n");
                exit(0);
            }
        }
        return $role;
    });
    run();
    while (pcntl_wait($status) > 0);
    PHP);
$old = $server->connect();
echo $old->request('GET', '/')->body, ' ', $old->request('GET', '/fork')->body, ' ', $old->request('GET', '/')->body, "\n";
$child = (int) $server->waitForLog('/child (\d+)/')[1];
$roles = [];
for ($n = 0; $n < 300 && count($roles) < 2; $n++) {
    // Both accept: one is held up, so that the other has to.
    posix_kill($server->pid, SIGSTOP);
    $new = $server->connect()->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    $new->isSilentFor(0.05);
    posix_kill($server->pid, SIGCONT);
    $roles[$new->readResponse()->body] = true;
    $roles[$server->get('/')->body] = true;
}
ksort($roles);
echo implode(' ', array_keys($roles)), ' ', $old->request('GET', '/')->body, "\n";
posix_kill($child, SIGUSR1);
echo $server->waitForLog('/child ended.*/')[0], "\n", $old->request('GET', '/')->body, ' ', $server->stop(), "\n";
?>
--EXPECT--
3 children, answered by them 0 child ended
child ended
child ended
parent itself /fork, parent itself /behind, nothing else, parent itself /other
parent itself /fork-exit, parent itself /behind, nothing else, parent itself /other
parent itself /fork-throw, parent itself /behind, nothing else, parent itself /other
parent itself /fork-dispatch, parent itself /behind, nothing else, parent itself /other
parent itself /fork-free, parent itself /behind, nothing else, parent itself /other
0
parent parent parent
child parent parent
child ended, kept /fork /fork
parent 0
