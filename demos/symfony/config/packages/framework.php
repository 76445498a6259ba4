<?php

use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;

return static function (ContainerConfigurator $container): void {
    $container->extension('framework', [
        'secret' => '%env(APP_SECRET)%',
        'router' => ['utf8' => true],
        'http_method_override' => false,
        'session' => [
            'handler_id' => 'session.handler.native_file',
            'storage_factory_id' => 'session.storage.factory.native',
            'save_path' => '%kernel.project_dir%/data/sessions',
            'name' => 'polls',
            'cookie_httponly' => true,
            'cookie_samesite' => 'lax',
            'cookie_secure' => 'auto',
        ],
        'form' => true,
        'csrf_protection' => true,
    ]);
};
