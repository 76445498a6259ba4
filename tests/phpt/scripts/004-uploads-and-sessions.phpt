--TEST--
Uploads, and a session for each visitor
--SKIPIF--
<?php extension_loaded('session') || die('skip no sessions'); ?>
--FILE--
<?php
require __DIR__ . '/site.inc';
$root = site(['index.php' => <<<'PHP'
    <?php
    session_save_path(__DIR__);
    switch ($_GET['do']) {
        case 'upload':
            $file = $_FILES['file'];
            echo $file['name'], ' ', $file['error'], ' ', $file['size'], ' ', var_export(is_uploaded_file($file['tmp_name']), true), ' ';
            echo var_export(is_uploaded_file(__FILE__), true), ' ', var_export(move_uploaded_file($file['tmp_name'], __DIR__ . '/moved'), true);
            echo ' ', md5_file(__DIR__ . '/moved'), ' ', $_POST['field'];
            unlink(__DIR__ . '/moved');
            break;
        case 'left': echo $_FILES['file']['tmp_name']; break;
        case 'login': session_start(); $_SESSION['name'] = $_GET['name']; session_regenerate_id(true); echo session_id(); break;
        case 'who': session_start(); echo $_SESSION['name'] ?? 'nobody'; break;
        case 'slow': session_start(); usleep(100_000); $_SESSION['n'] = ($_SESSION['n'] ?? 0) + 1; echo $_SESSION['n']; break;
        case 'exit': session_start(); $_SESSION['name'] = 'exited'; exit('bye');
    }
    PHP]);
$server = serve($root, 'processes: 3');
$multipart = function (string $content): array {
    $boundary = 'x-boundary';
    $body = "--$boundary\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n"
        . "--$boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n$content\r\n--$boundary--\r\n";
    return [$body, ['Content-Type' => "multipart/form-data; boundary=$boundary"]];
};
$content = random_bytes(200_000);
echo $server->post('/?do=upload', ...$multipart($content))->body === 'a.txt 0 200000 true false true ' . md5($content) . ' value' ? 'uploaded' : 'not', "\n";
$left = $server->post('/?do=left', ...$multipart('x'))->body;
$server->get('/?do=who');
echo $left !== '' && !file_exists($left) ? 'no file is left' : "left: $left", "\n";

$cookie = function (string $do, ?string $id = null) use ($server): array {
    $response = $server->get("/?do=$do", $id === null ? [] : ['Cookie' => "PHPSESSID=$id"]);
    return [$response->body, $response];
};
[$ann] = $cookie('login&name=ann');
[$bob] = $cookie('login&name=bob');
for ($i = 0; $i < 30; $i++) {
    $who = [$cookie('who', $ann)[0], $cookie('who', $bob)[0], $cookie('who')[0]];
    $who === ['ann', 'bob', 'nobody'] || print json_encode($who) . "\n";
}
echo "three visitors\n";
$connections = array_map(fn () => $server->connect(), range(1, 3));
foreach ($connections as $connection) {
    $connection->send("GET /?do=slow HTTP/1.1\r\nHost: a\r\nCookie: PHPSESSID=$ann\r\n\r\n");
}
$counts = array_map(fn ($connection) => $connection->readResponse()->body, $connections);
sort($counts);
echo 'one after the other: ', implode(' ', $counts), "\n";
echo $cookie('exit', $bob)[0], ' ', $cookie('who', $bob)[0], "\n";
echo $server->stop(), "\n";
?>
--EXPECT--
uploaded
no file is left
three visitors
one after the other: 1 2 3
bye exited
0
