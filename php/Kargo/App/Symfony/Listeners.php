<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\EventDispatcher\Debug\TraceableEventDispatcher;
use Symfony\Component\EventDispatcher\EventDispatcher;

/**
 * Who listens to the application's events. A listener that a request adds (addListener() in a controller, to set a cookie of
 * the answer or to do something at kernel.terminate) belongs to it: it would be called for the answers of all others. One
 * that it removes comes back. What a service adds of its own methods while it is made stays, since it is not made again.
 *
 * @internal
 */
final class Listeners
{
    /** @var array<string, array<int, array<int, mixed>>> by event and priority */
    private array $kept;
    /** @var array{array<string, object>, array<string, object>} */
    private array $services;

    private function __construct(private readonly ContainerInterface $container, private readonly EventDispatcher $dispatcher)
    {
        $this->kept = $this->current();
        $this->services = Leftovers::services($container);
    }

    public static function of(ContainerInterface $container): ?self
    {
        $dispatcher = $container->has('event_dispatcher') ? $container->get('event_dispatcher') : null;
        if ($dispatcher instanceof TraceableEventDispatcher) {
            $dispatcher = Leftovers::read($dispatcher, TraceableEventDispatcher::class, 'dispatcher');
        }

        return $dispatcher instanceof EventDispatcher ? new self($container, $dispatcher) : null;
    }

    /** After a request. */
    public function restore(): void
    {
        $current = $this->current();
        // The very same table, as PHP sees at once, after most requests.
        if ($current === $this->kept) {
            $this->services = Leftovers::services($this->container);

            return;
        }
        foreach ($current + $this->kept as $event => $_) {
            $now = $current[$event] ?? [];
            $kept = $this->kept[$event] ?? [];
            if (!self::areSame($now, $kept)) {
                $this->put($event, $this->without($now, $kept));
            }
        }
        $this->kept = $this->current();
        $this->services = Leftovers::services($this->container);
    }

    /**
     * New ones have keys of their own: PHP counts on where one was removed.
     *
     * @param array<int, array<int, mixed>> $now
     * @param array<int, array<int, mixed>> $kept
     */
    private static function areSame(array $now, array $kept): bool
    {
        if (count($now) !== count($kept)) {
            return false;
        }
        foreach ($now as $priority => $listeners) {
            $before = $kept[$priority] ?? [];
            if (count($listeners) !== count($before) || array_key_last($listeners) !== array_key_last($before)) {
                return false;
            }
        }

        return true;
    }

    /**
     * While one is debugged the dispatcher takes all listeners of an event away and puts them back, so keys say nothing.
     *
     * @param array<int, array<int, mixed>> $now
     * @param array<int, array<int, mixed>> $kept
     * @return array<int, array<int, mixed>>
     */
    private function without(array $now, array $kept): array
    {
        foreach ($now as $priority => $listeners) {
            foreach ($kept[$priority] ?? [] as $i => $before) {
                foreach ($listeners as $key => $listener) {
                    if ($this->isThat($listener, $before)) {
                        $kept[$priority][$i] = $listener;
                        unset($listeners[$key]);

                        break;
                    }
                }
            }
            foreach ($listeners as $listener) {
                if (is_array($listener) && is_object($listener[0] ?? null) && $this->isNewService($listener[0])) {
                    $kept[$priority][] = $listener;
                }
            }
        }

        return $kept;
    }

    /** The dispatcher puts a service into the place of the closure that makes it. */
    private function isThat(mixed $listener, mixed $before): bool
    {
        if ($listener === $before) {
            return true;
        }

        return is_array($listener) && is_array($before) && $before[0] instanceof Closure
            && ($before[1] ?? '__invoke') === $listener[1]
            && $this->isService($listener[0])
            && $before[0]() === $listener[0];
    }

    private function isService(mixed $object): bool
    {
        [$services, $privates] = Leftovers::services($this->container);

        return in_array($object, $services, true) || in_array($object, $privates, true);
    }

    private function isNewService(object $object): bool
    {
        foreach (Leftovers::services($this->container) as $i => $services) {
            if (in_array($object, $services, true)) {
                return !in_array($object, $this->services[$i], true);
            }
        }

        return false;
    }

    /** @return array<string, array<int, array<int, mixed>>> */
    private function current(): array
    {
        return Leftovers::read($this->dispatcher, EventDispatcher::class, 'listeners');
    }

    /** @param array<int, array<int, mixed>> $listeners */
    private function put(string $event, array $listeners): void
    {
        static $write = null;
        $write ??= Closure::bind(static function (EventDispatcher $dispatcher, string $event, array $listeners): void {
            unset($dispatcher->listeners[$event], $dispatcher->sorted[$event]);
            if (isset($dispatcher->optimized)) {
                unset($dispatcher->optimized[$event]);
            }
            if ($listeners !== []) {
                $dispatcher->listeners[$event] = $listeners;
            }
        }, null, EventDispatcher::class);
        $write($this->dispatcher, $event, $listeners);
    }
}
