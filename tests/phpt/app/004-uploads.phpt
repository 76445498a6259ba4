--TEST--
Classic mode: uploads arrive as files that are gone with the request, within PHP's limits and the server's
--FILE--
<?php
require __DIR__ . '/app.inc';

$folder = sys_get_temp_dir() . '/kargo-uploads-' . getmypid();
@mkdir($folder);
$server = start_pages([
    '/files' => '$shown = []; array_walk_recursive($_FILES, function ($value, $key) use (&$shown) { $shown[] = str_starts_with((string) $value, "/") ? "tmp" : $value; });
        echo json_encode([$_POST, array_map(array_keys(...), $_FILES), $shown]);',
    '/read' => '$f = $_FILES["f"]; echo json_encode([$f["name"], $f["type"], $f["size"], $f["error"], is_uploaded_file($f["tmp_name"]), file_get_contents($f["tmp_name"]), is_uploaded_file("/etc/passwd"), fileperms($f["tmp_name"]) & 0777]);',
    '/move' => 'echo json_encode([move_uploaded_file($_FILES["f"]["tmp_name"], "' . $folder . '/moved"), file_get_contents("' . $folder . '/moved"), is_uploaded_file("' . $folder . '/moved")]);',
    '/throw' => 'throw new Exception("x");',
    '/left' => 'echo count(glob("' . $folder . '/php*"));',
    '/count' => 'echo count($_POST), " ", count($_FILES["f"]["name"] ?? []);',
], ini: ['upload_tmp_dir' => $folder, 'upload_max_filesize' => 1000, 'post_max_size' => 20000, 'max_file_uploads' => 3, 'max_input_vars' => 5],
    serverOptions: 'bodyBytes: 40000');
$type = ['Content-Type' => 'multipart/form-data; boundary=xyz'];
$post = fn (string $path, array $parts) => $server->post($path, multipart($parts), $type);

echo $post('/read', [['f', "line\r\n--not the end", 'a b ü.txt']])->body, "\n";
echo $post('/files', [['a', '1'], ['f', 'one', 'one.txt'], ['g[]', 'two', '../../two.txt'], ['g[]', 'three', 'C:\\x\\three.txt'], ['b[k]', '2']])->body, "\n";
echo $post('/files', [['f', '', ''], ['big', str_repeat('x', 1001), 'big.txt'], ['fits', str_repeat('x', 1000), 'fits.txt']])->body, "\n";
echo $post('/files', [['MAX_FILE_SIZE', '10'], ['f', str_repeat('x', 11), 'f.txt']])->body, "\n";
echo $post('/move', [['f', 'moved content', 'm.txt']])->body, "\n";
echo $post('/throw', [['f', 'x', 'x.txt']])->status, "\n";
echo $post('/count', [['f[]', '1', 'a'], ['f[]', '2', 'b'], ['f[]', '3', 'c'], ['f[]', '4', 'd']])->body, "\n";
echo $post('/count', array_map(fn ($i) => ["v$i", 'x'], range(1, 8)))->body, "\n";
echo $server->post('/count', http_build_query(array_fill_keys(range(1, 8), 'x')), ['Content-Type' => 'application/x-www-form-urlencoded'])->body, "\n";
echo $server->post('/count', str_repeat('a', 20001), $type)->body, "\n";
echo $server->post('/count', str_repeat('a', 40001), $type)->status, "\n";
echo $server->post('/files', "--xyz\r\nContent-Disposition: form-data; name=\"f\"; filename=\"cut.txt\"\r\n\r\nno end", $type)->body, "\n";
echo $server->post('/count', multipart([['a', 'b']]), ['Content-Type' => 'multipart/form-data'])->body, "\n";
echo $server->get('/left')->body, " left\n";
echo $server->stop(), $server->output(), "\n";
preg_match_all('/message="?(.*?(limit|boundary|exceeded|Maximum)[^"]*)/', $server->log(), $found);
// Some versions say at which stage it was.
echo str_replace('PHP Request Startup: ', '', implode("\n", $found[1])), "\n";
array_map(unlink(...), glob("$folder/*"));
rmdir($folder);
?>
--EXPECT--
["a b \u00fc.txt","text\/plain",19,0,true,"line\r\n--not the end",false,384]
[{"a":"1","b":{"k":"2"}},{"f":["name","full_path","type","tmp_name","error","size"],"g":["name","full_path","type","tmp_name","error","size"]},["one.txt","one.txt","text\/plain","tmp",0,3,"two.txt","three.txt","..\/..\/two.txt","C:\\x\\three.txt","text\/plain","text\/plain","tmp","tmp",0,0,3,5]]
[[],{"f":["name","full_path","type","tmp_name","error","size"],"big":["name","full_path","type","tmp_name","error","size"],"fits":["name","full_path","type","tmp_name","error","size"]},["","","","",4,0,"big.txt","big.txt","","",1,0,"fits.txt","fits.txt","text\/plain","tmp",0,1000]]
[{"MAX_FILE_SIZE":"10"},{"f":["name","full_path","type","tmp_name","error","size"]},["f.txt","f.txt","","",2,0]]
[true,"moved content",false]
500
0 3
5 0
6 0
0 0
413
[[],{"f":["name","full_path","type","tmp_name","error","size"]},["cut.txt","cut.txt","","",3,0]]
0 0
0 left
0
Maximum number of allowable file uploads has been exceeded
Input variables exceeded 5. To increase the limit change max_input_vars in php.ini.
Input variables exceeded 5. To increase the limit change max_input_vars in php.ini.
POST Content-Length of 20001 bytes exceeds the limit of 20000 bytes
Missing boundary in multipart/form-data POST data
