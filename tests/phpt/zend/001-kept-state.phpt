--TEST--
Zend Framework 1: static properties, objects and entries of the framework's classes are put back, those of others stay
--FILE--
<?php
require __DIR__ . '/../../../php/Kargo/autoload.php';

// As the framework's classes are: singletons, private and inherited properties, references, variables as properties.
#[AllowDynamicProperties]
class Zend_Front
{
    private static ?Zend_Front $instance = null;
    protected static array $messages = [];
    private array $plugins = ['layout'];
    protected ?object $request = null;
    public string $suffix = 'phtml';
    public ?Zend_Registry $registry = null;
    public ?object $model = null;
    public array $helpers = [];

    static function get(): self { return self::$instance ??= new self(); }
    static function replace(): self { return self::$instance = new self(); }
    static function say(string $message): int { self::$messages[] = $message; return count(self::$messages); }
    function use(string $name): void { $this->plugins[] = $name; $this->request = (object) ['name' => $name]; }
    function borrow(): array { return [&$this->suffix]; }
    function tell(): string { return json_encode([$this->plugins, $this->request, $this->suffix ?? null, count(get_object_vars($this)), self::$messages]); }
}
class Zend_Registry extends ArrayObject {}
class App_Helper extends Zend_Front
{
    private array $plugins = ['own'];
    function use(string $name): void { parent::use($name); $this->plugins[] = $name; }
    function tell(): string { return json_encode($this->plugins) . parent::tell(); }
}
class App_Model { public int $calls = 0; public static int $all = 0; }
class Zend_Db_Adapter_Abstract
{
    protected ?PDO $_connection = null;
    protected int $mode = 2;
    function open(): PDO { $this->mode++; return $this->_connection ??= new PDO('sqlite::memory:'); }
    function tell(): string { return json_encode([$this->mode, $this->_connection?->inTransaction()]); }
}

$front = Zend_Front::get();
$front->registry = new Zend_Registry(['site' => 'one', 'options' => new ArrayObject(['a' => 1])]);
$front->model = new App_Model();
$front->helpers = ['deep' => [new App_Helper()]];
$adapter = new Zend_Db_Adapter_Abstract();
$helper = $front->helpers['deep'][0];
$tell = fn (): array => [
    Zend_Front::get() === $front, $front->tell(), $helper->tell(), json_encode($front->registry), json_encode($front->registry['options']),
    json_encode($front->model) . App_Model::$all, $adapter->tell(),
];
$state = new Kargo\App\Zend\KeptState($adapter);
$before = $tell();
print_r($before);

$helper->use('ann');
$front->use('ann');
$front->variable = 'ann';
$borrowed = $front->borrow();
$borrowed[0] = 'html';
Zend_Front::say('hello ann');
$front->registry['user'] = 'ann';
$front->registry['options']['a'] = 2;
unset($front->registry['site'], $helper->suffix);
$front->helpers = [];
$front->model->calls++;
App_Model::$all++;
$connection = $adapter->open();
$connection->beginTransaction();
Zend_Front::replace();
eval('class Zend_Late { public static array $names = ["none"]; public static $given; protected static ?object $auth = null;
    static function log(string $name) { self::$names[] = $name; self::$given = $name; self::$auth ??= (object) ["name" => $name]; return self::tell(); }
    static function tell() { return json_encode([self::$names, self::$given, self::$auth]); } }');
echo Zend_Late::log('ann'), "\n";
$left = $tell();
foreach ($left as $number => $one) {
    echo $one === $before[$number] ? "not changed: $number\n" : '';
}

$state->restore();
foreach ($tell() as $number => $one) {
    echo $one === $before[$number] ? "as before\n" : "still $one\n";
}
echo Zend_Late::tell(), "\n";
var_dump($adapter->open() === $connection, $front->helpers['deep'][0] === $helper);
?>
--EXPECT--
Array
(
    [0] => 1
    [1] => [["layout"],null,"phtml",6,[]]
    [2] => ["own"][["layout"],null,"phtml",6,[]]
    [3] => {"site":"one","options":{"a":1}}
    [4] => {"a":1}
    [5] => {"calls":0}0
    [6] => [2,null]
)
[["none","ann"],"ann",{"name":"ann"}]
as before
as before
as before
as before
as before
still {"calls":1}1
still [2,false]
[["none"],null,null]
bool(true)
bool(true)
