--TEST--
Against a server that is not ours: Python's, in HTTP/1.0 and HTTP/1.1
--SKIPIF--
<?php
if (trim((string) shell_exec('command -v python3')) === '') {
    echo 'skip python3 is not installed';
}
?>
--FILE--
<?php
require __DIR__ . '/servers.inc';
use Kargo\Http\{Client, ClientResponse};

$folder = (getenv('KARGO_TEST_TMP') ?: sys_get_temp_dir()) . '/python-' . getmypid();
mkdir($folder);
file_put_contents("$folder/file.txt", 'from a file');
file_put_contents("$folder/large", str_repeat('0123456789', 300_000));
mkdir("$folder/below");
foreach (['HTTP/1.0', 'HTTP/1.1'] as $version) {
    $python = proc_open(
        ['setpriv', '--pdeathsig', 'KILL', 'python3', '-u', '-m', 'http.server', '--bind', '127.0.0.1', '--directory', $folder, '--protocol', $version, '0'],
        [['file', '/dev/null', 'r'], ['pipe', 'w'], ['file', '/dev/null', 'w']],
        $pipes,
    );
    preg_match('~port (\d+)~', (string) fgets($pipes[1]), $port) || exit("python3 says nothing\n");
    $base = "http://127.0.0.1:$port[1]";
    $client = new Client();
    $response = $client->get("$base/file.txt");
    echo "$response->status $response->body {$response->header('content-type')} ", str_contains($response->header('Server'), 'Python') ? 'Python' : 'another', "\n";
    echo $client->head("$base/file.txt")->header('content-length'), ' ', $client->get("$base/none")->status, ' ', $client->post("$base/", 'x')->status, "\n";
    echo parse_url($client->get("$base/below")->url, PHP_URL_PATH), ' ', strlen($client->get("$base/large")->body), "\n";
    $results = $client->all(array_fill(0, 200, "$base/file.txt"));
    echo count(array_filter($results, fn ($result) => $result instanceof ClientResponse && $result->body === 'from a file')), "\n";
    proc_terminate($python, SIGKILL);
    proc_close($python);
}
array_map(unlink(...), ["$folder/file.txt", "$folder/large"]);
rmdir("$folder/below");
rmdir($folder);
?>
--EXPECT--
200 from a file text/plain Python
11 404 501
/below/ 3000000
200
200 from a file text/plain Python
11 404 501
/below/ 3000000
200
