<?php

use Demo\Config;

// The demos have one setting for all: a DSN as PDO takes it, in deploy/config.ini.
$demo = Config::read(dirname(__DIR__) . '/deploy/config.ini');
[$driver, $rest] = explode(':', $demo->dsn, 2);
parse_str(strtr($rest, ';', '&'), $parts);

return [
    'default' => $driver,
    'connections' => [
        $driver => [
            'driver' => $driver,
            'host' => $parts['host'] ?? '127.0.0.1',
            'port' => $parts['port'] ?? ($driver === 'pgsql' ? 5432 : 3306),
            'unix_socket' => $parts['unix_socket'] ?? '',
            'database' => $driver === 'sqlite' ? $rest : $parts['dbname'] ?? '',
            'username' => $demo->user,
            'password' => $demo->password,
            'charset' => $driver === 'pgsql' ? 'utf8' : 'utf8mb4',
            'foreign_key_constraints' => true,
        ],
    ],
];
