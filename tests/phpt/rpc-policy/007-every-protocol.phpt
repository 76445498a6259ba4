--TEST--
Each policy through each protocol, over 4 workers: the same refusals, and PHP calls are counted
--FILE--
<?php
require __DIR__ . '/doors.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\{Anonymous, ApiKeys, Cache, Idempotent, RateLimit, Roles, Timeout};

    #[Anonymous]
    final class Each {
        #[RateLimit(6, per: 3600, by: 'all')]
        public function limited(): int { return ran(); }
        #[RateLimit(1, per: 3600, by: 'caller')]
        public function mine(): int { return ran(); }
        #[Timeout(1)]
        public function slow(): int { ran(); Kargo\delay(30); return 0; }
        #[Cache(60)]
        public function kept(int $a): int { return ran(); }
        #[Cache(60)]
        public function made(int $a): int { Kargo\delay(1); return ran(); }
        #[Idempotent]
        public function pay(int $sum): string { return "paid $sum, " . ran(); }
        #[Idempotent(required: true)]
        public function must(int $sum): int { return ran(); }
        #[Idempotent]
        public function refuse(): string { throw new Kargo\Rpc\Fault('poor ' . ran(), 7); }
        #[Idempotent, Timeout(1.5)]
        public function stuck(): int {
            ran();
            error_log('at work');
            try { Kargo\delay(30); } catch (Kargo\TimeoutException) { Kargo\delay(30); }
        }
    }
    final class Guarded {
        public function open(): int { return ran(); }
        #[Roles('admin')]
        public function admin(int $a = 0): int { return ran(); }
    }
    $api = new Kargo\Rpc\Api(auth: new ApiKeys(['ann' => hash('sha256', 'a'), 'bob' => hash('sha256', 'b')], roles: ['bob' => ['admin']]));
    $api->export(new Each(), as: 'e')->export(new Guarded(), as: 'g');
    PHP);
$doors = new Doors($policed->server);
$ran = function (string $what, Closure $do) use ($policed): void {
    $before = $policed->ran();
    $shown = $do();
    echo "$what (ran ", $policed->ran() - $before, ")\n$shown";
};
$key = fn (string $key): array => ['Idempotency-Key' => $key];
$ran('RateLimit, six calls', fn () => (string) preg_replace('/: \d/', ': N', $doors->callAllAtOnce('e.limited')));
$ran('RateLimit, more', fn () => $doors->callAll('e.limited'));
$policed->json('e.mine');
$ran('RateLimit by caller', fn () => $doors->callAll('e.mine'));
$ran('RateLimit, another caller', fn () => (string) preg_match('/^\d+$/', $doors->call('REST', 'e.mine', [], ['X-Api-Key' => 'a'])) . "\n");
$ran('Timeout', fn () => $doors->callAllAtOnce('e.slow'));
$ran('Cache', fn () => (string) preg_replace('/all: \d+/', 'all: N', $doors->callAll('e.kept', ['a' => 1])));
$ran('Cache, other arguments', fn () => (string) preg_replace('/all: \d+/', 'all: N', $doors->callAllAtOnce('e.kept', ['a' => 2])));
$ran('Cache, at once', fn () => (string) preg_replace('/all: \d+/', 'all: N', $doors->callAllAtOnce('e.made', ['a' => 1])));
$ran('Idempotent', fn () => (string) preg_replace('/, \d+/', ', N', $doors->callAll('e.pay', ['sum' => 5], $key('k1'))));
$ran('Idempotent, other arguments', fn () => $doors->callAll('e.pay', ['sum' => 6], $key('k1')));
$ran('Idempotent, another method', fn () => $doors->callAll('e.must', ['sum' => 5], $key('k1')));
$ran('Idempotent, without the key it needs', fn () => $doors->callAll('e.must', ['sum' => 5]));
$ran('Idempotent, a key that is too long', fn () => $doors->callAll('e.pay', ['sum' => 5], $key(str_repeat('x', 256))));
$ran('Idempotent, an empty one', fn () => $doors->callAll('e.pay', ['sum' => 5], $key('')));
$ran('Idempotent, a fault on purpose', fn () => (string) preg_replace('/poor \d+/', 'poor N', $doors->callAll('e.refuse', [], $key('k2'))));
$first = $doors->send('REST', 'e.stuck', [], $key('k3'));
$policed->server->waitForLog('/message="?at work/');
$ran('Idempotent, while the first call goes on', fn () => $doors->callAllAtOnce('e.stuck', [], $key('k3')));
echo '  the first: ', Doors::shown('REST', $first->readResponse()), "\n";
$ran('nobody', fn () => $doors->callAll('g.open'));
$ran('wrong arguments of nobody', fn () => $doors->callAll('g.admin', ['a' => 1]));
$ran('wrong key', fn () => $doors->callAll('g.open', [], ['X-Api-Key' => 'c']));
$ran('somebody', fn () => (string) preg_replace('/: \d+/', ': N', $doors->callAllAtOnce('g.open', [], ['X-Api-Key' => 'a'])));
$ran('not the role', fn () => $doors->callAll('g.admin', [], ['X-Api-Key' => 'a']));
$ran('the role', fn () => (string) preg_replace('/: \d+/', ': N', $doors->callAllAtOnce('g.admin', [], ['X-Api-Key' => 'b'])));
for ($i = 0; $i < 30; $i++) {
    $policed->json('g.open', '[]', ['X-Api-Key' => "x$i"]);
}
$ran('too many wrong keys', fn () => (string) preg_replace('/\d+(?=\]| s\))/', 'N', $doors->callAll('g.open', [], ['X-Api-Key' => 'd'])));
echo $policed->stop(), "\n";
?>
--EXPECT--
RateLimit, six calls (ran 6)
  JSON-RPC: N
  XML-RPC: N
  SOAP 1.1: N
  SOAP 1.2: N
  REST: N
  MCP: N
RateLimit, more (ran 0)
  JSON-RPC: [Retry-After: 600] -32029 Too many calls
  XML-RPC: [Retry-After: 600] -32029 Too many calls (try again in 600 s)
  SOAP 1.1: 500 [Retry-After: 600] Client -32029 Too many calls
  SOAP 1.2: 429 [Retry-After: 600] Sender -32029 Too many calls
  REST: 429 [Retry-After: 600] -32029 Too many calls
  MCP: [Retry-After: 600] tool error -32029 Too many calls
RateLimit by caller (ran 0)
  JSON-RPC: [Retry-After: 3600] -32029 Too many calls
  XML-RPC: [Retry-After: 3600] -32029 Too many calls (try again in 3600 s)
  SOAP 1.1: 500 [Retry-After: 3600] Client -32029 Too many calls
  SOAP 1.2: 429 [Retry-After: 3600] Sender -32029 Too many calls
  REST: 429 [Retry-After: 3600] -32029 Too many calls
  MCP: [Retry-After: 3600] tool error -32029 Too many calls
RateLimit, another caller (ran 1)
1
Timeout (ran 6)
  JSON-RPC, XML-RPC: -32008 Timed out
  SOAP 1.1: 500 Server -32008 Timed out
  SOAP 1.2: 504 Receiver -32008 Timed out
  REST: 504 -32008 Timed out
  MCP: tool error -32008 Timed out
Cache (ran 1)
  all: N
Cache, other arguments (ran 1)
  all: N
Cache, at once (ran 1)
  all: N
Idempotent (ran 1)
  all: "paid 5, N"
Idempotent, other arguments (ran 0)
  JSON-RPC, XML-RPC: -32022 The idempotency key was used for another call
  SOAP 1.1: 500 Client -32022 The idempotency key was used for another call
  SOAP 1.2: 422 Sender -32022 The idempotency key was used for another call
  REST: 422 -32022 The idempotency key was used for another call
  MCP: tool error -32022 The idempotency key was used for another call
Idempotent, another method (ran 0)
  JSON-RPC, XML-RPC: -32022 The idempotency key was used for another call
  SOAP 1.1: 500 Client -32022 The idempotency key was used for another call
  SOAP 1.2: 422 Sender -32022 The idempotency key was used for another call
  REST: 422 -32022 The idempotency key was used for another call
  MCP: tool error -32022 The idempotency key was used for another call
Idempotent, without the key it needs (ran 0)
  JSON-RPC, XML-RPC: -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.1: 500 Client -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.2: 400 Sender -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  REST: 400 -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  MCP: tool error -32010 One Idempotency-Key header of 1 to 255 bytes is needed
Idempotent, a key that is too long (ran 0)
  JSON-RPC, XML-RPC: -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.1: 500 Client -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.2: 400 Sender -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  REST: 400 -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  MCP: tool error -32010 One Idempotency-Key header of 1 to 255 bytes is needed
Idempotent, an empty one (ran 0)
  JSON-RPC, XML-RPC: -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.1: 500 Client -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  SOAP 1.2: 400 Sender -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  REST: 400 -32010 One Idempotency-Key header of 1 to 255 bytes is needed
  MCP: tool error -32010 One Idempotency-Key header of 1 to 255 bytes is needed
Idempotent, a fault on purpose (ran 1)
  JSON-RPC, XML-RPC: 7 poor N
  SOAP 1.1: 500 Server 7 poor N
  SOAP 1.2: 500 Receiver 7 poor N
  REST: 422 7 poor N
  MCP: tool error 7 poor N
Idempotent, while the first call goes on (ran 0)
  JSON-RPC: [Retry-After: 1] -32009 A call with this idempotency key is in progress
  XML-RPC: [Retry-After: 1] -32009 A call with this idempotency key is in progress (try again in 1 s)
  SOAP 1.1: 500 [Retry-After: 1] Client -32009 A call with this idempotency key is in progress
  SOAP 1.2: 409 [Retry-After: 1] Sender -32009 A call with this idempotency key is in progress
  REST: 409 [Retry-After: 1] -32009 A call with this idempotency key is in progress
  MCP: [Retry-After: 1] tool error -32009 A call with this idempotency key is in progress
  the first: 504 -32008 Timed out
nobody (ran 0)
  JSON-RPC, XML-RPC, REST, MCP: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] -32001 Authentication required
  SOAP 1.1: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Client -32001 Authentication required
  SOAP 1.2: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Sender -32001 Authentication required
wrong arguments of nobody (ran 0)
  JSON-RPC, XML-RPC, REST, MCP: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] -32001 Authentication required
  SOAP 1.1: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Client -32001 Authentication required
  SOAP 1.2: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Sender -32001 Authentication required
wrong key (ran 0)
  JSON-RPC, XML-RPC, REST, MCP: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] -32001 Authentication required
  SOAP 1.1: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Client -32001 Authentication required
  SOAP 1.2: 401 [WWW-Authenticate: ApiKey header="X-Api-Key"] Sender -32001 Authentication required
somebody (ran 6)
  JSON-RPC: N
  XML-RPC: N
  SOAP 1.1: N
  SOAP 1.2: N
  REST: N
  MCP: N
not the role (ran 0)
  JSON-RPC, XML-RPC: -32003 Forbidden
  SOAP 1.1: 500 Client -32003 Forbidden
  SOAP 1.2: 403 Sender -32003 Forbidden
  REST: 403 -32003 Forbidden
  MCP: tool error -32003 Forbidden
the role (ran 6)
  JSON-RPC: N
  XML-RPC: N
  SOAP 1.1: N
  SOAP 1.2: N
  REST: N
  MCP: N
too many wrong keys (ran 0)
  JSON-RPC: [Retry-After: N] -32029 Too many calls
  XML-RPC: [Retry-After: N] -32029 Too many calls (try again in N s)
  SOAP 1.1: 500 [Retry-After: N] Client -32029 Too many calls
  SOAP 1.2: 429 [Retry-After: N] Sender -32029 Too many calls
  REST: 429 [Retry-After: N] -32029 Too many calls
  MCP: [Retry-After: N] tool error -32029 Too many calls
0
