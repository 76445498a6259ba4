--TEST--
Bufferevents whose callbacks free them, drop the last handle, close their stream, throw, exit, run the loop again
--FILE--
<?php
require __DIR__ . '/script.inc';

$log = [];
$say = function () use (&$log) { echo implode(', ', $log), "\n"; $log = []; };

// In each of the three callbacks.
foreach (['read', 'write', 'error'] as $which) {
    foreach (['free', 'drop', 'close', 'close and free', 'close and drop', 'throw', 'dispatch', 'free and dispatch', 'wait', 'other'] as $what) {
        [$one, $two] = pair();
        $calls = 0;
        $hostile = function () use ($what, $which, &$calls, $one, &$log) {
            if (++$calls > 1) {
                return;
            }
            $GLOBALS['end'] = timer(10_000, fn () => event_loopbreak());
            $be = $which === 'error' ? func_get_arg(1) : func_get_arg(0);
            str_contains($what, 'close') && fclose($one);
            str_contains($what, 'free') && bufferevent_free($be);
            str_contains($what, 'drop') && $GLOBALS['be'] = null;
            if (str_contains($what, 'dispatch')) {
                $inner = timer(1000, fn () => event_loopbreak());
                event_dispatch();
            }
            $what === 'wait' && Kargo\delay(0.002);
            if (!str_contains($what, 'free')) {
                get_resource_type($be) === 'BUFFEREVENT' || print "$which $what: no handle\n";
                $text = '';
                bufferevent_read($be, $text, 100);
                bufferevent_disable($be, EV_READ);
                bufferevent_write($be, 'x');
            }
            if ($what === 'throw') {
                throw new DomainException('x');
            }
        };
        $quiet = fn () => null;
        $be = bufferevent_new($one, $which === 'read' ? $hostile : $quiet, $which === 'write' ? $hostile : $quiet, $which === 'error' ? $hostile : $quiet);
        $which !== 'write' && bufferevent_enable($be, EV_READ);
        match ($which) {
            'read' => fwrite($two, 'hello'),
            'write' => bufferevent_write($be, 'hello'),
            'error' => fclose($two),
        };
        try {
            event_dispatch();
        } catch (DomainException) {
            $log[] = 'thrown';
        }
        $log[] = $calls > 0 ? $what : "$what: not called";
        // An inner run that is still there, and what is left of the bufferevent, end here.
        unset($be, $end);
        event_dispatch();
    }
    echo "$which: ";
    $say();
}
echo script('
    [$one, $two] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $be = bufferevent_new($one, function ($be) { bufferevent_free($be); exit(7); }, "strlen", "strlen");
    bufferevent_enable($be, EV_READ);
    fwrite($two, "x");
    event_dispatch();
    echo "must not be reached\n";
'), "\n";

// A callback that frees another one which is due.
$pairs = [pair(), pair(), pair()];
$bes = [];
foreach ($pairs as $number => [$one, $two]) {
    fwrite($two, 'x');
    $bes[$number] = bufferevent_new($one, function ($be) use (&$bes, &$log, $number) {
        $log[] = 'called';
        foreach ($bes as $other => $it) {
            if ($it !== $be) {
                $other % 2 ? bufferevent_free($it) : fclose($GLOBALS['pairs'][$other][0]);
            }
        }
        bufferevent_disable($be, EV_READ);
    }, 'strlen', 'strlen');
    bufferevent_enable($bes[$number], EV_READ);
}
event_dispatch();
$say();

// The object whose methods are the callbacks is nobody else's.
final class Held
{
    public string $text = 'still here';
    public function read($be) { bufferevent_free($be); echo $this->text, "\n"; }
    public function write($be) {}
    public function error($stream, $be, $what) {}
    public function __destruct() { echo "destructed\n"; }
}
[$one, $two] = pair();
$held = new Held();
$be = bufferevent_new($one, [$held, 'read'], [$held, 'write'], [$held, 'error']);
unset($held);
bufferevent_enable($be, EV_READ);
fwrite($two, 'x');
event_dispatch();

// A __toString() of what is written or read into, that frees the bufferevent.
final class Frees { public function __toString() { bufferevent_free($GLOBALS['be']); return 'late'; } }
$be = bufferevent_new($one, 'strlen', 'strlen', 'strlen');
echo json_encode(bufferevent_write($be, new Frees())), ' ';
$be = bufferevent_new($one, 'strlen', 'strlen', 'strlen');
$target = new Frees();
echo json_encode([bufferevent_read($be, $target, 10), $target]), "\n";

// The stream is closed under the live bufferevent, and its number reused by what is watched, or written to, by others.
foreach (['free', 'drop', 'write', 'enable', 'nothing'] as $what) {
    [$one, $two] = pair();
    $be = bufferevent_new($one, function () use (&$log) { $log[] = 'must not be called'; }, fn () => null, function () use (&$log) { $log[] = 'no error either'; });
    bufferevent_enable($be, EV_READ);
    bufferevent_write($be, 'a secret');
    fclose($one);
    [$three, $four] = pair();
    $event = event($three, EV_READ, function ($stream) use (&$log, $what) { $log[] = "$what " . fread($stream, 10); });
    match ($what) {
        'free' => bufferevent_free($be),
        'drop' => $be = null,
        'write' => json_encode([bufferevent_write($be, 'more'), bufferevent_read($be, $text, 10)]) === '[false,0]' || print "written\n",
        'enable' => bufferevent_enable($be, EV_READ | EV_WRITE) && print "enabled\n",
        default => null,
    };
    fwrite($four, 'three');
    event_dispatch();
    stream_set_blocking($four, false);
    $log[] = json_encode(fread($four, 100));
}
$say();

// A thousand of them that do anything to each other, in an order that is always the same.
mt_srand(11);
$bes = $streams = [];
$calls = 0;
$act = function () use (&$bes, &$streams, &$calls, &$act) {
    if (++$calls > 10_000) {
        event_loopbreak();
        return;
    }
    $be = func_num_args() === 3 ? func_get_arg(1) : func_get_arg(0);
    if (is_resource($be) && get_resource_type($be) === 'BUFFEREVENT') {
        bufferevent_read($be, $text, mt_rand(1, 100));
    }
    for ($times = 0; $times < 3; $times++) {
        $number = mt_rand(0, 299);
        $it = $bes[$number] ?? null;
        switch (mt_rand(0, 9)) {
            case 0: is_resource($it) && bufferevent_free($it); break;
            case 1: unset($bes[$number]); break;
            case 2: isset($streams[$number]) && is_resource($streams[$number][0]) && fclose($streams[$number][0]); break;
            case 3: isset($streams[$number]) && is_resource($streams[$number][1]) && fclose($streams[$number][1]); break;
            case 4: is_resource($it) && bufferevent_write($it, str_repeat('x', mt_rand(0, 100_000))); break;
            case 5: is_resource($it) && bufferevent_enable($it, mt_rand(0, 6)); break;
            case 6: is_resource($it) && bufferevent_disable($it, mt_rand(0, 6)); break;
            default:
                $streams[$number] = pair();
                stream_set_blocking($streams[$number][1], false);
                fwrite($streams[$number][1], 'x');
                $bes[$number] = bufferevent_new($streams[$number][0], $act, $act, $act);
                bufferevent_enable($bes[$number], EV_READ | EV_WRITE);
                mt_rand(0, 1) && bufferevent_settimeout($bes[$number], 0.001, 0.001);
        }
    }
    if (mt_rand(0, 99) === 0) {
        throw new DomainException();
    }
};
for ($rounds = 0; $calls <= 10_000 && $rounds < 10_000; $rounds++) {
    try {
        $starter = timer(0, $act);
        event_dispatch();
    } catch (DomainException) {
    }
}
echo $calls > 10_000 ? "survived\n" : "ended after $calls\n";
?>
--EXPECT--
read: free, drop, close, close and free, close and drop, thrown, throw, dispatch, free and dispatch, wait, other
write: free, drop, close, close and free, close and drop, thrown, throw, dispatch, free and dispatch, wait, other
error: free, drop, close, close and free, close and drop, thrown, throw, dispatch, free and dispatch, wait, other
[exit 7]
called
still here
destructed
false [0,"late"]
free three, "", drop three, "", write three, "", enable three, "", nothing three, ""
survived
