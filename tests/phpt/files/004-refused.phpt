--TEST--
Files: what can't be served is refused when it is made
--FILE--
<?php
require __DIR__ . '/site.inc';

use Kargo\Http\Files;

$site = new Site(['file' => '', 'private/x' => '']);
foreach ([
    'no such directory' => fn() => new Files("$site->path/none"),
    'a file' => fn() => new Files("$site->path/file"),
    'NUL' => fn() => new Files("$site->path\0/x"),
    'index of PHP' => fn() => new Files($site->path, index: ['index.php']),
    'index elsewhere' => fn() => new Files($site->path, index: ['../index.html']),
    'index of numbers' => fn() => new Files($site->path, index: [1]),
    'negative age' => fn() => new Files($site->path, maxAge: -1),
    'type without slash' => fn() => new Files($site->path, types: ['x' => 'text']),
    'type with a line' => fn() => new Files($site->path, types: ['x' => "text/plain\r\nX: y"]),
    'header with a line' => fn() => new Files($site->path, headers: ['X' => "a\r\nb"]),
    'header of the file' => fn() => new Files($site->path, headers: ['etag' => '"x"']),
    'otherwise nobody' => fn() => new Files($site->path, otherwise: new stdClass()),
    'twice' => fn() => (new Files($site->path))->__construct($site->path),
    'as a route' => fn() => Kargo\Http\Server::listen('127.0.0.1:0')->get('/x', new Files($site->path)),
    'a copy' => fn() => clone new Files($site->path),
] as $name => $attempt) {
    try {
        $attempt();
        echo "$name: accepted\n";
    } catch (Throwable $error) {
        echo "$name: ", get_class($error), ': ', str_replace($site->path, 'SITE', $error->getMessage()), "\n";
    }
}
$server = Server::start(<<<'PHP'
    ini_set('open_basedir', "$argv[1]/private");
    try {
        new Kargo\Http\Files("$argv[1]/private");
        @new Kargo\Http\Files($argv[1]);
    } catch (Kargo\ConfigurationException $error) {
        Kargo\Http\Server::listen('127.0.0.1:0')->get('/', fn () => $error->getMessage())->run(workers: 0);
    }
    PHP, arguments: [$site->path]);
echo str_replace($site->path, 'SITE', $server->get('/')->body), "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
no such directory: Kargo\ConfigurationException: can't serve the files of SITE/none: No such file or directory (os error 2)
a file: Kargo\ConfigurationException: can't serve the files of SITE/file: Not a directory (os error 20)
NUL: ValueError: Kargo\Http\Files::__construct(): Argument #1 ($directory) must not hold NUL
index of PHP: Kargo\ConfigurationException: "index.php" can't be an index: it must be a file's name, without a folder, of a kind that is served
index elsewhere: Kargo\ConfigurationException: "../index.html" can't be an index: it must be a file's name, without a folder, of a kind that is served
index of numbers: ValueError: Kargo\Http\Files::__construct(): Argument #5 ($index) must be a list of strings in UTF-8
negative age: ValueError: Kargo\Http\Files::__construct(): Argument #3 ($maxAge) must be between 0 and ten years
type without slash: ValueError: Kargo\Http\Files::__construct(): Argument #9 ($types) must have media types as values, such as "text/plain; charset=utf-8"
type with a line: ValueError: Kargo\Http\Files::__construct(): Argument #9 ($types) must be valid in HTTP: the value of header Content-Type holds a control character or is malformed
header with a line: ValueError: Kargo\Http\Files::__construct(): Argument #10 ($headers) must be valid in HTTP: the value of header X holds a control character or is malformed
header of the file: ValueError: Kargo\Http\Files::__construct(): Argument #10 ($headers) must not have ETag, which goes by the file
otherwise nobody: TypeError: Kargo\Http\Files::__construct(): Argument #2 ($otherwise) must be a callable or Kargo\Http\Handler, no array or string given, stdClass given
twice: Error: a Files can't be constructed twice
as a route: TypeError: Kargo\Http\Server::get(): Argument #2 ($handler) must be a callable or Kargo\Http\Handler, no array or string given, Kargo\Http\Files given
a copy: Error: Trying to clone an uncloneable object of class Kargo\Http\Files
can't serve the files of SITE: open_basedir does not allow it
0
