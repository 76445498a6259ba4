<?php

declare(strict_types=1);

/* Behind nginx with php-fpm, and the router of `php -S HOST:PORT bench/servers/index.php`. */

require __DIR__ . '/application.php';
if ($_SERVER['REQUEST_URI'] === '/soap') {
    require __DIR__ . '/soap.php';
}

[$status, $contentType, $body] = answer(
    $_SERVER['REQUEST_METHOD'],
    $_SERVER['REQUEST_URI'],
    (string) file_get_contents('php://input'),
);
http_response_code($status);
header("Content-Type: $contentType");
header('Content-Length: ' . strlen($body));
echo $body;
