--TEST--
Every method of Response, and what it refuses
--FILE--
<?php
use Kargo\Http\Response;

function show(Response $response): void
{
    echo $response->status, ' ', json_encode($response->headers, JSON_UNESCAPED_SLASHES), ' ', json_encode($response->body), "\n";
}
function refused(string $name, Closure $attempt): void
{
    try {
        $attempt();
        echo "$name: accepted\n";
    } catch (Throwable $error) {
        echo "$name: ", get_class($error), "\n";
    }
}
show(new Response());
show(new Response('body', 201, ['X-A' => '1', 'X-B' => ['2', '3']]));
show(Response::text('ü'));
show(Response::text('x', 404));
show(Response::html('<p>', 422));
show(Response::json(['a' => 'é/', 'b' => 1.0, 'c' => null, 'd' => [], 'e' => new stdClass()]));
show(Response::json(null, 400));
show(Response::redirect('/elsewhere'));
show(Response::redirect('https://example.org/', 308));
$first = new Response('x', 200, ['X-A' => '1']);
show($first->withStatus(204));
show($first->withHeader('x-a', '2'));
show($first->withHeader('X-B', '2'));
show($first->withAddedHeader('X-A', '2'));
show($first->withAddedHeader('x-a', '2')->withAddedHeader('X-a', '3'));
show($first->withAddedHeader('X-C', '2'));
show($first->withoutHeader('X-A'));
show($first->withoutHeader('x-a')->withoutHeader('x-none'));
show($first->withBody('y'));
show($first->withCookie('n', 'v w;é'));
show($first->withCookie('n', 'v', 3600, '/p', 'example.org', true, false, 'Strict'));
show($first->withCookie('n', '', 0)->withCookie('m', '1', sameSite: 'None', secure: true));
show($first->withCookie('n', '1', -5));
show($first);
try {
    $first->status = 201;
} catch (Error $error) {
    echo get_class($error), ': ', $error->getMessage(), "\n";
}
foreach ([-1, 0, 99, 100, 101, 199, 600, 1000] as $status) {
    refused("status $status", fn () => new Response('', $status));
    refused("withStatus $status", fn () => $first->withStatus($status));
}
foreach (["a\r\nb", "a\nb", "a\rb", "a\0b", "\r\n", "a\r\n b"] as $value) {
    $name = json_encode($value);
    refused("value $name", fn () => new Response('', 200, ['X' => $value]));
    refused("listed value $name", fn () => new Response('', 200, ['X' => ['ok', $value]]));
    refused("withHeader $name", fn () => $first->withHeader('X', $value));
    refused("withAddedHeader $name", fn () => $first->withAddedHeader('X', $value));
    refused("redirect $name", fn () => Response::redirect("/$value"));
    refused("cookie domain $name", fn () => $first->withCookie('n', 'v', null, '/', $value));
    refused("cookie path $name", fn () => $first->withCookie('n', 'v', null, $value));
    refused("sameSite $name", fn () => $first->withCookie('n', 'v', sameSite: $value));
    show($first->withCookie('n', $value));
}
foreach (['', ' ', 'a b', "a\r\n", 'a:', 'ä', "a\0", '(', 'a,b'] as $name) {
    $shown = json_encode($name);
    refused("name $shown", fn () => new Response('', 200, [$name => 'x']));
    refused("withHeader name $shown", fn () => $first->withHeader($name, 'x'));
    refused("withAddedHeader name $shown", fn () => $first->withAddedHeader($name, 'x'));
    refused("cookie name $shown", fn () => $first->withCookie($name, 'x'));
}
refused('cookie path with ;', fn () => $first->withCookie('n', 'v', null, '/;x'));
refused('cookie domain with ;', fn () => $first->withCookie('n', 'v', null, '/', 'a;b'));
refused('cookie name with =', fn () => $first->withCookie('n=m', 'v'));
refused('sameSite of its own', fn () => $first->withCookie('n', 'v', sameSite: 'Sometimes'));
refused('headers of a list', fn () => new Response('', 200, ['X: 1']));
refused('header value of a wrong type', fn () => new Response('', 200, ['X' => new stdClass()]));
refused('redirect 200', fn () => Response::redirect('/', 200));
refused('redirect 400', fn () => Response::redirect('/', 400));
refused('json of NAN', fn () => Response::json(NAN));
refused('json of INF', fn () => Response::json([INF]));
refused('json of invalid UTF-8', fn () => Response::json("\xff"));
refused('json of a recursion', function () { $a = []; $a['a'] = &$a; Response::json($a); });
refused('json of 600 levels', function () { $a = []; for ($i = 0; $i < 600; $i++) { $a = [$a]; } Response::json($a); });
refused('json that throws', fn () => Response::json(new class implements JsonSerializable {
    public function jsonSerialize(): mixed { throw new LogicException('x'); }
}));
?>
--EXPECT--
200 [] ""
201 {"X-A":"1","X-B":["2","3"]} "body"
200 {"Content-Type":"text/plain; charset=utf-8"} "\u00fc"
404 {"Content-Type":"text/plain; charset=utf-8"} "x"
422 {"Content-Type":"text/html; charset=utf-8"} "<p>"
200 {"Content-Type":"application/json"} "{\"a\":\"\u00e9\/\",\"b\":1.0,\"c\":null,\"d\":[],\"e\":{}}"
400 {"Content-Type":"application/json"} "null"
303 {"Location":"/elsewhere"} ""
308 {"Location":"https://example.org/"} ""
204 {"X-A":"1"} "x"
200 {"x-a":"2"} "x"
200 {"X-A":"1","X-B":"2"} "x"
200 {"X-A":["1","2"]} "x"
200 {"X-a":["1","2","3"]} "x"
200 {"X-A":"1","X-C":["2"]} "x"
200 [] "x"
200 [] "x"
200 {"X-A":"1"} "y"
200 {"X-A":"1","Set-Cookie":["n=v%20w%3B%C3%A9; Path=/; HttpOnly; SameSite=Lax"]} "x"
200 {"X-A":"1","Set-Cookie":["n=v; Path=/p; Domain=example.org; Max-Age=3600; Secure; SameSite=Strict"]} "x"
200 {"X-A":"1","Set-Cookie":["n=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax","m=1; Path=/; Secure; HttpOnly; SameSite=None"]} "x"
200 {"X-A":"1","Set-Cookie":["n=1; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"]} "x"
200 {"X-A":"1"} "x"
Error: Cannot modify readonly property Kargo\Http\Response::$status
status -1: ValueError
withStatus -1: ValueError
status 0: ValueError
withStatus 0: ValueError
status 99: ValueError
withStatus 99: ValueError
status 100: ValueError
withStatus 100: ValueError
status 101: ValueError
withStatus 101: ValueError
status 199: ValueError
withStatus 199: ValueError
status 600: ValueError
withStatus 600: ValueError
status 1000: ValueError
withStatus 1000: ValueError
value "a\r\nb": ValueError
listed value "a\r\nb": ValueError
withHeader "a\r\nb": ValueError
withAddedHeader "a\r\nb": ValueError
redirect "a\r\nb": ValueError
cookie domain "a\r\nb": ValueError
cookie path "a\r\nb": ValueError
sameSite "a\r\nb": ValueError
200 {"X-A":"1","Set-Cookie":["n=a%0D%0Ab; Path=/; HttpOnly; SameSite=Lax"]} "x"
value "a\nb": ValueError
listed value "a\nb": ValueError
withHeader "a\nb": ValueError
withAddedHeader "a\nb": ValueError
redirect "a\nb": ValueError
cookie domain "a\nb": ValueError
cookie path "a\nb": ValueError
sameSite "a\nb": ValueError
200 {"X-A":"1","Set-Cookie":["n=a%0Ab; Path=/; HttpOnly; SameSite=Lax"]} "x"
value "a\rb": ValueError
listed value "a\rb": ValueError
withHeader "a\rb": ValueError
withAddedHeader "a\rb": ValueError
redirect "a\rb": ValueError
cookie domain "a\rb": ValueError
cookie path "a\rb": ValueError
sameSite "a\rb": ValueError
200 {"X-A":"1","Set-Cookie":["n=a%0Db; Path=/; HttpOnly; SameSite=Lax"]} "x"
value "a\u0000b": ValueError
listed value "a\u0000b": ValueError
withHeader "a\u0000b": ValueError
withAddedHeader "a\u0000b": ValueError
redirect "a\u0000b": ValueError
cookie domain "a\u0000b": ValueError
cookie path "a\u0000b": ValueError
sameSite "a\u0000b": ValueError
200 {"X-A":"1","Set-Cookie":["n=a%00b; Path=/; HttpOnly; SameSite=Lax"]} "x"
value "\r\n": ValueError
listed value "\r\n": ValueError
withHeader "\r\n": ValueError
withAddedHeader "\r\n": ValueError
redirect "\r\n": ValueError
cookie domain "\r\n": ValueError
cookie path "\r\n": ValueError
sameSite "\r\n": ValueError
200 {"X-A":"1","Set-Cookie":["n=%0D%0A; Path=/; HttpOnly; SameSite=Lax"]} "x"
value "a\r\n b": ValueError
listed value "a\r\n b": ValueError
withHeader "a\r\n b": ValueError
withAddedHeader "a\r\n b": ValueError
redirect "a\r\n b": ValueError
cookie domain "a\r\n b": ValueError
cookie path "a\r\n b": ValueError
sameSite "a\r\n b": ValueError
200 {"X-A":"1","Set-Cookie":["n=a%0D%0A%20b; Path=/; HttpOnly; SameSite=Lax"]} "x"
name "": ValueError
withHeader name "": ValueError
withAddedHeader name "": ValueError
cookie name "": ValueError
name " ": ValueError
withHeader name " ": ValueError
withAddedHeader name " ": ValueError
cookie name " ": ValueError
name "a b": ValueError
withHeader name "a b": ValueError
withAddedHeader name "a b": ValueError
cookie name "a b": ValueError
name "a\r\n": ValueError
withHeader name "a\r\n": ValueError
withAddedHeader name "a\r\n": ValueError
cookie name "a\r\n": ValueError
name "a:": ValueError
withHeader name "a:": ValueError
withAddedHeader name "a:": ValueError
cookie name "a:": ValueError
name "\u00e4": ValueError
withHeader name "\u00e4": ValueError
withAddedHeader name "\u00e4": ValueError
cookie name "\u00e4": ValueError
name "a\u0000": ValueError
withHeader name "a\u0000": ValueError
withAddedHeader name "a\u0000": ValueError
cookie name "a\u0000": ValueError
name "(": ValueError
withHeader name "(": ValueError
withAddedHeader name "(": ValueError
cookie name "(": ValueError
name "a,b": ValueError
withHeader name "a,b": ValueError
withAddedHeader name "a,b": ValueError
cookie name "a,b": ValueError
cookie path with ;: ValueError
cookie domain with ;: ValueError
cookie name with =: ValueError
sameSite of its own: ValueError
headers of a list: ValueError
header value of a wrong type: ValueError
redirect 200: ValueError
redirect 400: ValueError
json of NAN: ValueError
json of INF: ValueError
json of invalid UTF-8: ValueError
json of a recursion: ValueError
json of 600 levels: ValueError
json that throws: LogicException
