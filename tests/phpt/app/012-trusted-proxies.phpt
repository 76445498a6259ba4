--TEST--
Behind proxies: address, scheme, host and port of the client for handlers and applications, from listed proxies only
--FILE--
<?php
require __DIR__ . '/app.inc';

$script = fn (string $options): string => <<<PHP
    \$server = Kargo\\Http\\Server::listen('127.0.0.1:0', new Kargo\\Http\\Options($options));
    \$server->mount('/', new Kargo\\App\\Application(function () {
        echo \$_SERVER['REMOTE_ADDR'], ' ', \$_SERVER['REMOTE_PORT'] === '0' ? 0 : (\$_SERVER['REMOTE_PORT'] > 4711 ? 'peer' : \$_SERVER['REMOTE_PORT']), ' ', \$_SERVER['REQUEST_SCHEME'], ' ', \$_SERVER['HTTPS'] ?? 'off', ' ',
            \$_SERVER['HTTP_HOST'], ' ', \$_SERVER['SERVER_NAME'], ' ', \$_SERVER['SERVER_PORT'], ' ', getenv('REMOTE_ADDR');
    }));
    \$server->get('/modern', fn (Kargo\\Http\\Request \$request) => \$request->clientAddress() . ' '
        . (\$request->clientPort() === null ? 'null' : (\$request->clientPort() > 4711 ? 'peer' : \$request->clientPort())) . ' ' . \$request->scheme() . ' ' . \$request->host());
    \$server->run(workers: 0);
    PHP;
$cases = [
    'none' => '',
    'usual' => "trustedProxies: ['127.0.0.0/8', '10.0.0.0/8']",
    'other' => "trustedProxies: ['10.0.0.0/8', 'unix', 'fd00::/8']",
    'all' => "trustedProxies: ['127.0.0.1'], trustedHeaders: ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'X-Forwarded-Port']",
    'standard' => "trustedProxies: ['127.0.0.1', '10.0.0.0/8'], trustedHeaders: ['Forwarded']",
];
$requests = [
    [],
    ['X-Forwarded-For' => '192.0.2.1', 'X-Forwarded-Proto' => 'https', 'X-Forwarded-Host' => 'shop.example:8443', 'Forwarded' => 'for=6.6.6.6;proto=https;host=evil'],
    ['X-Forwarded-For' => '6.6.6.6, 192.0.2.1:4711, 10.1.1.1', 'X-Forwarded-Proto' => 'http', 'X-Forwarded-Port' => '8080'],
    ['X-Forwarded-For' => 'garbage', 'X-Forwarded-Proto' => 'javascript', 'X-Forwarded-Host' => 'a b', 'X-Forwarded-Port' => '99999', 'Forwarded' => 'for="unclosed, for="[2001:db8::1]:4711";proto=https'],
];
foreach ($cases as $name => $options) {
    $server = Server::start($script($options));
    foreach ($requests as $number => $headers) {
        foreach (['/', '/modern'] as $path) {
            $shown = $server->get($path, $headers + ['Host' => 'inner.example'])->body;
            echo str_pad("$name $number $path", 20), preg_replace("/\\b$server->port\\b/", 'PORT', $shown), "\n";
        }
    }
    $server->stop() === 0 || print $server->log();
}
// Limits of an Api go by the client's address too.
$server = Server::start(<<<'PHP'
    final class Limited
    {
        #[Kargo\Rpc\RateLimit(1, per: 3600)]
        public function once(): int { return 1; }
    }
    $api = new Kargo\Rpc\Api();
    $api->export(new Limited(), as: 'limited');
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(trustedProxies: ['127.0.0.1']));
    $server->mount('/', $api)->run(workers: 0);
    PHP);
foreach (['192.0.2.1', '192.0.2.1', '192.0.2.2', '6.6.6.6, 192.0.2.2'] as $address) {
    $answer = $server->post('/jsonrpc', '{"jsonrpc":"2.0","method":"limited.once","id":1}', ['Content-Type' => 'application/json', 'X-Forwarded-For' => $address]);
    echo $address, ': ', isset(json_decode($answer->body)->result) ? 'allowed' : 'refused', "\n";
}
$server->stop();
// What can't be meant is refused.
foreach (["trustedProxies: ['10.0.0.0/33']", "trustedProxies: ['proxy.example']", "trustedProxies: [1]", "trustedHeaders: ['X-Real-IP']", "trustedHeaders: ['Forwarded', 'X-Forwarded-For']"] as $wrong) {
    try {
        eval("new Kargo\\Http\\Options($wrong);");
    } catch (Throwable $error) {
        echo get_class($error), ': ', $error->getMessage(), "\n";
    }
}
echo json_encode((new Kargo\Http\Options())->trustedHeaders), "\n";
?>
--EXPECT--
none 0 /            127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
none 0 /modern      127.0.0.1 peer http inner.example
none 1 /            127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
none 1 /modern      127.0.0.1 peer http inner.example
none 2 /            127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
none 2 /modern      127.0.0.1 peer http inner.example
none 3 /            127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
none 3 /modern      127.0.0.1 peer http inner.example
usual 0 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
usual 0 /modern     127.0.0.1 peer http inner.example
usual 1 /           192.0.2.1 0 https on inner.example inner.example 443 192.0.2.1
usual 1 /modern     192.0.2.1 null https inner.example
usual 2 /           192.0.2.1 4711 http off inner.example inner.example 80 192.0.2.1
usual 2 /modern     192.0.2.1 4711 http inner.example
usual 3 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
usual 3 /modern     127.0.0.1 peer http inner.example
other 0 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
other 0 /modern     127.0.0.1 peer http inner.example
other 1 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
other 1 /modern     127.0.0.1 peer http inner.example
other 2 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
other 2 /modern     127.0.0.1 peer http inner.example
other 3 /           127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
other 3 /modern     127.0.0.1 peer http inner.example
all 0 /             127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
all 0 /modern       127.0.0.1 peer http inner.example
all 1 /             192.0.2.1 0 https on shop.example:8443 shop.example 8443 192.0.2.1
all 1 /modern       192.0.2.1 null https shop.example:8443
all 2 /             10.1.1.1 0 http off inner.example inner.example 8080 10.1.1.1
all 2 /modern       10.1.1.1 null http inner.example
all 3 /             127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
all 3 /modern       127.0.0.1 peer http inner.example
standard 0 /        127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
standard 0 /modern  127.0.0.1 peer http inner.example
standard 1 /        6.6.6.6 0 https on evil evil 443 6.6.6.6
standard 1 /modern  6.6.6.6 null https evil
standard 2 /        127.0.0.1 peer http off inner.example inner.example PORT 127.0.0.1
standard 2 /modern  127.0.0.1 peer http inner.example
standard 3 /        2001:db8::1 4711 https on inner.example inner.example 443 2001:db8::1
standard 3 /modern  2001:db8::1 4711 https inner.example
192.0.2.1: allowed
192.0.2.1: refused
192.0.2.2: allowed
6.6.6.6, 192.0.2.2: refused
ValueError: Kargo\Http\Options::__construct(): Argument #16 ($trustedProxies) is wrong: "10.0.0.0/33" is no address, no network such as 10.0.0.0/8, and not "unix"
ValueError: Kargo\Http\Options::__construct(): Argument #16 ($trustedProxies) is wrong: "proxy.example" is no address, no network such as 10.0.0.0/8, and not "unix"
ValueError: Kargo\Http\Options::__construct(): Argument #16 ($trustedProxies) must be a list of addresses and networks
ValueError: Kargo\Http\Options::__construct(): Argument #17 ($trustedHeaders) is wrong: "X-Real-IP" is no header of proxies that is known
ValueError: Kargo\Http\Options::__construct(): Argument #17 ($trustedHeaders) is wrong: Forwarded and X-Forwarded headers can't be trusted together: a proxy sets one kind, and the other one is the client's
["X-Forwarded-For","X-Forwarded-Proto"]
