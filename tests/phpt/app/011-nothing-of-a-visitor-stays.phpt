--TEST--
Classic mode: seeds, half-read texts, rewritten links, tick functions, last errors and settings of functions are gone with the request, and what the boot has set stays
--EXTENSIONS--
mbstring
libxml
--FILE--
<?php
require __DIR__ . '/app.inc';

// It may be a shared extension, and then the server has to be told.
$ini = is_file(ini_get('extension_dir') . '/mbstring.so') ? ['extension' => 'mbstring'] : [];
$server = start_pages([
    '/seed' => 'mt_srand(7); srand(7); echo mt_rand();',
    '/roll' => 'echo mt_rand();',
    '/leave' => 'mb_internal_encoding("ISO-8859-1"); mb_substitute_character(64); mb_language("Japanese"); mb_detect_order("ASCII");
        if (function_exists("mb_regex_encoding")) { mb_regex_encoding("EUC-JP"); }
        strtok("a secret of mine", " "); output_add_rewrite_var("token", "secret"); libxml_use_internal_errors(true); echo "x";',
    '/look' => 'echo json_encode([mb_internal_encoding(), mb_substitute_character(), mb_language(), mb_detect_order(),
        function_exists("mb_regex_encoding") ? mb_regex_encoding() : "UTF-8", @strtok(" "), libxml_use_internal_errors(), libxml_get_errors()]);',
    '/errors' => 'json_decode("{"); preg_match("/./u", "\xff"); libxml_set_external_entity_loader(fn () => null);
        register_tick_function(static function () { $GLOBALS["ticks"]++; }); echo json_last_error() !== 0 && preg_last_error() !== 0 ? "errors" : "none";',
    '/last' => 'declare(ticks=1) { $a = 1; $b = 2; } echo json_encode([$GLOBALS["ticks"], $GLOBALS["bootTicks"] > 0, json_last_error(), preg_last_error(),
        function_exists("libxml_get_external_entity_loader") ? is_string(libxml_get_external_entity_loader()) : true]);',
    '/type' => 'echo ini_get("default_mimetype"), " "; ini_set("default_mimetype", "text/plain"); echo ini_get("default_mimetype");',
    '/links' => 'output_add_rewrite_var("mine", "1"); echo "<form action=\"/x\"></form>";',
], boot: '$ticks = $bootTicks = 0; function loader() { return null; } libxml_set_external_entity_loader("loader");
    register_tick_function(static function () { $GLOBALS["bootTicks"]++; }); mb_substitute_character(35); mb_language("uni");
    ini_set("default_mimetype", "text/x-boot");', ini: $ini);
mt_srand(7);
$sequence = [mt_rand(), mt_rand(), mt_rand()];
var_dump((int) $server->get('/seed')->body === $sequence[0]);
$rolls = [];
for ($number = 0; $number < 5; $number++) {
    $server->get('/seed');
    $rolls[] = (int) $server->get('/roll')->body;
}
var_dump(array_intersect($rolls, $sequence), count(array_unique($rolls)));
$look = $server->get('/look')->body;
echo $look, "\n";
$server->get('/leave');
var_dump($server->get('/look')->body === $look);
echo $server->get('/errors')->body, ' ', $server->get('/last')->body, "\n";
foreach ([1, 2] as $number) {
    $answer = $server->get('/type');
    echo $answer->body, ': ', $answer->header('Content-Type'), "\n";
}
echo $server->get('/links')->body, "\n";
echo $server->stop(), $server->output(), "\n";
?>
--EXPECT--
bool(true)
array(0) {
}
int(5)
["UTF-8",35,"uni",["ASCII","UTF-8"],"UTF-8",false,false,[]]
bool(true)
errors [0,true,0,0,true]
text/x-boot text/plain: text/plain; charset=UTF-8
text/x-boot text/plain: text/plain; charset=UTF-8
<form action="/x"><input type="hidden" name="mine" value="1" /></form>
0
