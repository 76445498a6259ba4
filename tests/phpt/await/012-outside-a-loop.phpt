--TEST--
delay() outside a running loop sleeps; what it refuses as an argument
--FILE--
<?php
$begin = hrtime(true);
Kargo\delay(0.05);
echo hrtime(true) - $begin >= 50_000_000 ? "slept\n" : "too short\n";
Kargo\delay(0);
foreach ([-1, -0.001, NAN, INF, -INF, 1e300] as $seconds) {
    try {
        Kargo\delay($seconds);
        echo "accepted $seconds\n";
    } catch (ValueError $error) {
        echo get_class($error), ': ', $error->getMessage(), "\n";
    }
}
try {
    Kargo\delay('soon');
} catch (TypeError $error) {
    echo get_class($error), "\n";
}
// Before and after a loop it sleeps too.
Kargo\Loop::defer(fn () => null);
Kargo\Loop::run();
$begin = hrtime(true);
Kargo\delay(0.02);
echo hrtime(true) - $begin >= 20_000_000 ? "slept\n" : "too short\n";
?>
--EXPECTF--
slept
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
ValueError: Kargo\delay(): Argument #1 ($seconds) must be %s
TypeError
slept
