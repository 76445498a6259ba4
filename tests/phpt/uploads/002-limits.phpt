--TEST--
Uploads: limits of a server and of a route, at and above each, and routes without uploads
--FILE--
<?php
require __DIR__ . '/form.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Http\{Options, Request, Uploads};
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Options(bodyBytes: 2000, uploads: new Uploads(
        totalBytes: 5000, fileBytes: 3000, files: 2, fieldBytes: 100, fieldsBytes: 150, parts: 4, nameBytes: 20, headBytes: 200, diskBytes: 100_000,
    )));
    $told = fn(Request $r) => [count($r->form()), count($r->files()), strlen($r->body())];
    $server->post('/server', $told);
    $server->post('/own', $told, new Uploads(totalBytes: 1000));
    $server->post('/off', $told, uploads: false);
    $server->put('/put', $told, uploads: false);
    $server->patch('/patch', $told, uploads: false);
    $server->any('/any', $told, uploads: false);
    $server->route('POST', '/route', $told, uploads: false);
    $server->mount('/mounted', $told, uploads: new Uploads(files: 0));
    $server->run(workers: 0);
    PHP);
$post = fn(string $path, array $parts) => $server->post($path, form($parts), FORM);
$says = function (string $what, Response $response): void {
    echo "$what: $response->status ", $response->status === 200 ? $response->body : '', "\n";
};
foreach ([
    'a file at the limit' => [['f', str_repeat('x', 3000), 'x']],
    'a file above it' => [['f', str_repeat('x', 3001), 'x']],
    'a body above the limit' => [['f', str_repeat('x', 3000), 'x'], ['f', str_repeat('x', 2000), 'x']],
    'files at the limit' => [['f', '1', 'x'], ['f', '2', 'x'], ['f', '', '']],
    'files above it' => [['f', '1', 'x'], ['f', '2', 'x'], ['f', '3', 'x']],
    'a field at the limit' => [['a', str_repeat('x', 100)]],
    'a field above it' => [['a', str_repeat('x', 101)]],
    'fields at the limit' => [['a', str_repeat('x', 100)], ['b', str_repeat('x', 48)]],
    'fields above it' => [['a', str_repeat('x', 100)], ['b', str_repeat('x', 49)]],
    'parts at the limit' => [['a', ''], ['b', ''], ['c', ''], ['d', '']],
    'parts above it' => [['a', ''], ['b', ''], ['c', ''], ['d', ''], ['e', '']],
    'names at the limit' => [[str_repeat('n', 20), ''], ['f', '', str_repeat('n', 20)]],
    'a name above it' => [[str_repeat('n', 21), '']],
    'a name of a file above it' => [['f', '', str_repeat('n', 21)]],
    'a head above the limit' => [['f', '', 'x', str_repeat('a/b', 60)]],
] as $what => $parts) {
    $says($what, $post('/server', $parts));
}
$says('a body in memory at its limit', $server->post('/server', str_repeat('x', 2000)));
$says('a body in memory above it', $server->post('/server', str_repeat('x', 2001)));
$large = [['f', str_repeat('x', 1500), 'x']];
$says('above the limit of its route', $post('/own', $large));
$says('within that of the server', $post('/server', $large));
foreach (['POST /off', 'PUT /put', 'PATCH /patch', 'DELETE /any', 'POST /route'] as $route) {
    $says("$route without", $server->request(...explode(' ', $route), headers: FORM, body: form($large)));
}
$says('without, above the limit on bodies', $post('/off', [['f', str_repeat('x', 2000), 'x']]));
$says('no files here', $post('/mounted/x', $large));
$says('no route', $post('/none', $large));
$says('no method', $server->request('DELETE', '/own', FORM, form($large)));
echo $server->stop(), $server->output(), "\n";

// Without a word about uploads, forms may be as large as other bodies.
$server = Server::start(<<<'PHP'
    $server = Kargo\Http\Server::listen('127.0.0.1:0', new Kargo\Http\Options(bodyBytes: 300_000));
    $server->post('/', fn($r) => [$r->file('f')->size(), strlen($r->form()['a'] ?? '')]);
    $server->run(workers: 0);
    PHP);
$says('by default', $server->post('/', form([['f', str_repeat('x', 200_000), 'x'], ['a', str_repeat('a', 90_000)]]), FORM));
$says('above it', $server->post('/', form([['f', str_repeat('x', 300_000), 'x']]), FORM));
echo $server->stop(), $server->output(), "\n";

foreach ([
    fn() => new Kargo\Http\Uploads(totalBytes: 0),
    fn() => new Kargo\Http\Uploads(fileBytes: -1),
    fn() => new Kargo\Http\Uploads(parts: 0),
    fn() => new Kargo\Http\Uploads(diskBytes: 1 << 60),
    fn() => new Kargo\Http\Uploads(directory: '/no/such'),
    fn() => new Kargo\Http\Uploads(directory: __FILE__),
    fn() => new Kargo\Http\Uploads(directory: "/tmp\0x"),
    fn() => new Kargo\Http\Options(uploads: true),
    fn() => new Kargo\Http\Options(uploads: new stdClass()),
    fn() => Kargo\Http\Server::listen('127.0.0.1:0')->post('/', fn() => '', 'x'),
    fn() => Kargo\Http\Server::listen('127.0.0.1:0')->mount('/', new Kargo\Rpc\Api(), new Kargo\Http\Uploads()),
] as $wrong) {
    try {
        $wrong();
        echo "accepted\n";
    } catch (Throwable $error) {
        echo $error::class, ': ', str_replace(__FILE__, 'FILE', $error->getMessage()), "\n";
    }
}
$uploads = new Kargo\Http\Uploads(files: 3);
$options = new Kargo\Http\Options(uploads: $uploads);
var_dump($options->uploads === $uploads, (new Kargo\Http\Options())->uploads, (new Kargo\Http\Options(uploads: false))->uploads, $uploads->files, $uploads->totalBytes, $uploads->directory);
?>
--EXPECT--
a file at the limit: 200 [0,1,0]
a file above it: 413 
a body above the limit: 413 
files at the limit: 200 [0,2,0]
files above it: 413 
a field at the limit: 200 [1,0,0]
a field above it: 413 
fields at the limit: 200 [2,0,0]
fields above it: 413 
parts at the limit: 200 [4,0,0]
parts above it: 413 
names at the limit: 200 [1,1,0]
a name above it: 413 
a name of a file above it: 413 
a head above the limit: 413 
a body in memory at its limit: 200 [0,0,2000]
a body in memory above it: 413 
above the limit of its route: 413 
within that of the server: 200 [0,1,0]
POST /off without: 200 [0,0,1602]
PUT /put without: 200 [0,0,1602]
PATCH /patch without: 200 [0,0,1602]
DELETE /any without: 200 [0,0,1602]
POST /route without: 200 [0,0,1602]
without, above the limit on bodies: 413 
no files here: 413 
no route: 404 
no method: 405 
0
by default: 200 [200000,90000]
above it: 413 
0
ValueError: Kargo\Http\Uploads::__construct(): Argument #1 ($totalBytes) must be between 1 and 1125899906842624
ValueError: Kargo\Http\Uploads::__construct(): Argument #2 ($fileBytes) must be between 0 and 1125899906842624
ValueError: Kargo\Http\Uploads::__construct(): Argument #6 ($parts) must be between 1 and 16777216
ValueError: Kargo\Http\Uploads::__construct(): Argument #9 ($diskBytes) must be between 1 and 1125899906842624
Kargo\ConfigurationException: uploads can't go to /no/such: No such file or directory (os error 2)
Kargo\ConfigurationException: uploads can't go to FILE: it is no directory
ValueError: Kargo\Http\Uploads::__construct(): Argument #10 ($directory) must not hold NUL
TypeError: Kargo\Http\Options::__construct(): Argument #18 ($uploads) must be of type Kargo\Http\Uploads|false|null, bool given
TypeError: Kargo\Http\Options::__construct(): Argument #18 ($uploads) must be of type Kargo\Http\Uploads|false|null, stdClass given
TypeError: Kargo\Http\Server::post(): Argument #3 ($uploads) must be of type Kargo\Http\Uploads|false|null, string given
Kargo\ConfigurationException: only handlers and applications have limits on uploads
bool(true)
NULL
bool(false)
int(3)
int(16777216)
string(0) ""
