--TEST--
ntohs(), ntohl(), htons(), htonl(): bytes as numbers
--FILE--
<?php
var_dump(ntohs("\x01\x02"), htons("\x01\x02"), ntohs("\xff\xff"), ntohl("\x01\x02\x03\x04"), htonl("\x01\x02\x03\x04"));
var_dump(ntohl("\xff\xff\xff\xff"), ntohl("\0\0\0\0"), ntohs(pack('n', 8000)), ntohl(pack('N', 3_000_000_000)));
foreach (['ntohs', 'htons', 'ntohl', 'htonl'] as $function) {
    var_dump($function(''), $function('abc'), $function('abcde'));
}
set_error_handler(fn (int $level, string $text) => throw new ErrorException($text));
try {
    ntohs(8000);
} catch (ErrorException $error) {
    echo $error->getMessage(), "\n";
}
try {
    ntohs([]);
} catch (TypeError $error) {
    echo $error->getMessage(), "\n";
}
?>
--EXPECTF--
float(258)
float(258)
float(65535)
float(16909060)
float(16909060)
float(4294967295)
float(0)
float(8000)
float(3000000000)

Warning: ntohs(): the string must be 2 bytes long in %s on line %d

Warning: ntohs(): the string must be 2 bytes long in %s on line %d

Warning: ntohs(): the string must be 2 bytes long in %s on line %d
bool(false)
bool(false)
bool(false)

Warning: htons(): the string must be 2 bytes long in %s on line %d

Warning: htons(): the string must be 2 bytes long in %s on line %d

Warning: htons(): the string must be 2 bytes long in %s on line %d
bool(false)
bool(false)
bool(false)

Warning: ntohl(): the string must be 4 bytes long in %s on line %d

Warning: ntohl(): the string must be 4 bytes long in %s on line %d

Warning: ntohl(): the string must be 4 bytes long in %s on line %d
bool(false)
bool(false)
bool(false)

Warning: htonl(): the string must be 4 bytes long in %s on line %d

Warning: htonl(): the string must be 4 bytes long in %s on line %d

Warning: htonl(): the string must be 4 bytes long in %s on line %d
bool(false)
bool(false)
bool(false)
ntohs(): the string must be 2 bytes long
ntohs(): Argument #1 ($bytes) must be of type string, array given
