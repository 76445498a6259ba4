<?php

/** What all requests of a process share: nothing in it is of a visitor. */

declare(strict_types=1);

use Demo\Config;
use Demo\Database;
use Demo\PollStore;
use Demo\UserStore;
use Twig\Environment;
use Twig\Loader\FilesystemLoader;

return static function (): array {
    $database = new Database(Config::read(__DIR__ . '/../deploy/config.ini'));

    return [
        'polls' => new PollStore($database),
        'users' => new UserStore($database),
        'twig' => new Environment(new FilesystemLoader(__DIR__ . '/../templates'), [
            'cache' => __DIR__ . '/../data/templates',
            'auto_reload' => true,
            'strict_variables' => true,
        ]),
    ];
};
