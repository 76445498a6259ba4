<?php

declare(strict_types=1);

namespace Demo;

use InvalidArgumentException;

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
        $port = (string) ($arguments[2] ?? $defaultPort);
        if (!preg_match('/^\d{1,5}$/D', $port) || (int) $port > 65_535) {
            throw new InvalidArgumentException("\"$port\" is no port: it must be a number from 0 to 65535");
        }
        $isBareIpv6 = str_contains($host, ':') && $host[0] !== '[';

        return $isBareIpv6 ? "[$host]:$port" : "$host:$port";
    }
}
