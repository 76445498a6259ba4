--TEST--
export(): objects, classes, callables; what can't be exported is refused with a reason
--FILE--
<?php
use Kargo\Rpc\Api;
use Kargo\Rpc\Hidden;

class Base { public function inherited() { return static::class; } protected function guarded() {} }
trait Helps { public function helped() {} private function own() {} }
class Service extends Base implements Countable, IteratorAggregate {
    use Helps;
    public function __construct(public int $started = 0) {}
    public function visible() {}
    #[Hidden] public function hidden() {}
    #[Kargo\Rpc\Hidden] public static function hiddenToo() {}
    private function secret() {}
    protected function guarded() {}
    public static function still() {}
    public function __get($name) {}
    public function __call($name, $arguments) {}
    public static function __callStatic($name, $arguments) {}
    public function __invoke() {}
    public function count(): int { return 0; }
    public function getIterator(): Iterator { return new EmptyIterator(); }
}
class NeedsArguments { public function __construct(int $x) {} public function f() {} public static function g() {} }
class OnlyNeedsArguments { public function __construct(int $x) {} public function f() {} }
abstract class Unfinished { public function f() {} public static function g() {} }
class Nothing { private function f() {} }
class ByReference { public function f(int &$x) {} }
class Takes { public function f(PDOStatement $x) {} }
class TakesMaybe { public function f(?PDOStatement $x = null, PDOStatement|int $y = 1) {} }
class Invokable { public function __invoke(int $x): int { return $x; } }
interface Contract { public function agreed(int $x): int; }
enum Suit: string { case H = 'h'; public function label() {} public static function all() {} }
function plain(int $x = 1) { return $x; }

$try = function (string $label, mixed $what, string $as = '', ?Api $api = null): void {
    $api ??= new Api();
    try {
        $api->export($what, as: $as);
        echo "$label: ", implode(' ', $api->methods()), "\n";
    } catch (Throwable $error) {
        echo "$label: ", $error::class, ': ', $error->getMessage(), "\n";
    }
};
$try('object', new Service(), 's');
$try('object without a name', new Service());
$try('class', 'Service', 's');
$try('class in another case', '\\service', 's');
$try('class that needs arguments', NeedsArguments::class, 'n');
$try('object of it', new NeedsArguments(1), 'n');
$try('class with nothing else', OnlyNeedsArguments::class);
$try('abstract class', Unfinished::class);
$try('interface', Contract::class);
$try('enum', Suit::class);
$try('nothing to call', new Nothing());
$try('no such class', 'NoSuchThing');
$try('empty', '');
$try('function', 'plain');
$try('function with a name', 'plain', 'p');
$try('internal function', 'strtoupper');
$try('static method', 'Service::still', 'still');
$try('array', [new Service(), 'visible'], 'v');
$try('array to nothing', [new Service(1), 'nope'], 'v');
$try('private method', [new Nothing(), 'f'], 'v');
$try('not callable', ['x'], 'v');
$try('closure', fn () => 1, 'c');
$try('closure without a name', fn () => 1);
$try('first-class callable', strlen(...), 'len');
$try('invokable', new Invokable(), 'i');
$try('invokable without a name', new Invokable());
$try('factory', fn (): Service => new Service(), 's');
$try('factory of what needs arguments', fn (): NeedsArguments => new NeedsArguments(1), 'n');
$try('factory of an interface', fn (): Contract => throw new Exception(), 's');
$try('no factory: a parameter', fn (int $x): Service => new Service(), 's');
$try('no factory: nullable', fn (): ?Service => null, 's');
$try('no factory: a value', fn (): DateTimeImmutable => new DateTimeImmutable(), 's');
$try('no factory: stdClass', fn (): stdClass => (object) [], 's');
$try('no factory: iterator', fn (): Iterator => new EmptyIterator(), 's');
$try('no factory: Binary', fn (): Kargo\Rpc\Binary => new Kargo\Rpc\Binary(''), 's');
$try('factory of nothing known', fn (): NoSuchThing => 1, 's');
$try('by reference', new ByReference());
$try('by reference, closure', function (array &$x) {}, 'c');
$try('impossible type', new Takes());
$try('possible types', new TakesMaybe());
$try('bad name', new Invokable(), 'a b');
$try('bad bytes', fn () => 1, "\xff");
$try('name with letters', fn () => 1, 'größe/x:y.z');
$try('reserved', fn () => 1, 'rpc.x');
$try('reserved namespace', new Service(), 'rpc');
$try('system', fn () => 1, 'system.x');
$try('not reserved', fn () => 1, 'rpcx');
$api = new Api();
$api->export(new Service(), 'a');
$try('taken', new Service(), 'a', $api);
$try('taken by a callable', fn () => 1, 'a.count', $api);
$try('another name', fn () => 1, 'b', $api);
$try('42', 42);

foreach ([['PDOException'], ['Exception', 'Throwable'], ['stdClass'], ['NoSuchThing'], [''], []] as $classes) {
    try {
        echo (new Api())->allow(...$classes) instanceof Api ? "allowed\n" : '';
    } catch (Throwable $error) {
        echo $error::class, ': ', $error->getMessage(), "\n";
    }
}
foreach ([['batchLimit' => 0], ['depthLimit' => -1], ['batchLimit' => PHP_INT_MAX]] as $options) {
    try {
        new Api(...$options);
    } catch (Throwable $error) {
        echo $error::class, ': ', $error->getMessage(), "\n";
    }
}
spl_autoload_register(function (string $class) { if ($class === 'Loaded') { throw new LogicException('from the autoloader'); } });
$try('autoloader that throws', fn (): Loaded => 1, 's');
try { (new Api())->__construct(); } catch (Error $error) { echo $error->getMessage(), "\n"; }
try { clone $api; } catch (Error $error) { echo $error->getMessage(), "\n"; }
?>
--EXPECT--
object: s.visible s.still s.count s.getIterator s.inherited s.helped
object without a name: visible still count getIterator inherited helped
class: s.visible s.still s.count s.getIterator s.inherited s.helped
class in another case: s.visible s.still s.count s.getIterator s.inherited s.helped
class that needs arguments: n.g
object of it: n.f n.g
class with nothing else: Kargo\ConfigurationException: OnlyNeedsArguments has no public method that could be exported without an object of it
abstract class: g
interface: Kargo\ConfigurationException: Contract has no public method that could be exported without an object of it
enum: all cases from tryFrom
nothing to call: Kargo\ConfigurationException: Nothing has no public method that could be exported
no such class: Kargo\ConfigurationException: NoSuchThing is neither a class nor something callable
empty: Kargo\ConfigurationException:  is neither a class nor something callable
function: plain
function with a name: p
internal function: strtoupper
static method: still
array: v
array to nothing: v
private method: Kargo\ConfigurationException: not callable: cannot access private method Nothing::f()
not callable: Kargo\ConfigurationException: not callable: array callback must have exactly two members
closure: c
closure without a name: Kargo\ConfigurationException: a callable needs a name: export($callable, as: 'name')
first-class callable: len
invokable: i
invokable without a name: Kargo\ConfigurationException: Invokable has no public method that could be exported
factory: s.visible s.still s.count s.getIterator s.inherited s.helped
factory of what needs arguments: n.f n.g
factory of an interface: s.agreed
no factory: a parameter: s
no factory: nullable: s
no factory: a value: s
no factory: stdClass: s
no factory: iterator: s
no factory: Binary: s
factory of nothing known: Kargo\ConfigurationException: the factory is declared to return NoSuchThing, which is no class
by reference: Kargo\ConfigurationException: ByReference::f() takes $x by reference, which no remote caller can give; hide it with #[Kargo\Rpc\Hidden]
by reference, closure: Kargo\ConfigurationException: c() takes $x by reference, which no remote caller can give; hide it with #[Kargo\Rpc\Hidden]
impossible type: Kargo\ConfigurationException: Takes::f() takes $x of a type that can't be sent (PDOStatement can't be made by a public constructor that takes its members); hide the method with #[Kargo\Rpc\Hidden]
possible types: f
bad name: Kargo\ConfigurationException: "a b" can't be a name: letters, digits and _ . : / are allowed
bad bytes: Kargo\ConfigurationException: "�" can't be a name: letters, digits and _ . : / are allowed
name with letters: größe/x:y.z
reserved: Kargo\ConfigurationException: rpc.x can't be exported: names that begin with "rpc." or "system." are the protocols'
reserved namespace: Kargo\ConfigurationException: rpc.visible can't be exported: names that begin with "rpc." or "system." are the protocols'
system: Kargo\ConfigurationException: system.x can't be exported: names that begin with "rpc." or "system." are the protocols'
not reserved: rpcx
taken: Kargo\ConfigurationException: a.visible is exported already
taken by a callable: Kargo\ConfigurationException: a.count is exported already
another name: a.visible a.still a.count a.getIterator a.inherited a.helped b
42: Kargo\ConfigurationException: not callable: no array or string given
allowed
allowed
Kargo\ConfigurationException: stdClass is no exception class, so it can't be allowed
Kargo\ConfigurationException: NoSuchThing is no exception class, so it can't be allowed
Kargo\ConfigurationException:  is no exception class, so it can't be allowed
allowed
ValueError: Kargo\Rpc\Api::__construct(): Argument #3 ($batchLimit) must be between 1 and 1000000
ValueError: Kargo\Rpc\Api::__construct(): Argument #4 ($depthLimit) must be between 1 and 10000
ValueError: Kargo\Rpc\Api::__construct(): Argument #3 ($batchLimit) must be between 1 and 1000000
autoloader that throws: LogicException: from the autoloader
an Api can't be constructed twice
Trying to clone an uncloneable object of class Kargo\Rpc\Api
