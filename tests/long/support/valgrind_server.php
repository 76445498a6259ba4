<?php

/**
 * What tests/long/valgrind drives: everything that a handler can do, in one process. Routes are named for what they do.
 */

declare(strict_types=1);

use Kargo\Http\HttpException;
use Kargo\Http\Options;
use Kargo\Http\Request;
use Kargo\Http\Response;
use Kargo\Http\Server;
use Kargo\Loop;
use Kargo\Rpc\Api;
use Kargo\Rpc\Binary;
use Kargo\Rpc\Fault;

use function Kargo\delay;

final class Calls
{
    public function add(int $a, int $b = 1): int
    {
        return $a + $b;
    }

    public function echo(mixed $value): mixed
    {
        return $value;
    }

    /** @param list<string> $names */
    public function join(array $names, string $by): string
    {
        return implode($by, $names);
    }

    public function slow(string $text): string
    {
        delay(0.01);

        return $text;
    }

    public function date(DateTimeImmutable $at): DateTimeImmutable
    {
        return $at;
    }

    public function bytes(Binary $bytes): Binary
    {
        return new Binary(strrev($bytes->bytes));
    }

    public function fault(): never
    {
        throw new Fault('on purpose', 42, ['more' => true]);
    }

    public function throws(): never
    {
        throw new RuntimeException('a secret');
    }

    public function exits(): never
    {
        exit(3);
    }
}

enum Size
{
    case Small;
    case Large;
}

/** @phpstan-type Extra array{at?: DateTimeImmutable, more?: list<int<1, 9>>} */
final class Part
{
    /**
     * @param list<Part> $parts
     * @param array<string, Part|Other> $named
     * @param Extra $extra
     */
    public function __construct(
        #[Kargo\Rpc\Name('its-name')] public readonly string $name,
        public readonly array $parts = [],
        public readonly array $named = [],
        public readonly Size $size = Size::Small,
        public readonly array $extra = [],
        public readonly ?Part $next = null,
    ) {
        match ($name) {
            'refused' => throw new DomainException('a secret'),
            'fails' => throw new LogicException('a secret'),
            'exits' => exit(3),
            'waits' => delay(0.01),
            default => null,
        };
    }

    public function __destruct()
    {
        $this->name === 'waits' && delay(0.001);
    }
}

final readonly class Other
{
    /** @param 'other' $kind */
    public function __construct(public string $kind, public ?Part $part = null) {}
}

#[Kargo\Rpc\Description('Objects')]
final class Typed
{
    /** @throws RuntimeException never */
    #[Kargo\Rpc\Deprecated('by nobody')]
    public function part(Part $part, int $times = 1): Part
    {
        return $part;
    }

    public function either(Part|Other|null $v): string
    {
        return get_debug_type($v);
    }

    /** @return array<string, list<Part>> */
    public function many(Part ...$parts): array
    {
        return ['all' => array_filter($parts, fn(int $at) => $at !== 1, ARRAY_FILTER_USE_KEY)];
    }
}

$kept = [];
$server = Server::listen('127.0.0.1:0', new Options(requestLineBytes: 512, headerBytes: 2048, bodyBytes: 3 << 20, drainTimeout: 20));

// Answers of every kind
$server->get('/hello', fn() => 'hello');
$server->get('/array', fn() => ['text' => "é \"quoted\"", 'list' => [1, 2.5, null, true], 'empty' => []]);
$server->get('/response', fn() => Response::html('<p>')->withCookie('a', 'b c', 60)->withHeader('X-A', '1')->withAddedHeader('X-A', '2'));
$server->get('/redirect', fn() => Response::redirect('/hello'));
$server->get('/no-content', fn() => new Response(status: 204));
$server->get('/no-json', fn() => ["\xff"]);

// Requests
$server->get('/parameters/{first}/{rest...}', fn(Request $r) => [$r->parameters(), $r->path(), $r->query(), $r->query('a')]);
$server->any('/request', fn(Request $r) => [
    $r->method(), $r->target(), $r->host(), $r->protocolVersion(), $r->headers(), $r->header('USER-agent'), $r->cookies(),
    $r->cookie('c'), $r->form(), strlen($r->body()), $r->clientAddress(), $r->isClientConnected(), $r->clientPort() > 0,
]);
$server->post('/json', fn(Request $r) => ['got' => $r->json()]);
$server->post('/body', fn(Request $r) => md5($r->body()));
$server->get('/large/{bytes}', fn(Request $r) => str_repeat('x', (int) $r->parameter('bytes')));
$server->get('/keep', function (Request $r) use (&$kept) {
    $kept[] = $r;

    return (string) count($kept);
});
$server->get('/kept', function () use (&$kept) {
    $seen = array_map(fn(Request $r) => $r->target() . $r->header('x-number'), $kept);
    $kept = [];

    return $seen;
});

// Waits
$server->get('/delay/{seconds}', function (Request $r) {
    delay((float) $r->parameter('seconds'));

    return 'after ' . $r->parameter('seconds');
});
$server->get('/array-map', fn() => array_map(function (int $n) {
    delay(0.005);

    return $n * 2;
}, [1, 2, 3]));
$server->get('/fiber', function () {
    $fiber = new Fiber(function (string $value) {
        delay(0.005);
        $value .= Fiber::suspend('suspended ');
        delay(0.005);

        return $value;
    });
    $first = $fiber->start('started ');
    delay(0.005);
    $fiber->resume('resumed');

    return $first . $fiber->getReturn();
});
$server->get('/fiber-left', function () {
    (new Fiber(function () {
        delay(0.005);
        Fiber::suspend();
    }))->start();

    return 'left';
});
$server->get('/deep', function () {
    $descend = fn(Closure $self, int $n) => $n === 0 ? delay(0.005) : array_map(fn() => $self($self, $n - 1), [0]);
    $descend($descend, 200);

    return 'deep';
});

// Failures, at once and after a wait
$failures = [
    'throw' => fn() => throw new LogicException('thrown', 1, new RuntimeException('cause')),
    'http' => fn() => throw new HttpException(418, 'teapot'),
    'exit' => fn() => exit(7),
    'die' => fn() => die('printed'),
    'type' => fn() => new stdClass(),
    'warn' => fn() => 'warned ' . @$undefined . $undefined . trigger_error('a warning', E_USER_WARNING),
    'print' => function () {
        ob_start();
        echo 'open buffer';

        return 'printed';
    },
    'state' => function () {
        set_error_handler(fn() => true);
        set_time_limit(5);
        error_reporting(0);

        return 'state';
    },
    'fatal' => fn() => trigger_error('fatal', E_USER_ERROR),
    'compile' => fn() => eval('function f() { return 1 } '),
];
foreach ($failures as $name => $failure) {
    $server->get("/$name", $failure);
    $server->get("/late-$name", function () use ($failure) {
        delay(0.005);

        return $failure();
    });
}

$api = new Api(title: 'Valgrind', batchLimit: 20, depthLimit: 50);
$api->export(new Calls(), as: 'calls');
$api->export(Calls::class, as: 'fresh');
$api->export(new Typed(), as: 'typed');
$api->export(fn(): Calls => new Calls(), as: 'made');
$api->export(fn(string ...$words): string => implode(' ', $words), as: 'words');
$api->allow(DomainException::class);
$server->mount('/', $api);

$server->onWorkerStart(function () {
    Loop::repeat(0.02, function () {
        static $ticks = 0;
        $ticks++;
    });
    Loop::onSignal(SIGUSR1, fn() => fwrite(STDERR, "signal\n"));
});
$server->run(workers: 0);
