--TEST--
Memory stays flat over many thousands of events, bases, callbacks and connections
--FILE--
<?php
require __DIR__ . '/script.inc';

$server = stream_socket_server('tcp://127.0.0.1:0');
$address = 'tcp://' . stream_socket_get_name($server, false);
$rounds = [
    'events freed' => function () {
        $event = timer(60_000_000, fn () => null);
        event_free($event);
    },
    'events dropped' => function () {
        [$one] = pair();
        $event = event($one, EV_READ | EV_PERSIST, fn () => null);
    },
    'events called' => function () {
        $event = timer(0, fn () => null);
        event_dispatch();
    },
    'events that free themselves' => function () {
        [$one] = pair();
        $event = event($one, EV_WRITE | EV_PERSIST, fn ($stream, $flags, $event) => event_free($event));
        event_dispatch();
    },
    'streams closed under their events' => function () {
        [$one] = pair();
        $event = event($one, EV_READ | EV_PERSIST, fn () => null);
        fclose($one);
        event_dispatch();
    },
    'exceptions' => function () {
        $event = timer(0, fn () => throw new DomainException('x'));
        try {
            event_dispatch();
        } catch (DomainException) {
        }
    },
    'added, deleted and set again without a run' => function () {
        static $event;
        $event ??= event_new();
        for ($times = 0; $times < 10; $times++) {
            event_set($event, -1, 0, fn () => null);
            event_add($event, 0);
            event_del($event);
        }
    },
    'bases' => function () {
        $base = event_base_new();
        $event = event_new();
        event_set($event, -1, 0, fn () => null);
        event_base_set($event, $base);
        event_add($event, 0);
        event_base_loop($base);
    },
    'inner runs' => function () {
        $event = timer(0, function () { $inner = timer(0, fn () => null); event_dispatch(); });
        event_dispatch();
    },
    'bufferevents dropped' => function () {
        [$one, $two] = pair();
        $be = bufferevent_new($one, fn () => null, fn () => null, fn () => null);
        bufferevent_enable($be, EV_READ);
        bufferevent_write($be, 'never sent');
    },
    'bufferevents freed, moved, set anew' => function () {
        static $base;
        $base ??= event_base_new();
        [$one, $two] = pair();
        $be = bufferevent_new($one, fn () => null, fn () => null, fn () => null);
        bufferevent_base_set($be, $base);
        bufferevent_fd_set($be, $two);
        bufferevent_settimeout($be, 10, 10);
        bufferevent_write($be, str_repeat('x', 1000));
        bufferevent_free($be);
    },
    'bufferevents in use' => function () {
        [$one, $two] = pair();
        $text = '';
        $be = bufferevent_new($one, function ($be) use (&$text) {
            bufferevent_read($be, $text, 100_000) && bufferevent_write($be, $text);
            bufferevent_disable($be, EV_READ);
        }, fn () => null, fn () => null);
        $peer = bufferevent_new($two, fn ($be) => bufferevent_free($be), fn () => null, fn () => null);
        bufferevent_enable($be, EV_READ);
        bufferevent_enable($peer, EV_READ);
        bufferevent_write($peer, str_repeat('x', 10_000));
        event_dispatch();
    },
    'streams closed under bufferevents' => function () {
        [$one, $two] = pair();
        $be = bufferevent_new($one, fn () => null, fn () => null, fn () => null);
        bufferevent_enable($be, EV_READ);
        bufferevent_write($be, 'never sent');
        fclose($one);
        event_dispatch();
    },
    'connections' => function () use ($server, $address) {
        $accept = event($server, EV_READ, function ($server) use (&$read) {
            $stream = stream_socket_accept($server, 0, $name);
            $read = event($stream, EV_READ | EV_PERSIST, function ($stream, $flags, $event) {
                $bytes = fread($stream, 100);
                if ($bytes === '') {
                    event_del($event);
                    fclose($stream);
                    return;
                }
                fwrite($stream, $bytes);
            });
        });
        $client = stream_socket_client($address);
        fwrite($client, 'hello');
        $answer = event($client, EV_READ, fn ($stream) => fread($stream, 100) === 'hello' && fclose($stream));
        event_dispatch();
    },
];
foreach ($rounds as $name => $round) {
    $count = $name === 'connections' ? 2000 : 5000;
    for ($number = 0; $number < $count / 5; $number++) {
        $round();
    }
    $before = [rss(), memory_get_usage(), count(glob('/proc/self/fd/*'))];
    for ($number = 0; $number < $count; $number++) {
        $round();
    }
    $grown = [rss() - $before[0], memory_get_usage() - $before[1], count(glob('/proc/self/fd/*')) - $before[2]];
    echo $name, ': ', $grown[0] < 1_000_000 && $grown[1] < 20_000 && $grown[2] <= 0 ? 'flat' : implode(' ', $grown), "\n";
}
?>
--EXPECT--
events freed: flat
events dropped: flat
events called: flat
events that free themselves: flat
streams closed under their events: flat
exceptions: flat
added, deleted and set again without a run: flat
bases: flat
inner runs: flat
bufferevents dropped: flat
bufferevents freed, moved, set anew: flat
bufferevents in use: flat
streams closed under bufferevents: flat
connections: flat
