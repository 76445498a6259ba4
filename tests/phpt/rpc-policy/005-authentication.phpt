--TEST--
Authentication by API key, HTTP Basic and bearer token; roles; the caller is known to the method; refusals don't reach PHP
--FILE--
<?php
require __DIR__ . '/policies.inc';

$policed = Policed::start(<<<'PHP'
    use Kargo\Rpc\{Anonymous, ApiKeys, Authenticate, BasicUsers, BearerTokens, Caller, RateLimit, Roles};

    final class Guarded {
        #[Kargo\Rpc\Post('/who')]
        public function who(): ?array { ran(); $it = Caller::current(); return $it === null ? null : [$it->name, $it->scheme, $it->roles, $it->claims]; }
        #[Anonymous]
        public function open(): ?string { ran(); return Caller::current()?->name; }
        #[Roles('admin')]
        public function admin(): string { ran(); return 'done'; }
        #[Authenticate('bearer')]
        public function token(): string { ran(); return 'done'; }
        #[RateLimit(1, per: 3600, by: 'caller')]
        public function each(): string { return Caller::current()->name; }
    }
    $api = new Kargo\Rpc\Api(auth: [
        new ApiKeys(['robot' => hash('sha256', 'key-of-robot')], roles: ['robot' => ['reader', 'admin']]),
        new BasicUsers(['ann' => password_hash('geheim', PASSWORD_BCRYPT, ['cost' => 4])]),
        new BearerTokens('HS256', str_repeat('s', 32), issuer: 'https://id', audience: 'us'),
    ]);
    $api->export(new Guarded(), as: 'g');
    $verified = new Kargo\Rpc\Api(auth: new ApiKeys(verify: function (string $key): ?Caller {
        error_log('verified');
        Kargo\delay(0.01);
        return $key === 'right' ? new Caller('eve', ['admin'], ['plan' => 'gold']) : null;
    }, header: 'X-Token'));
    $verified->export(fn (): array => [Caller::current()->name, Caller::current()->claims], as: 'who');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/verified', $verified);
    $server->mount('/', $api);
    $server->run(workers: 1);
    exit;
    PHP);
$token = function (array $claims, string $secret = '', array $header = ['alg' => 'HS256']): array {
    $part = fn (string $bytes): string => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    $message = $part(json_encode($header)) . '.' . $part(json_encode($claims + ['sub' => 'tom', 'exp' => time() + 60, 'iss' => 'https://id', 'aud' => 'us']));
    return ['Authorization' => "Bearer $message." . $part(hash_hmac('sha256', $message, $secret ?: str_repeat('s', 32), true))];
};
$basic = fn (string $pair): array => ['Authorization' => 'Basic ' . base64_encode($pair)];
$robot = ['X-Api-Key' => 'key-of-robot'];
echo "-- nobody\n", $policed->json('g.who'), "\n", $policed->json('g.open'), "\n", $policed->json('g.token'), "\n";
echo $policed->xml('g.who'), "\n";
$response = $policed->post('/who', '{}');
echo $response->status, ' ', preg_replace('/"instance":"[^"]*"/', '"instance":"…"', $response->body), "\n";
echo $policed->post('/jsonrpc', '[' . Policed::body('g.open') . ',' . Policed::body('g.who', '[]', '2') . ']')->body, "\n";
echo "-- somebody\n";
echo $policed->json('g.who', '[]', $robot), "\n", $policed->xml('g.admin', '', $robot), "\n";
echo $policed->json('g.who', '[]', $basic('ann:geheim')), "\n", $policed->json('g.open', '[]', $basic('ann:geheim')), "\n";
echo preg_replace('/"exp":\d+/', '"exp":N', $policed->json('g.who', '[]', $token(['roles' => ['admin']]))), "\n";
echo $policed->json('g.token', '[]', $token([])), "\n", $policed->json('g.admin', '[]', $token(['roles' => 'reader admin'])), "\n";
echo "-- not for these\n";
echo $policed->json('g.admin', '[]', $basic('ann:geheim')), "\n", $policed->json('g.token', '[]', $robot), "\n";
$before = $policed->ran();
echo "-- wrong\n";
$wrong = ['key' => ['X-Api-Key' => 'key-of-robo'], 'password' => $basic('ann:Geheim'), 'user' => $basic('bob:geheim'), 'empty' => $basic(':'),
    'expired' => $token(['exp' => time() - 60]), 'early' => $token(['nbf' => time() + 60]), 'issuer' => $token(['iss' => 'x']),
    'audience' => $token(['aud' => 'them']), 'secret' => $token([], 'x'), 'none' => $token([], '', ['alg' => 'none']), 'rubbish' => ['Authorization' => 'Bearer a.b.c']];
foreach ($wrong as $what => $headers) {
    $answer = $policed->json('g.who', '[]', $headers);
    echo str_starts_with($answer, '401 ') ? '' : "$what: $answer\n";
}
echo 'ran ', $policed->ran() - $before, "\n";
echo "-- limits by caller\n";
foreach ([$robot, $basic('ann:geheim'), $robot] as $headers) {
    echo $policed->json('g.each', '[]', $headers), "\n";
}
echo "-- a verifier is asked once\n";
foreach (['right', 'right', 'wrong'] as $key) {
    echo $policed->post('/verified/jsonrpc', Policed::body('who'), ['X-Token' => $key])->body, "\n";
}
echo substr_count($policed->server->log(), 'message=verified'), "\n";
echo "-- who is wrong too often is not even looked at\n";
do {
    $answer = $policed->json('g.who', '[]', $basic('ann:' . mt_rand()));
} while (str_starts_with($answer, '401 '));
echo preg_replace('/\d+(?=[\]}])/', 'N', $answer), "\n";
echo $policed->json('g.who', '[]', $robot), "\n";
echo $policed->stop(), "\n";
?>
--EXPECT--
-- nobody
401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="API", charset="UTF-8", Bearer realm="API"] {"code":-32001,"message":"Authentication required"}
null
401 [WWW-Authenticate: Bearer realm="API"] {"code":-32001,"message":"Authentication required"}
401 [WWW-Authenticate: ApiKey header="X-Api-Key", Basic realm="API", charset="UTF-8", Bearer realm="API"] <struct><name>faultCode</name><int>-32001</int><name>faultString</name><string>Authentication required</string></struct>
401 {"type":"about:blank","title":"Unauthorized","status":401,"detail":"Authentication required","instance":"…","code":-32001}
[{"result":null,"id":1,"jsonrpc":"2.0"},{"error":{"code":-32001,"message":"Authentication required"},"id":2,"jsonrpc":"2.0"}]
-- somebody
["robot","apiKey",["reader","admin"],[]]
<string>done</string>
["ann","basic",[],[]]
"ann"
["tom","bearer",["admin"],{"aud":"us","exp":N,"iss":"https://id","roles":["admin"],"sub":"tom"}]
"done"
"done"
-- not for these
{"code":-32003,"message":"Forbidden"}
401 [WWW-Authenticate: Bearer realm="API"] {"code":-32001,"message":"Authentication required"}
-- wrong
ran 0
-- limits by caller
"robot"
"ann"
[Retry-After: 3600] {"code":-32029,"message":"Too many calls","data":{"retryAfter":3600}}
-- a verifier is asked once
{"result":["eve",{"plan":"gold"}],"id":1,"jsonrpc":"2.0"}
{"result":["eve",{"plan":"gold"}],"id":1,"jsonrpc":"2.0"}
{"error":{"code":-32001,"message":"Authentication required"},"id":1,"jsonrpc":"2.0"}
2
-- who is wrong too often is not even looked at
[Retry-After: N] {"code":-32029,"message":"Too many calls","data":{"retryAfter":N}}
["robot","apiKey",["reader","admin"],[]]
0
