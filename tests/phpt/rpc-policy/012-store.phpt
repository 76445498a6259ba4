--TEST--
Where the store is: what can't be read is refused, and nothing that is shown has its password
--INI--
zend.exception_ignore_args=0
zend.exception_string_param_max_len=100
--FILE--
<?php
use Kargo\Rpc\{Api, Cache, Idempotent, RateLimit};

$shown = function (Throwable $exception): void {
    echo $exception::class, ': ', $exception->getMessage(), "\n";
    ob_start();
    echo $exception;
    var_dump($exception->getTrace());
    $all = ob_get_clean();
    echo str_contains($all, 'SECRET') ? "THE SECRET IS SHOWN\n" : '';
    echo $exception->getTrace()[0]['function'] === '__construct' && str_contains($all, 'SensitiveParameterValue') ? '' : "NOT MARKED\n";
};
$try = function (#[SensitiveParameter] string $store, string $title = 'Shop') use ($shown): void {
    try {
        new Api(title: $title, store: $store);
        echo "read\n";
    } catch (Throwable $exception) {
        $shown($exception);
    }
};
$try('redis://:SECRET@cache.example');
$try('redis://user:SECRET@[::1]:7000/2?prefix=shop&timeout=0.5&lease=60');
$try('unix://:SECRET@/run/redis.sock?db=3');
$try('redis://:SECRET@cache.example', 'API');
$try('redis://:SECRET@cache.example?prefix=shop', 'API');
$try('rediss://:SECRET@cache.example');
$try('memcached://:SECRET@cache.example');
$try('SECRET');
$try("\xff SECRET");
$try('redis://:SECRET@');
$try('redis://SECRET@cache.example');
$try('redis://:SECRET%@cache.example');
$try('redis://:SECRET@cache.example:SECRET');
$try('redis://:SECRET@cache.example/SECRET');
$try('redis://:SECRET@cache.example?SECRET=1');
$try('redis://:SECRET@cache.example?prefix=S E C R E T');
$try('redis://:SECRET@cache.example?timeout=0');
$try('redis://:SECRET@cache.example?lease=1e9');
$try('unix://:SECRET@run/redis.sock');

// Nothing is connected to before a server runs, and dumps of an Api have none of it.
$api = new Api(title: 'Shop', store: 'redis://:SECRET@127.0.0.1:1');
$api->export(new class {
    #[RateLimit(1), Cache(1)]
    public function a(): int { return 1; }
    #[Idempotent]
    public function b(): void {}
});
ob_start();
var_dump($api);
print_r($api);
var_export($api);
echo str_contains(ob_get_clean(), 'SECRET') ? 'shown' : 'not shown', "\n", implode(' ', $api->methods()), "\n";
?>
--EXPECT--
read
read
read
Kargo\ConfigurationException: store: applications that share a server are told apart by the Api's title, so give it one; or a prefix: redis://HOST?prefix=NAME
read
Kargo\ConfigurationException: store: TLS is not spoken here: use a unix socket, a private network, or a tunnel such as stunnel
Kargo\ConfigurationException: store: it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
Kargo\ConfigurationException: store: it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
Kargo\ConfigurationException: store: it must be text
Kargo\ConfigurationException: store: it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
Kargo\ConfigurationException: store: it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
Kargo\ConfigurationException: store: a % in user or password must be followed by two hexadecimal digits
Kargo\ConfigurationException: store: the port must be a number from 1 to 65535
Kargo\ConfigurationException: store: the database must be a number
Kargo\ConfigurationException: store: there are the options db, prefix, timeout and lease
Kargo\ConfigurationException: store: prefix must be 1 to 64 letters, digits and -_.:
Kargo\ConfigurationException: store: timeout must be 0.01 to 60 seconds
Kargo\ConfigurationException: store: lease must be 1 to 3600 seconds
Kargo\ConfigurationException: store: it must be redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE] or unix://[[USER]:PASSWORD@]/PATH[?db=DATABASE]
not shown
a b
