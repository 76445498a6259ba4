--TEST--
REST: methods by convention and by attributes; verbs, statuses, OPTIONS, what is not there
--FILE--
<?php
require __DIR__ . '/client.inc';

$server = Server::start(<<<'PHP'
    use Kargo\Rpc\{Body, Delete, Get, Header, Name, Patch, Post, Put, Query};

    final class Polls {
        public function getAll(): array { return [1, 2]; }
        public function vote(string $option, int $count = 1): string { return "$option $count"; }
        public function getaway(): string { return 'away'; }
        #[Get] public function tally(): int { return 3; }
        #[Post] public function getOrCreate(): string { return 'created'; }
        #[Post(status: 201)] public function add(string $title): array { return ['title' => $title]; }
        public function clear(): void {}
        #[Get('/polls/{id}')] public function show(int $id, bool $full = false): array { return ['id' => $id, 'full' => $full]; }
        #[Get('/polls')] public function page(int $page = 1, string ...$more): int { return $page; }
        #[Post('/polls', status: 201)] public function create(string $title, #[Query] bool $draft = false): array { return compact('title', 'draft'); }
        #[Put('/polls/{id}')] public function replace(int $id, #[Body] array $poll, #[Header('X-Editor')] string $editor = 'nobody'): array { return compact('id', 'poll', 'editor'); }
        #[Patch('/polls/{id}')] public function change(int $id, ?string $title = null): array { return compact('id', 'title'); }
        #[Delete('/polls/{id}')] public function remove(int $id, #[Query('why')] string $reason = ''): void { if ($reason === 'no') throw new Kargo\Rpc\Fault('not that one', 409); }
        #[Get('/files/{path...}')] #[Get('/first')] public function file(string $path = 'first'): string { return $path; }
        #[Get('/named/{key}')] public function named(#[Name('key')] string $internal): string { return $internal; }
        #[Get('/latest', status: 203)] public static function latest(): ?int { return null; }
        #[Get('/polls/best')] public function best(): string { return 'best'; }
    }
    $api = new Kargo\Rpc\Api(console: false);
    $api->export(new Polls(), as: 'poll')->export(fn (int $a, int $b): int => $a + $b, as: 'add')->export(#[Get('/now')] fn (): string => 'now', as: 'deep.er.now');
    $server = Kargo\Http\Server::listen('127.0.0.1:0');
    $server->mount('/', $api)->mount('/v1', $api);
    $server->run(workers: 1);
    PHP);
$rest = new Rest($server);
$tour = function (Rest $client): void {
    echo "-- by convention\n";
    foreach (['/rest/poll/getAll', '/rest/poll/tally', '/rest/poll/vote?option=a', '/rest/poll/getaway', '/rest/poll/getOrCreate', '/rest/poll/show?id=7&full=1', '/rest/deep/er/now', '/rest/add?a=1&b=2'] as $path) {
        echo "GET $path: ", $client->get($path), "\n";
    }
    foreach (['/rest/poll/getAll' => '', '/rest/poll/vote' => '{"option":"a","count":2}', '/rest/poll/getOrCreate' => '{}', '/rest/poll/add' => '{"title":"t"}', '/rest/poll/clear' => '', '/rest/poll/show' => '{"id":1}', '/rest/poll/create' => '{"title":"t","draft":true}', '/rest/poll/replace' => '{"id":1,"poll":[1],"editor":"e"}', '/rest/add' => '{"a":1,"b":2}', '/rest/deep/er/now' => ''] as $path => $body) {
        echo "POST $path $body: ", $client->post($path, $body), "\n";
    }
    echo "-- by attributes\n";
    foreach (['/polls/7', '/polls/7?full=true', '/polls/best', '/polls', '/polls?page=3', '/files/a/b%2Fc', '/first', '/named/x%20y', '/latest', '/now'] as $path) {
        echo "GET $path: ", $client->get($path), "\n";
    }
    echo 'POST: ', $client->post('/polls?draft=1', '{"title":"t"}'), "\n";
    echo 'PUT: ', $client->send('PUT', '/polls/1', '{"x":[1,{"y":2}]}', ['Content-Type' => 'application/json', 'x-editor' => 'ed']), "\n";
    echo 'PUT: ', $client->send('PUT', '/polls/1', '[]', ['Content-Type' => 'application/json']), "\n";
    echo 'PATCH: ', $client->send('PATCH', '/polls/1', '{"title":"new"}', ['Content-Type' => 'application/merge-patch+json']), "\n";
    echo 'PATCH: ', $client->send('PATCH', '/polls/1'), "\n";
    echo 'DELETE: ', $client->send('DELETE', '/polls/1'), "\n";
    echo 'DELETE: ', $client->send('DELETE', '/polls/1?why=no'), "\n";
    echo 'HEAD: ', $client->send('HEAD', '/polls/1'), "\n";
};
$tour($rest);
ob_start();
$tour($rest);
$first = ob_get_clean();
ob_start();
$tour(new Rest($server, '/v1'));
echo ob_get_clean() === $first ? '' : "another mount answers otherwise\n";
echo "-- other verbs\n";
foreach ([['PUT', '/rest/poll/getAll'], ['DELETE', '/rest/poll/vote'], ['PATCH', '/polls'], ['POST', '/polls/1'], ['POST', '/first'], ['HEAD', '/rest/poll/vote'], ['FROB', '/polls'], ['TRACE', '/polls']] as [$verb, $path]) {
    echo "$verb $path: ", $rest->send($verb, $path), "\n";
}
foreach (['/rest/poll/getAll', '/rest/poll/vote', '/polls', '/polls/1', '/nope', '/rest/nope'] as $path) {
    echo "OPTIONS $path: ", $rest->send('OPTIONS', $path), "\n";
}
echo "-- not there\n";
foreach (['/rest/poll', '/rest/poll/', '/rest/poll/getall', '/rest/poll/getAll/', '/rest/poll.getAll', '/rest//getAll', '/restful', '/polls/', '/polls//', '/polls/1/2', '/', '/v2/polls'] as $path) {
    echo "GET $path: ", $rest->get($path), "\n";
}
echo "-- names are compared decoded\n";
foreach (['/rest/poll/get%41ll', '/%70olls/1', '/polls%2F1', '/rest%2Fpoll/getAll'] as $path) {
    echo "GET $path: ", $rest->get($path), "\n";
}
echo $server->stop(), "\n";
?>
--EXPECT--
-- by convention
GET /rest/poll/getAll: 200 [1,2]
GET /rest/poll/tally: 200 3
GET /rest/poll/vote?option=a: 405 [allow: POST, OPTIONS] problem {}
GET /rest/poll/getaway: 405 [allow: POST, OPTIONS] problem {}
GET /rest/poll/getOrCreate: 405 [allow: POST, OPTIONS] problem {}
GET /rest/poll/show?id=7&full=1: 200 {"id":7,"full":true}
GET /rest/deep/er/now: 200 "now"
GET /rest/add?a=1&b=2: 405 [allow: POST, OPTIONS] problem {}
POST /rest/poll/getAll : 200 [1,2]
POST /rest/poll/vote {"option":"a","count":2}: 200 "a 2"
POST /rest/poll/getOrCreate {}: 200 "created"
POST /rest/poll/add {"title":"t"}: 201 {"title":"t"}
POST /rest/poll/clear : 204
POST /rest/poll/show {"id":1}: 200 {"id":1,"full":false}
POST /rest/poll/create {"title":"t","draft":true}: 200 {"title":"t","draft":true}
POST /rest/poll/replace {"id":1,"poll":[1],"editor":"e"}: 200 {"id":1,"poll":[1],"editor":"e"}
POST /rest/add {"a":1,"b":2}: 200 3
POST /rest/deep/er/now : 200 "now"
-- by attributes
GET /polls/7: 200 {"id":7,"full":false}
GET /polls/7?full=true: 200 {"id":7,"full":true}
GET /polls/best: 200 "best"
GET /polls: 200 1
GET /polls?page=3: 200 3
GET /files/a/b%2Fc: 200 "a/b%2Fc"
GET /first: 200 "first"
GET /named/x%20y: 200 "x y"
GET /latest: 203 null
GET /now: 200 "now"
POST: 201 {"title":"t","draft":true}
PUT: 200 {"id":1,"poll":{"x":[1,{"y":2}]},"editor":"ed"}
PUT: 200 {"id":1,"poll":[],"editor":"nobody"}
PATCH: 200 {"id":1,"title":"new"}
PATCH: 200 {"id":1,"title":null}
DELETE: 204
DELETE: 409 problem {"detail":"not that one","code":409}
HEAD: 200
-- other verbs
PUT /rest/poll/getAll: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
DELETE /rest/poll/vote: 405 [allow: POST, OPTIONS] problem {}
PATCH /polls: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
POST /polls/1: 405 [allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS] problem {}
POST /first: 405 [allow: GET, HEAD, OPTIONS] problem {}
HEAD /rest/poll/vote: 405 [allow: POST, OPTIONS] problem
FROB /polls: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
TRACE /polls: 405 [allow: GET, HEAD, POST, OPTIONS] problem {}
OPTIONS /rest/poll/getAll: 204 [allow: GET, HEAD, POST, OPTIONS]
OPTIONS /rest/poll/vote: 204 [allow: POST, OPTIONS]
OPTIONS /polls: 204 [allow: GET, HEAD, POST, OPTIONS]
OPTIONS /polls/1: 204 [allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS]
OPTIONS /nope: 404 problem {}
OPTIONS /rest/nope: 404 problem {}
-- not there
GET /rest/poll: 404 problem {}
GET /rest/poll/: 404 problem {}
GET /rest/poll/getall: 404 problem {}
GET /rest/poll/getAll/: 404 problem {}
GET /rest/poll.getAll: 404 problem {}
GET /rest//getAll: 404 problem {}
GET /restful: 404 problem {}
GET /polls/: 404 problem {}
GET /polls//: 404 problem {}
GET /polls/1/2: 404 problem {}
GET /: 404 problem {}
GET /v2/polls: 404 problem {}
-- names are compared decoded
GET /rest/poll/get%41ll: 200 [1,2]
GET /%70olls/1: 200 {"id":1,"full":false}
GET /polls%2F1: 404 problem {}
GET /rest%2Fpoll/getAll: 404 problem {}
0
