<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Symfony\Component\HttpKernel\Kernel;
use Symfony\Component\HttpKernel\KernelInterface;

/**
 * Where a kernel stands between two requests. It resets its services only when it is booted once more, at the begin of a
 * request, and only if it has handled one: that is too late for a process that lives on, and never for requests that the HTTP
 * cache answers, whose kernel.terminate comes nevertheless.
 *
 * @internal
 */
final class KernelState
{
    private function __construct() {}

    /** What the profiler takes for the begin. */
    public static function beginRequest(?KernelInterface $kernel): void
    {
        if ($kernel instanceof Kernel && $kernel->isDebug()) {
            Closure::bind(static fn() => $kernel->startTime = microtime(true), null, Kernel::class)();
        }
    }

    /** Also after one that was left by exit. */
    public static function resetServices(KernelInterface $kernel): void
    {
        $container = $kernel->getContainer();
        if (!$kernel instanceof Kernel || !$container->has('services_resetter')) {
            $kernel->boot();

            return;
        }
        $container->get('services_resetter')->reset();
        static $write = null;
        $write ??= Closure::bind(static function (Kernel $kernel): void {
            $kernel->requestStackSize = 0;
            $kernel->resetServices = false;
        }, null, Kernel::class);
        $write($kernel);
    }
}
