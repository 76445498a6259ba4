--TEST--
What attributes and schemes may not say is told at export, with what to do; nothing of such an export is left
--FILE--
<?php
use Kargo\Rpc\{Anonymous, Api, ApiKeys, Authenticate, BasicUsers, BearerTokens, Cache, Idempotent, RateLimit, Roles, Timeout};

$try = function (string $what, callable $do): void {
    try {
        $do();
        echo "$what: fine\n";
    } catch (Kargo\ConfigurationException $exception) {
        echo "$what: ", strtr($exception->getMessage(), ['Kargo\Rpc\\' => '', '::__construct()' => '']), "\n";
    }
};
/** Exports a method with this attribute, in a class with that one. */
$export = function (string $attribute, string $ofClass = '', array $auth = [], string $method = 'int f() { return 1; }') use ($try): void {
    static $number = 0;
    $name = 'C' . $number++;
    [$type, $rest] = explode(' ', $method, 2);
    $code = 'namespace Of; use Kargo\Rpc\{Anonymous, Authenticate, Cache, Idempotent, RateLimit, Roles, Timeout}; '
        . ($ofClass === '' ? '' : "#[$ofClass] ") . "class $name { " . ($attribute === '' ? '' : "#[$attribute] ") . 'public function ' . strstr($rest, '{', true) . ": $type " . strstr($rest, '{') . ' }';
    eval($code);
    $api = new Api(auth: $auth);
    $try($ofClass === '' ? $attribute : "$ofClass of the class, $attribute", fn () => $api->export("Of\\$name"));
};
$keys = [new ApiKeys(['ann' => hash('sha256', 'a')])];
echo "-- out of range\n";
foreach ([
    'RateLimit(0)', 'RateLimit(-1)', 'RateLimit(1000000001)', 'RateLimit(1, per: 0)', 'RateLimit(1, per: -1)', 'RateLimit(1, per: NAN)',
    'RateLimit(1, per: INF)', 'RateLimit(1, per: 1e9)', "RateLimit(1, by: 'me')", "RateLimit(1, by: '')", 'RateLimit(1000000000, per: 0.001)', "RateLimit('x')", 'RateLimit',
    'Timeout(0)', 'Timeout(0.0001)', 'Timeout(-1)', 'Timeout(INF)', 'Timeout(1e9)', 'Timeout', "Timeout('soon')",
    'Cache(0)', 'Cache(-1)', 'Cache(NAN)', 'Cache(1e9)', "Cache(1, vary: '')", "Cache(1, vary: 'X Y')", "Cache(1, vary: ['a', 1])", "Cache(1, vary: [['a']])", 'Cache',
    'Idempotent(0)', 'Idempotent(-1)', 'Idempotent(1e9)', "Idempotent('x')",
    "Authenticate('digest')", "Authenticate(['basic', ''])", 'Authenticate([1])', 'Roles', 'Roles([])', "Roles('')", "Roles(['a', 1])", 'Anonymous(1, 2)', '\Kargo\Rpc\Nonsense',
] as $attribute) {
    $export($attribute, auth: $keys);
}
echo "-- contradictory\n";
$export('Anonymous, Roles("a")', auth: $keys);
$export('Anonymous, Authenticate', auth: $keys);
$export('', 'Anonymous, Roles("a")', $keys);
$export('Cache(1)', method: 'void f() { }');
echo "-- without what it needs\n";
$export('Roles("a")');
$export('Authenticate');
$export('', 'Roles("a")');
$export('Authenticate("bearer")', auth: $keys);
$export('Authenticate(["apiKey", "basic"])', auth: $keys);
$export("RateLimit(1, by: 'caller')");
$export('', "RateLimit(1, by: 'caller')");
$export("Cache(1, vary: ['X-Language', 'caller'])");
echo "-- at the edges, and together\n";
$export('RateLimit(1000000000, per: 31622400)');
$export('RateLimit(1, per: 0.001), RateLimit(2, by: "all")');
$export('Timeout(0.001), Cache(31622400, vary: ["client", "Accept-Language"]), Idempotent(0.001, required: true), RateLimit(1, by: "caller")', 'Roles(["a", "b"])', $keys);
$export('Anonymous', 'Roles("a")', $keys);
$export('Roles("a")', 'Anonymous', $keys);
$export('Authenticate("apiKey")', 'Roles("a")', $keys);
$export('', 'Cache(1)', method: 'void f() { }');
$export('Anonymous');
echo "-- schemes\n";
$hash = hash('sha256', 'a');
$secret = str_repeat('s', 32);
foreach ([
    'no scheme' => fn () => new Api(auth: [new stdClass()]),
    'text' => fn () => new Api(auth: ['basic']),
    'no keys' => fn () => new Api(auth: new ApiKeys()),
    'a plain key' => fn () => new Api(auth: new ApiKeys(['ann' => 'secret'])),
    'no key' => fn () => new Api(auth: new ApiKeys(['ann' => $hash, 'bob' => 1])),
    'keys and verify' => fn () => new Api(auth: new ApiKeys(['ann' => $hash], verify: fn () => null)),
    'no callable' => fn () => new Api(auth: new ApiKeys(verify: 'nothing_that_exists')),
    'roles of nobody' => fn () => new Api(auth: new ApiKeys(['ann' => $hash], roles: ['anne' => ['a']])),
    'no header' => fn () => new Api(auth: new ApiKeys(['ann' => $hash], header: 'X Key')),
    'empty header' => fn () => new Api(auth: new ApiKeys(['ann' => $hash], header: '')),
    'remember' => fn () => new Api(auth: new ApiKeys(['ann' => $hash], remember: -1)),
    'no users' => fn () => new Api(auth: new BasicUsers()),
    'a plain password' => fn () => new Api(auth: new BasicUsers(['ann' => 'secret'])),
    'users and verify' => fn () => new Api(auth: new BasicUsers(['ann' => '$2y$x'], verify: fn () => true)),
    'realm' => fn () => new Api(auth: new BasicUsers(['ann' => '$2y$x'], realm: 'a "b"')),
    'forever' => fn () => new Api(auth: new BasicUsers(['ann' => '$2y$x'], remember: INF)),
    'no algorithm' => fn () => new Api(auth: new BearerTokens('none', $secret)),
    'short secret' => fn () => new Api(auth: new BearerTokens('HS256', 'short')),
    'no key at all' => fn () => new Api(auth: new BearerTokens('HS256', [])),
    'a secret for a public key' => fn () => new Api(auth: new BearerTokens('RS256', $secret)),
    'leeway' => fn () => new Api(auth: new BearerTokens('HS256', $secret, leeway: 3601)),
    'negative leeway' => fn () => new Api(auth: new BearerTokens('HS256', $secret, leeway: -1)),
    'proxy' => fn () => new Api(trustedProxies: ['example.org']),
    'all' => fn () => new Api(auth: [new ApiKeys(['ann' => $hash], roles: ['ann' => ['a']], remember: 0), new BasicUsers(['ann' => '$2y$x']), new BearerTokens('HS256', $secret)]),
] as $what => $make) {
    $try($what, $make);
}
echo "-- of an export that fails nothing is left\n";
$api = new Api();
$try('half', fn () => $api->export(new class { public function a() {} #[Roles('x')] public function b() {} }));
echo json_encode($api->methods()), "\n";
?>
--EXPECT--
-- out of range
RateLimit(0): Of\C0::f: #[RateLimit]: RateLimit: Argument #1 ($count) must be between 1 and 1000000000
RateLimit(-1): Of\C1::f: #[RateLimit]: RateLimit: Argument #1 ($count) must be between 1 and 1000000000
RateLimit(1000000001): Of\C2::f: #[RateLimit]: RateLimit: Argument #1 ($count) must be between 1 and 1000000000
RateLimit(1, per: 0): Of\C3::f: #[RateLimit]: RateLimit: Argument #2 ($per) must be a number of seconds, from 0.001 to a year
RateLimit(1, per: -1): Of\C4::f: #[RateLimit]: RateLimit: Argument #2 ($per) must be a number of seconds, from 0.001 to a year
RateLimit(1, per: NAN): Of\C5::f: #[RateLimit]: RateLimit: Argument #2 ($per) must be a number of seconds, from 0.001 to a year
RateLimit(1, per: INF): Of\C6::f: #[RateLimit]: RateLimit: Argument #2 ($per) must be a number of seconds, from 0.001 to a year
RateLimit(1, per: 1e9): Of\C7::f: #[RateLimit]: RateLimit: Argument #2 ($per) must be a number of seconds, from 0.001 to a year
RateLimit(1, by: 'me'): Of\C8::f: #[RateLimit]: RateLimit: Argument #3 ($by) must be 'client', 'caller' or 'all'
RateLimit(1, by: ''): Of\C9::f: #[RateLimit]: RateLimit: Argument #3 ($by) must be 'client', 'caller' or 'all'
RateLimit(1000000000, per: 0.001): f: #[RateLimit]: so many calls can't be counted in so short a time: give fewer, or a longer per
RateLimit('x'): Of\C11::f: #[RateLimit]: Cannot assign string to property RateLimit::$count of type int
RateLimit: Of\C12::f: #[RateLimit]: RateLimit expects at least 1 argument, 0 given
Timeout(0): Of\C13::f: #[Timeout]: Timeout: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Timeout(0.0001): Of\C14::f: #[Timeout]: Timeout: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Timeout(-1): Of\C15::f: #[Timeout]: Timeout: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Timeout(INF): Of\C16::f: #[Timeout]: Timeout: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Timeout(1e9): Of\C17::f: #[Timeout]: Timeout: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Timeout: Of\C18::f: #[Timeout]: Timeout expects exactly 1 argument, 0 given
Timeout('soon'): Of\C19::f: #[Timeout]: Cannot assign string to property Timeout::$seconds of type float
Cache(0): Of\C20::f: #[Cache]: Cache: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Cache(-1): Of\C21::f: #[Cache]: Cache: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Cache(NAN): Of\C22::f: #[Cache]: Cache: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Cache(1e9): Of\C23::f: #[Cache]: Cache: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Cache(1, vary: ''): Of\C24::f: #[Cache]: Cache: Argument #2 ($vary) must be 'caller', 'client' or the name of a header, or a list of them
Cache(1, vary: 'X Y'): Of\C25::f: #[Cache]: Cache: Argument #2 ($vary) must be 'caller', 'client' or the name of a header, or a list of them
Cache(1, vary: ['a', 1]): Of\C26::f: #[Cache]: Cache: Argument #2 ($vary) must be 'caller', 'client' or the name of a header, or a list of them
Cache(1, vary: [['a']]): Of\C27::f: #[Cache]: Cache: Argument #2 ($vary) must be 'caller', 'client' or the name of a header, or a list of them
Cache: Of\C28::f: #[Cache]: Cache expects at least 1 argument, 0 given
Idempotent(0): Of\C29::f: #[Idempotent]: Idempotent: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Idempotent(-1): Of\C30::f: #[Idempotent]: Idempotent: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Idempotent(1e9): Of\C31::f: #[Idempotent]: Idempotent: Argument #1 ($seconds) must be a number of seconds, from 0.001 to a year
Idempotent('x'): Of\C32::f: #[Idempotent]: Cannot assign string to property Idempotent::$seconds of type float
Authenticate('digest'): Of\C33::f: #[Authenticate]: Authenticate: Argument #1 ($schemes) must be 'apiKey', 'basic' or 'bearer', or a list of them
Authenticate(['basic', '']): Of\C34::f: #[Authenticate]: Authenticate: Argument #1 ($schemes) must be 'apiKey', 'basic' or 'bearer', or a list of them
Authenticate([1]): Of\C35::f: #[Authenticate]: Authenticate: Argument #1 ($schemes) must be 'apiKey', 'basic' or 'bearer', or a list of them
Roles: Of\C36::f: #[Roles]: Roles expects exactly 1 argument, 0 given
Roles([]): Of\C37::f: #[Roles]: Roles: Argument #1 ($roles) must be a role, or a list of roles one of which is needed
Roles(''): Of\C38::f: #[Roles]: Roles: Argument #1 ($roles) must be a role, or a list of roles one of which is needed
Roles(['a', 1]): Of\C39::f: #[Roles]: Roles: Argument #1 ($roles) must be a role, or a list of roles one of which is needed
Anonymous(1, 2): Of\C40::f: #[Anonymous]: Anonymous expects exactly 0 arguments, 2 given
\Kargo\Rpc\Nonsense: Of\C41::f: there is no attribute #[Nonsense]
-- contradictory
Anonymous, Roles("a"): f: #[Anonymous] contradicts #[Authenticate] and #[Roles]: take one away
Anonymous, Authenticate: f: #[Anonymous] contradicts #[Authenticate] and #[Roles]: take one away
Anonymous, Roles("a") of the class, : f: #[Anonymous] contradicts #[Authenticate] and #[Roles]: take one away
Cache(1): f: #[Cache] keeps results, and this returns void: take the attribute away, or return something
-- without what it needs
Roles("a"): f: #[Roles] needs an Api that knows who calls: new Api(auth: …)
Authenticate: f: #[Authenticate] needs an Api that knows who calls: new Api(auth: …)
Roles("a") of the class, : f: #[Roles] needs an Api that knows who calls: new Api(auth: …)
Authenticate("bearer"): f: #[Authenticate]: the Api's auth has no "bearer", only apiKey
Authenticate(["apiKey", "basic"]): f: #[Authenticate]: the Api's auth has no "basic", only apiKey
RateLimit(1, by: 'caller'): f: #[RateLimit(by: 'caller')] needs an Api that knows who calls: new Api(auth: …)
RateLimit(1, by: 'caller') of the class, : f: #[RateLimit(by: 'caller')] needs an Api that knows who calls: new Api(auth: …)
Cache(1, vary: ['X-Language', 'caller']): f: #[Cache(vary: 'caller')] needs an Api that knows who calls: new Api(auth: …)
-- at the edges, and together
RateLimit(1000000000, per: 31622400): fine
RateLimit(1, per: 0.001), RateLimit(2, by: "all"): fine
Roles(["a", "b"]) of the class, Timeout(0.001), Cache(31622400, vary: ["client", "Accept-Language"]), Idempotent(0.001, required: true), RateLimit(1, by: "caller"): fine
Roles("a") of the class, Anonymous: fine
Anonymous of the class, Roles("a"): fine
Roles("a") of the class, Authenticate("apiKey"): fine
Cache(1) of the class, : fine
Anonymous: fine
-- schemes
no scheme: auth must be ApiKeys, BasicUsers, BearerTokens, or a list of them
text: auth must be ApiKeys, BasicUsers, BearerTokens, or a list of them
no keys: ApiKeys needs keys or verify
a plain key: the key of ann must be its SHA-256 in hexadecimal: hash('sha256', $key)
no key: the key of bob must be its SHA-256 in hexadecimal: hash('sha256', $key)
keys and verify: ApiKeys takes keys or verify, not both
no callable: verify must be a callable: function "nothing_that_exists" not found or invalid function name
roles of nobody: roles has a caller that there is not: "anne"
no header: "X Key" can't be a header
empty header: "" can't be a header
remember: remember must be from 0 to 86400 seconds
no users: BasicUsers needs users or verify
a plain password: the password of ann must be hashed: password_hash($password, PASSWORD_DEFAULT)
users and verify: BasicUsers takes users or verify, not both
realm: "a \"b\"" can't be a realm
forever: remember must be from 0 to 86400 seconds
no algorithm: "none" is no algorithm for tokens that is accepted
short secret: a key of BearerTokens can't be used: a secret has at least 32 bytes
no key at all: a key of BearerTokens can't be used: there is no key
a secret for a public key: a key of BearerTokens can't be used: it is no public key in PEM for this algorithm: InvalidKeyFormat
leeway: leeway must be from 0 to 3600 seconds
negative leeway: leeway must be from 0 to 3600 seconds
proxy: "example.org" is no address
all: fine
-- of an export that fails nothing is left
half: b: #[Roles] needs an Api that knows who calls: new Api(auth: …)
[]
