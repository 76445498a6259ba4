<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\HttpFoundation\Request;

/**
 * Which proxies the framework trusts, in static properties of its Request:
 *
 * - one named "REMOTE_ADDR" is resolved when the kernel boots. In a process that lives on this would be nobody's address, or
 *   the first client's, so it is resolved anew for each request;
 * - a sub-request trusts 127.0.0.1 while it runs, and takes that back in a `finally`, which exit jumps over.
 *
 * @internal
 */
final readonly class TrustedProxies
{
    /** @param list<string> $trusted while no request runs */
    private function __construct(private bool $isPerRequest, private array $trusted, private int $headers) {}

    /** As they are now, for everybody. */
    public static function now(): self
    {
        return new self(false, Request::getTrustedProxies(), Request::getTrustedHeaderSet());
    }

    public static function of(?ContainerInterface $container): self
    {
        $configured = $container?->hasParameter('kernel.trusted_proxies')
            ? $container->getParameter('kernel.trusted_proxies')
            : null;
        $names = is_string($configured) ? array_map('trim', explode(',', $configured)) : $configured ?? [];
        if (!in_array('REMOTE_ADDR', $names, true)) {
            return self::now();
        }
        Request::setTrustedProxies(array_values(array_diff($names, ['REMOTE_ADDR'])), Request::getTrustedHeaderSet());

        return new self(true, Request::getTrustedProxies(), Request::getTrustedHeaderSet());
    }

    public function apply(): void
    {
        if ($this->isPerRequest) {
            Request::setTrustedProxies([...$this->trusted, 'REMOTE_ADDR'], $this->headers);
        }
    }

    public function restore(): void
    {
        if (Request::getTrustedProxies() !== $this->trusted || Request::getTrustedHeaderSet() !== $this->headers) {
            Request::setTrustedProxies($this->trusted, $this->headers);
        }
    }
}
