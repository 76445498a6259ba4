--TEST--
REST: what attributes may not say is told at export; routes of all exports together, and of none that failed
--FILE--
<?php
use Kargo\Rpc\{Api, Body, Cors, Delete, Get, Header, Patch, Post, Put, Query};

$try = function (string $what, callable $export): void {
    try {
        $export(new Api());
        echo "$what: exported\n";
    } catch (Kargo\ConfigurationException | Error $error) {
        echo "$what: ", get_class($error), ': ', $error->getMessage(), "\n";
    }
};
$try('fine', fn (Api $api) => $api->export(#[Get('/a/{id}')] #[Get('/b/{id}')] #[Post('/a')] fn (int $id = 1) => 1, as: 'x'));
$try('no slash', fn (Api $api) => $api->export(#[Get('a')] fn () => 1, as: 'x'));
$try('empty', fn (Api $api) => $api->export(#[Get('')] fn () => 1, as: 'x'));
$try('bad pattern', fn (Api $api) => $api->export(#[Get('/a{id}')] fn (int $id) => 1, as: 'x'));
$try('no parameter', fn (Api $api) => $api->export(#[Get('/a/{nope}')] fn (int $id) => 1, as: 'x'));
$try('the same twice', fn (Api $api) => $api->export(#[Get('/a')] #[Get('/a')] fn () => 1, as: 'x'));
$try('the same of two', fn (Api $api) => $api->export(#[Get('/a/{b}')] fn (int $b) => 1, as: 'x')->export(#[Get('/a/{c}')] fn (int $c) => 1, as: 'y'));
$try('other verbs', fn (Api $api) => $api->export(#[Get('/a/{b}')] fn (int $b) => 1, as: 'x')->export(#[Put('/a/{c}')] #[Patch('/a/{c}')] #[Delete('/a/{c}')] fn (int $c) => 1, as: 'y'));
foreach (['/', '/rest', '/rest/x', '/jsonrpc', '/xmlrpc', '/openapi.json'] as $path) {
    $class = 'C' . md5($path);
    eval("final class $class { #[Kargo\\Rpc\\Get('$path')] public function get() {} }");
    $try($path, fn (Api $api) => $api->export(new $class()));
}
$try('names that meet', fn (Api $api) => $api->export(fn () => 1, as: 'a.b')->export(fn () => 1, as: 'a/b'));
$try('body of a GET', fn (Api $api) => $api->export(#[Get('/a')] fn (#[Body] array $b) => 1, as: 'x'));
$try('body of a DELETE', fn (Api $api) => $api->export(#[Delete('/a')] fn (#[Body] array $b) => 1, as: 'x'));
$try('two bodies', fn (Api $api) => $api->export(#[Post('/a')] fn (#[Body] array $b, #[Body] array $c) => 1, as: 'x'));
$try('status', fn (Api $api) => $api->export(#[Post('/a', status: 404)] fn () => 1, as: 'x'));
$try('path that is needed', fn (Api $api) => $api->export(#[Put] fn () => 1, as: 'x'));
$try('header', fn (Api $api) => $api->export(#[Get('/a')] fn (#[Header("X\n")] string $b) => 1, as: 'x'));
foreach ([['example.org'], ['https://example.org/'], ['https://EXAMPLE.org'], [1], ['https://a b']] as $origins) {
    $try(json_encode($origins, JSON_UNESCAPED_SLASHES), fn () => new Cors($origins));
}
$try('credentials for all', fn () => new Cors(['*'], credentials: true));
$try('headers', fn () => new Cors(['*'], headers: ['a b']));
$try('age', fn () => new Cors(['*'], maxAge: -1));
$try('no Cors', fn () => new Api(cors: new Api()));
$cors = new Cors(['https://example.org'], maxAge: 1);
echo json_encode($cors, JSON_UNESCAPED_SLASHES), "\n";
// An export that fails leaves nothing behind.
$api = new Api();
try {
    $api->export(new class { #[Get('/a')] public function a() {} #[Get('/a')] public function b() {} });
} catch (Kargo\ConfigurationException $exception) {
    echo $exception->getMessage(), ' ', json_encode($api->methods()), "\n";
}
$api->export(#[Get('/a')] fn () => 1, as: 'a');
echo json_encode($api->methods()), "\n";
?>
--EXPECT--
fine: exported
no slash: Kargo\ConfigurationException: x: route "a": it must begin with a slash
empty: Kargo\ConfigurationException: x: route "": it must begin with a slash
bad pattern: Kargo\ConfigurationException: x: route "/a{id}": a parameter is a whole segment: /{name}/
no parameter: Kargo\ConfigurationException: x: the path "/a/{nope}" has {nope}, which is no parameter
the same twice: Kargo\ConfigurationException: x: route "/a" exists already for GET
the same of two: Kargo\ConfigurationException: y: route "/a/{c}" matches the same paths as "/a/{b}", which exists already for GET
other verbs: exported
/: Kargo\ConfigurationException: get: the path "/" has another use
/rest: Kargo\ConfigurationException: get: the path "/rest" has another use
/rest/x: Kargo\ConfigurationException: get: the path "/rest/x" has another use
/jsonrpc: Kargo\ConfigurationException: get: the path "/jsonrpc" has another use
/xmlrpc: Kargo\ConfigurationException: get: the path "/xmlrpc" has another use
/openapi.json: Kargo\ConfigurationException: get: the path "/openapi.json" has another use
names that meet: Kargo\ConfigurationException: a/b: route "/rest/a/b" exists already for POST
body of a GET: Kargo\ConfigurationException: x: the path "/a": requests of this verb have no body
body of a DELETE: Kargo\ConfigurationException: x: the path "/a": requests of this verb have no body
two bodies: Kargo\ConfigurationException: x: the path "/a": there is one body only
status: Kargo\ConfigurationException: x: #[Kargo\Rpc\Post]: Kargo\Rpc\Post::__construct(): Argument #2 ($status) must be between 200 and 299
path that is needed: Kargo\ConfigurationException: x: #[Kargo\Rpc\Put]: Kargo\Rpc\Put::__construct() expects at least 1 argument, 0 given
header: Kargo\ConfigurationException: x($b): #[Kargo\Rpc\Header]: Kargo\Rpc\Header::__construct(): Argument #1 ($name) must be the name of a header
["example.org"]: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must be a list of origins such as "https://example.org", or ["*"]
["https://example.org/"]: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must be a list of origins such as "https://example.org", or ["*"]
["https://EXAMPLE.org"]: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must be a list of origins such as "https://example.org", or ["*"]
[1]: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must be a list of origins such as "https://example.org", or ["*"]
["https://a b"]: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must be a list of origins such as "https://example.org", or ["*"]
credentials for all: ValueError: Kargo\Rpc\Cors::__construct(): Argument #1 ($origins) must name the origins that credentials may be sent from
headers: ValueError: Kargo\Rpc\Cors::__construct(): Argument #2 ($headers) must be a list of names of headers
age: ValueError: Kargo\Rpc\Cors::__construct(): Argument #5 ($maxAge) must not be negative
no Cors: TypeError: Kargo\Rpc\Api::__construct(): Argument #6 ($cors) must be of type ?Kargo\Rpc\Cors, Kargo\Rpc\Api given
{"origins":["https://example.org"],"headers":["Content-Type","Authorization","If-None-Match","Idempotency-Key"],"exposed":["ETag","Retry-After","X-Request-Id"],"credentials":false,"maxAge":1}
b: route "/a" exists already for GET []
["a"]
