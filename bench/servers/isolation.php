<?php

declare(strict_types=1);

/*
 * The server that bench/isolation counts: an application with as many classes as a framework's, of which a part has
 * statics, and a handler that changes none of them.
 *
 *     php -d extension=build/kargo_event.so bench/servers/isolation.php HOST:PORT MODE CLASSES
 *
 * Of ten classes, two have two static properties each, one of them an array, and one has a method with a static variable.
 * There are twenty global variables, and as many objects of the application's own classes as a tenth of the classes.
 */

use Kargo\App\Isolation;
use Kargo\Http\Server;

[, $address, $mode, $classes] = $argv;
$file = tempnam(sys_get_temp_dir(), 'isolation-');
$source = "<?php\n";
for ($number = 0; $number < (int) $classes; $number++) {
    $statics = $number % 10 < 2 ? 'public static ?string $name = null; private static array $cache = ["a" => [1, 2]];' : '';
    $variable = $number % 10 === 2 ? 'static $calls = 0; ' : '';
    $source .= "class Class$number { private \$one = 1, \$two = [2], \$three; $statics
        function first() { $variable return 1; } function second() { return 2; } function third() { return 3; } }\n";
}
file_put_contents($file, $source);
require $file;
unlink($file);
$objects = [];
for ($number = 0; $number < (int) $classes; $number++) {
    $object = new ("Class$number")();
    $object->first();
    if ($number % 10 < 2) {
        (fn () => self::$cache)->bindTo(null, "Class$number")();
    }
    if ($number % 10 === 3) {
        $objects[] = $object;
    }
}
for ($number = 0; $number < 20; $number++) {
    $GLOBALS["global$number"] = [$number];
}

$server = Server::listen($address)->isolate(constant(Isolation::class . "::$mode"));
$server->get('/hello', fn (): string => 'Hello, World!');
$server->run(workers: 0);
