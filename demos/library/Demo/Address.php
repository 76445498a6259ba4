<?php

declare(strict_types=1);

namespace Demo;

/** Where a demo listens, or is to be called. */
final class Address
{
    /**
     * "HOST:PORT" from the arguments of `php FILE.php [HOST [PORT]]`.
     *
     * @param list<string> $arguments as $argv
     */
    public static function fromArguments(array $arguments, int $defaultPort = 8080): string
    {
        $host = $arguments[1] ?? '127.0.0.1';
        $port = $arguments[2] ?? $defaultPort;
        $isBareIpv6 = str_contains($host, ':') && $host[0] !== '[';

        return $isBareIpv6 ? "[$host]:$port" : "$host:$port";
    }
}
