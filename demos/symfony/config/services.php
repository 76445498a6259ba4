<?php

use Demo\Config;
use Demo\Database;
use Demo\PollStore;
use Demo\UserStore;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;

return static function (ContainerConfigurator $container): void {
    $services = $container->services()->defaults()->autowire()->autoconfigure();
    $services->load('App\\', '../src/')->exclude('../src/Kernel.php');

    $services->set(Config::class)->factory([Config::class, 'read'])->args(['%kernel.project_dir%/deploy/config.ini']);
    $services->set(Database::class);
    $services->set(PollStore::class);
    $services->set(UserStore::class);
};
