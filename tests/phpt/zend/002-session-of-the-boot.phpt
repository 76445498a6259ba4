--TEST--
A bootstrap of Zend Framework that starts a session in the boot is told to name the resource
--FILE--
<?php
require __DIR__ . '/../lib/server.inc';

foreach (["['session']", '[]'] as $eachRequest) {
    $autoload = realpath(__DIR__ . '/../../../php/Kargo/autoload.php');
    $server = Server::start(str_replace(['EACH', 'AUTOLOAD'], [$eachRequest, $autoload], <<<'PHP'
        <?php
        require 'AUTOLOAD';
        class Zend_Application_Bootstrap_BootstrapAbstract {
            function getClassResourceNames() { return ['session']; }
            function getPluginResourceNames() { return []; }
            function bootstrap($resources) { if ($resources !== []) { session_start(['use_cookies' => false, 'save_path' => sys_get_temp_dir()]); } }
        }
        class Zend_Application { function __construct(private $bootstrap) {} function getBootstrap() { return $this->bootstrap; } }
        $make = fn () => new Zend_Application(new Zend_Application_Bootstrap_BootstrapAbstract());
        $server = Kargo\Http\Server::listen('127.0.0.1:0');
        $server->get('/up', fn () => 'up');
        $server->mount('/', Kargo\App\Zend\ZendApplication::create($make, eachRequest: EACH));
        $server->run(workers: 1);
        PHP));
    echo $server->get('/up')->body, "\n";
    echo $server->stop(), ' ', substr_count($server->log(), 'name the resource that starts it in eachRequest'), "\n";
}
?>
--EXPECT--
up
0 0
up
0 1
