<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\HttpFoundation\Request;

/**
 * The framework resolves a trusted proxy named "REMOTE_ADDR" when it boots. In a process that lives on this would be
 * nobody's address, or the first client's, so it is resolved anew for each request. Everything else is left to the
 * framework.
 *
 * @internal
 */
final readonly class TrustedProxies
{
    /** @param list<string> $trusted while no request runs */
    private function __construct(private bool $isPerRequest, private array $trusted) {}

    public static function of(?ContainerInterface $container): self
    {
        $configured = $container?->hasParameter('kernel.trusted_proxies')
            ? $container->getParameter('kernel.trusted_proxies')
            : null;
        $names = is_string($configured) ? array_map('trim', explode(',', $configured)) : $configured ?? [];
        $isPerRequest = in_array('REMOTE_ADDR', $names, true);
        if ($isPerRequest) {
            Request::setTrustedProxies(array_values(array_diff($names, ['REMOTE_ADDR'])), Request::getTrustedHeaderSet());
        }

        return new self($isPerRequest, Request::getTrustedProxies());
    }

    public function apply(): void
    {
        if ($this->isPerRequest) {
            Request::setTrustedProxies([...$this->trusted, 'REMOTE_ADDR'], Request::getTrustedHeaderSet());
        }
    }

    public function restore(): void
    {
        if ($this->isPerRequest) {
            Request::setTrustedProxies($this->trusted, Request::getTrustedHeaderSet());
        }
    }
}
