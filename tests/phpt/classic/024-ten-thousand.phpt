--TEST--
10,000 connections on plain events: each is accepted, echoed to and closed; a cost per turn that does not grow with them
--FILE--
<?php
require __DIR__ . '/script.inc';

// Both ends are in this process; fewer where the system allows fewer descriptors.
$most = (int) trim(shell_exec('ulimit -Hn'));
posix_setrlimit(POSIX_RLIMIT_NOFILE, min($most, 21_000), $most) || exit('no limit');
$count = min(10_000, intdiv(min($most, 21_000) - 100, 2));

$server = stream_socket_server('tcp://127.0.0.1:0', $code, $error, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN,
    stream_context_create(['socket' => ['backlog' => 1024]]));
$address = 'tcp://' . stream_socket_get_name($server, false);
$accepted = $clients = $events = [];
$echoed = 0;
$accept = event($server, EV_READ | EV_PERSIST, function ($server, $flags, $event) use (&$accepted, &$echoed, $count) {
    while ($stream = @stream_socket_accept($server, 0)) {
        $read = event($stream, EV_READ | EV_PERSIST, function ($stream, $flags, $event) use (&$accepted, &$echoed) {
            $bytes = fread($stream, 100);
            if ($bytes === '') {
                unset($accepted[(int) $event]);
                fclose($stream);
                event_free($event);
                return;
            }
            $echoed++;
            fwrite($stream, $bytes);
        });
        $accepted[(int) $read] = $read;
    }
    count($accepted) >= $count && event_loopbreak();
});
while (count($clients) < $count) {
    for ($batch = 0; $batch < 500 && count($clients) < $count; $batch++) {
        $clients[] = stream_socket_client($address, $code, $error, 5);
    }
    $turn = timer(0, fn () => event_loopbreak());
    event_dispatch();
}
unset($turn);
if (count($accepted) < $count) {
    event_dispatch();
}
echo count($accepted) === $count ? "all are connected\n" : count($accepted) . " of $count are connected\n";

// All speak at once, each is answered.
$answers = 0;
foreach ($clients as $number => $client) {
    fwrite($client, "I am $number");
    $events[$number] = event($client, EV_READ, function ($stream) use ($number, &$answers, $count) {
        fread($stream, 100) === "I am $number" || print "wrong answer\n";
        ++$answers === $count && event_loopbreak();
    });
}
event_dispatch();
echo $answers === $count && $echoed === $count ? "all are answered\n" : "$answers of $count are answered\n";

// While all are idle one pair goes back and forth; its time is that of one pair alone, more or less.
[$one, $two] = pair();
$turns = 0;
fwrite($two, 'x');
$pong = [event($one, EV_READ | EV_PERSIST, function ($stream) use ($one, &$turns) {
    fwrite($one, fread($stream, 1));
    ++$turns >= 20_000 && event_loopbreak();
}), event($two, EV_READ | EV_PERSIST, function ($stream) use ($two) {
    fwrite($two, fread($stream, 1));
})];
$begin = cpu();
event_dispatch();
$many = cpu() - $begin;
echo $turns >= 20_000 ? "back and forth\n" : "stuck\n";

// All leave: every event ends, and the loop with the last.
array_map('event_free', $pong);
event_free($accept);
foreach ($clients as $client) {
    fclose($client);
}
event_dispatch();
echo count($accepted), " left\n";

// The same without the crowd.
$pong = [event($one, EV_READ | EV_PERSIST, function ($stream) use ($one, &$turns) {
    fwrite($one, fread($stream, 1));
    ++$turns >= 40_000 && event_loopbreak();
}), event($two, EV_READ | EV_PERSIST, function ($stream) use ($two) {
    fwrite($two, fread($stream, 1));
})];
$begin = cpu();
event_dispatch();
$few = cpu() - $begin;
// Measured in the same process one after the other; a loop that looks at each of 10,000 would take a hundred times as long.
echo $many < 20 * $few + 50_000 ? "not slower\n" : "slower: $many us with all, $few us alone\n";

/** Microseconds of the processor that this process has used. */
function cpu(): float
{
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1e6 + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
}
?>
--EXPECT--
all are connected
all are answered
back and forth
0 left
not slower
