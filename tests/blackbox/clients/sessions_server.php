<?php

declare(strict_types=1);

/** Usage: sessions_server.php files|redis|cookie PLACE WORKERS. Handlers that do what their path says to the session. */

use Kargo\Http\{HttpException, Request, Server, Sessions};

// What is too long for a file is an error, as on a full disk.
pcntl_signal(SIGXFSZ, SIG_IGN);
[, $kind, $place, $workers] = $argv;
$server = Server::listen('127.0.0.1:0');
$server->sessions(match ($kind) {
    'files' => Sessions::inFiles($place, secure: false),
    'redis' => Sessions::inRedis($place, idleSeconds: 30, secure: false),
    'cookie' => Sessions::inCookie($place, secure: false),
});
$server->get('/pid', fn () => (string) getmypid());
$server->get('/all', function (Request $request) {
    $all = $request->session()->all();

    return $all === [] ? '{}' : $all;
});
$server->get('/set/{key}/{value}', function (Request $request) {
    $request->session()->set($request->parameter('key'), $request->parameter('value'));

    return (string) getmypid();
});
$server->get('/slow/{key}/{value}', function (Request $request) {
    $request->session()->set($request->parameter('key'), $request->parameter('value'));
    Kargo\delay(0.3);

    return 'done';
});
$server->get('/bytes', function (Request $request) {
    $value = ["\0\xff", -0.1, [PHP_INT_MIN => null], false];
    $request->session()->set('bytes', $value);

    return [$request->session()->get('bytes') === $value];
});
$server->get('/same', fn (Request $request) => [$request->session()->get('bytes') === ["\0\xff", -0.1, [PHP_INT_MIN => null], false]]);
$server->get('/count', fn (Request $request) => (string) $request->session()->update('n', fn (?int $n) => $n + 1));
$server->get('/login', function (Request $request) {
    $request->session()->regenerate()->set('user', 'ann');

    return 'in';
});
$server->get('/logout', function (Request $request) {
    $request->session()->destroy();

    return 'out';
});
$server->get('/clear', function (Request $request) {
    $request->session()->clear()->set('after', 1);

    return 'cleared';
});
$server->get('/refuse', function (Request $request) {
    $request->session()->set('tries', 1);
    throw new HttpException(403, 'no');
});
$server->get('/throw', function (Request $request) {
    $request->session()->set('thrown', 1);
    throw new RuntimeException('secret');
});
$server->get('/plain', fn () => 'plain');
$server->run((int) $workers);
