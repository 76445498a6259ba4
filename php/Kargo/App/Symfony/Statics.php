<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\IpUtils;
use Symfony\Component\HttpFoundation\Request;

/**
 * What the framework keeps in static properties, beside proxies: what a request has set there (its factory, formats, trusted
 * hosts, whether "_method" is believed, whether X-Sendfile-Type is) would be the next visitor's, and what it remembers of each
 * host and each address that clients have named would grow for as long as the process lives.
 *
 * @internal
 */
final readonly class Statics
{
    private const NAMES = [
        Request::class => ['trustedHostPatterns', 'trustedHosts', 'httpMethodParameterOverride', 'requestFactory', 'formats'],
        IpUtils::class => ['checkedIps'],
        BinaryFileResponse::class => ['trustXSendfileTypeHeader'],
    ];

    /** @param list<array{Closure(array<string, mixed>): void, array<string, mixed>}> $values */
    private function __construct(private array $values) {}

    /** As they are now. */
    public static function now(): self
    {
        $values = [];
        foreach (self::NAMES as $class => $names) {
            $names = array_filter($names, static fn(string $name): bool => property_exists($class, $name));
            $read = static function () use ($names): array {
                $found = [];
                foreach ($names as $name) {
                    $found[$name] = self::$$name;
                }

                return $found;
            };
            $write = static function (array $values): void {
                foreach ($values as $name => $value) {
                    self::$$name = $value;
                }
            };
            $values[] = [Closure::bind($write, null, $class), Closure::bind($read, null, $class)()];
        }

        return new self($values);
    }

    public function restore(): void
    {
        foreach ($this->values as [$write, $values]) {
            $write($values);
        }
    }
}
