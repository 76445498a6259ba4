--TEST--
evbuffer_*: lines of every kind, binary data, use after free, memory
--FILE--
<?php
require __DIR__ . '/script.inc';

$buffer = evbuffer_new();
$lines = function () use ($buffer): array {
    for ($lines = []; ($line = evbuffer_readline($buffer)) !== false; $lines[] = $line);
    return $lines;
};
echo json_encode([evbuffer_readline($buffer), evbuffer_add($buffer, ''), evbuffer_readline($buffer)]), "\n";

// "\n", "\r", "\r\n", "\n\r" are one end each; an empty line is "".
foreach (["a\nb", "\nc\r", "d\r\ne\n\rf\n", "\n\n", "\r\r", "\r\n\r\n", "g\n\r\nh\n", "rest", " of it\n"] as $bytes) {
    echo json_encode($bytes), ' ', evbuffer_add($buffer, $bytes), ' ', json_encode($lines()), "\n";
}
// A pair of which the second half comes later: what there was at the time ended the line.
evbuffer_add($buffer, "i\r");
echo json_encode($lines());
evbuffer_add($buffer, "\nj\n");
echo json_encode($lines()), "\n";

// Bug of 2009: a line ended at its first NUL.
evbuffer_add($buffer, "k\0l\xff\n");
echo json_encode(evbuffer_readline($buffer) === "k\0l\xff"), "\n";

// Whatever becomes a string.
evbuffer_add($buffer, 42);
evbuffer_add($buffer, new class { function __toString() { return "!\n"; } });
echo evbuffer_readline($buffer), "\n";
try {
    evbuffer_add($buffer, []);
} catch (TypeError $error) {
    echo $error->getMessage(), "\n";
}
// A buffer that is freed while its argument becomes a string.
$freed = evbuffer_new();
echo json_encode(evbuffer_add($freed, new class($freed) {
    function __construct(private mixed $buffer) {}
    function __toString() { evbuffer_free($this->buffer); return 'late'; }
})), "\n";

$other = $buffer;
echo json_encode([evbuffer_free($buffer), is_resource($buffer), is_resource($other)]), "\n";
foreach (['evbuffer_free', 'evbuffer_readline', fn ($handle) => evbuffer_add($handle, 'x')] as $function) {
    foreach ([$other, STDIN, 'text', null] as $handle) {
        try {
            $function($handle);
        } catch (TypeError $error) {
            echo $error->getMessage(), "\n";
        }
    }
}

// Many lines, taken one by one while others come: fast, and the buffer does not grow.
$buffer = evbuffer_new();
$start = rss();
for ($number = 0; $number < 300_000; $number++) {
    evbuffer_add($buffer, "line $number, which is long enough to fill the buffer soon if nobody took it\n");
    $number < 100 || evbuffer_readline($buffer) === sprintf('line %d, which is long enough to fill the buffer soon if nobody took it', $number - 100) || exit('wrong line');
}
// A long line that comes byte by byte is not searched again and again.
while (evbuffer_readline($buffer) !== false);
for ($byte = 0; $byte < 300_000; $byte++) {
    evbuffer_add($buffer, 'x');
    evbuffer_readline($buffer) === false || exit('no line was expected');
}
evbuffer_add($buffer, "\n");
echo strlen(evbuffer_readline($buffer)), "\n";
// Buffers that nobody holds, and buffers that are freed.
for ($number = 0; $number < 100_000; $number++) {
    $dropped = evbuffer_new();
    evbuffer_add($dropped, str_repeat('x', 1000));
    $number % 2 && evbuffer_free($dropped);
}
echo rss() - $start < 8_000_000 ? "flat\n" : 'grew by ' . (rss() - $start) . "\n";
?>
--EXPECT--
[false,0,false]
"a\nb" 0 ["a"]
"\nc\r" 0 ["b","c"]
"d\r\ne\n\rf\n" 0 ["d","e","f"]
"\n\n" 0 ["",""]
"\r\r" 0 ["",""]
"\r\n\r\n" 0 ["",""]
"g\n\r\nh\n" 0 ["g","","h"]
"rest" 0 []
" of it\n" 0 ["rest of it"]
["i"]["","j"]
true
42!
evbuffer_add(): Argument #2 ($data) must be of type string, array given
-1
[true,false,false]
evbuffer_free(): supplied resource is not a valid EVBUFFER resource
evbuffer_free(): supplied resource is not a valid EVBUFFER resource
evbuffer_free(): Argument #1 ($buffer) must be of type resource, string given
evbuffer_free(): Argument #1 ($buffer) must be of type resource, null given
evbuffer_readline(): supplied resource is not a valid EVBUFFER resource
evbuffer_readline(): supplied resource is not a valid EVBUFFER resource
evbuffer_readline(): Argument #1 ($buffer) must be of type resource, string given
evbuffer_readline(): Argument #1 ($buffer) must be of type resource, null given
evbuffer_add(): supplied resource is not a valid EVBUFFER resource
evbuffer_add(): supplied resource is not a valid EVBUFFER resource
evbuffer_add(): Argument #1 ($buffer) must be of type resource, string given
evbuffer_add(): Argument #1 ($buffer) must be of type resource, null given
300000
flat
