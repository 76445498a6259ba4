--TEST--
Quirk 7: callbacks as 'name', 'C::m', array(obj, 'm'), closures, objects; what they hold lives as long as they are called
--FILE--
<?php
require __DIR__ . '/script.inc';

function called($stream, $flags, $event) { echo "function\n"; }
class C
{
    public static function statically($stream, $flags, $event) { echo "static method\n"; }
    public function method($stream, $flags, $event) { echo "method\n"; }
    public function __invoke($stream, $flags, $event) { echo "invoked\n"; }
    public function __call($name, $arguments) { echo "$name of __call, ", count($arguments), "\n"; }
    public static function __callStatic($name, $arguments) { echo "$name of __callStatic, ", count($arguments), "\n"; }
}
foreach (['called', 'C::statically', ['C', 'statically'], [new C(), 'method'], new C(), 'C::magic',
    [new C(), 'magic'], called(...), fn ($stream, $flags, $event) => print "closure\n",
    static function () { echo "static closure, ", func_num_args(), "\n"; }] as $callback) {
    $event = timer(0, $callback);
    unset($callback);
    event_dispatch();
}

// A method whose object nobody else holds: it frees its own event, or sets it anew, and goes on.
final class Held
{
    public string $text = 'still here';
    public function __construct(private string $how) {}
    public function __destruct() { echo "destructed\n"; }
    public function fire($stream, $flags, $event): void
    {
        match ($this->how) {
            'free' => event_free($event),
            'set' => event_set($event, -1, 0, static fn () => print "set anew\n"),
            'drop' => array_pop($GLOBALS['held']),
        };
        echo $this->how, ': ', $this->text, "\n";
        $this->how === 'set' && event_add($event, 0);
    }
}
foreach (['free', 'set', 'drop'] as $how) {
    $held = [timer(0, [new Held($how), 'fire'])];
    event_dispatch();
    $held = [];
}

// A destructor that runs when its event goes may use events itself.
final class Last { public function __destruct() { $GLOBALS['late'] = timer(0, fn () => print "from a destructor\n"); } public function fire() {} }
$event = timer(0, [new Last(), 'fire']);
event_free($event);
event_dispatch();

// By reference, and a function that wants more than it gets.
$event = timer(0, function (&$stream, &$flags, &$event) { $stream = $flags = $event = null; echo "by reference\n"; });
event_dispatch();
$event = timer(0, function ($one, $two, $three, $four) { echo "not called\n"; });
attempt('event_dispatch');
?>
--EXPECTF--
function
static method
static method
method
invoked
magic of __callStatic, 3
magic of __call, 3
function
closure
static closure, 3
free: still here
destructed
set: still here
destructed
set anew
drop: still here
destructed
from a destructor

Warning: {closure%S}(): Argument #1 ($stream) must be passed by reference, value given in %s on line %d

Warning: {closure%S}(): Argument #2 ($flags) must be passed by reference, value given in %s on line %d

Warning: {closure%S}(): Argument #3 ($event) must be passed by reference, value given in %s on line %d
by reference
ArgumentCountError: Too few arguments to function {closure%S}(), 3 passed and exactly 4 expected
