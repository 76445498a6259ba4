<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use ReflectionProperty;
use SessionHandler;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\EventDispatcher\Debug\TraceableEventDispatcher;
use Symfony\Component\EventDispatcher\EventDispatcher;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\StrictSessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\MetadataBag;
use Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage;
use Symfony\Component\HttpFoundation\Session\Storage\Proxy\AbstractProxy;
use Symfony\Component\HttpFoundation\Session\Storage\Proxy\SessionHandlerProxy;
use Symfony\Component\HttpKernel\Event\FinishRequestEvent;
use Symfony\Component\HttpKernel\Event\RequestEvent;
use Symfony\Component\HttpKernel\EventListener\AbstractSessionListener;
use Symfony\Component\HttpKernel\HttpKernelInterface;
use Symfony\Component\HttpKernel\KernelEvents;
use Throwable;

/**
 * PHP's sessions as the framework sets them up. PHP forgets the save handler after each request, and the settings go back to
 * what they were at the end of the boot; but the framework's services live on and set neither again (the path in any version,
 * the handler and the whole session before Symfony 6). So a session is made at the boot, by the framework's own listener and
 * without starting it, and a save handler that is the same for all requests is registered again for each.
 *
 * @internal
 */
final class Sessions
{
    /** The one of all requests; since Symfony 6 each has its own, which registers the handler itself. */
    private ?NativeSessionStorage $storage = null;
    private ?object $saveHandler = null;
    private readonly bool $isSecureByScheme;

    /** @param string $handlerOfPhp session.save_handler, before any handler was set */
    public function __construct(
        ContainerInterface $container,
        private readonly HttpKernelInterface $kernel,
        private readonly string $handlerOfPhp,
    ) {
        $options = $container->hasParameter('session.storage.options')
            ? $container->getParameter('session.storage.options')
            : [];
        $this->isSecureByScheme = ($options['cookie_secure'] ?? null) === 'auto';
        $dispatcher = $container->has('event_dispatcher') ? $container->get('event_dispatcher') : null;
        foreach ($this->listenersOfSessions($dispatcher) as $listener) {
            if (is_array($listener) && $listener[0] instanceof AbstractSessionListener) {
                $this->makeBy($listener);
            }
        }
        // As each request finds it.
        if (!headers_sent() && ini_get('session.save_handler') === 'user') {
            ini_set('session.save_handler', $this->handlerOfPhp);
        }
    }

    /** Before a request. */
    public function begin(Request $request): void
    {
        if ($this->storage !== null) {
            $this->storage->setSaveHandler($this->storage->getSaveHandler());
            if ($this->isSecureByScheme && $request->isSecure()) {
                $this->storage->setOptions(['cookie_secure' => true]);
            }
        }
    }

    /**
     * After a request: what a listener of kernel.terminate has left open is written, as at the end of a script. Then the bags
     * let go of what was in it, which they would keep until the next session.
     */
    public function end(): void
    {
        if ($this->storage?->isStarted()) {
            $this->storage->save();
        } elseif (session_status() === PHP_SESSION_ACTIVE) {
            // The application has started it without the framework, whose listener would drop it when it is reset.
            session_write_close();
        }
        if ($this->saveHandler !== null) {
            Leftovers::forgetSessionId($this->saveHandler);
        }
        if ($this->storage === null) {
            return;
        }
        [$bags, $times] = Closure::bind(
            static fn(NativeSessionStorage $storage): array => [$storage->bags, $storage->metadataBag],
            null,
            NativeSessionStorage::class,
        )($this->storage);
        foreach ($bags as $bag) {
            $nothing = [];
            $bag->initialize($nothing);
            unset($nothing);
        }
        Closure::bind(static function (MetadataBag $times): void {
            // A reference into the session.
            unset($times->meta);
            $times->meta = [self::CREATED => 0, self::UPDATED => 0, self::LIFETIME => 0];
            $times->lastUsed = (new ReflectionProperty(self::class, 'lastUsed'))->hasType() ? 0 : null;
        }, null, MetadataBag::class)($times);
    }

    /**
     * No others are made: they may want a request in their constructors.
     *
     * @return list<mixed>
     */
    private function listenersOfSessions(?object $dispatcher): array
    {
        $dispatcher = self::inside($dispatcher, TraceableEventDispatcher::class, 'dispatcher') ?? $dispatcher;
        $listeners = self::inside($dispatcher, EventDispatcher::class, 'listeners');
        if ($listeners === null) {
            return $dispatcher?->getListeners(KernelEvents::REQUEST) ?? [];
        }
        [, $priority] = AbstractSessionListener::getSubscribedEvents()[KernelEvents::REQUEST];
        $found = [];
        foreach ($listeners[KernelEvents::REQUEST][$priority] ?? [] as $listener) {
            // As the dispatcher does it with those that are not made yet.
            if (is_array($listener) && ($listener[0] ?? null) instanceof Closure) {
                $listener[0] = $listener[0]();
                $listener[1] ??= '__invoke';
            }
            $found[] = $listener;
        }

        return $found;
    }

    private static function inside(?object $object, string $class, string $property): mixed
    {
        return $object instanceof $class ? Closure::bind(static fn(): mixed => $object->$property, null, $class)() : null;
    }

    /** @param array{AbstractSessionListener, string} $listener */
    private function makeBy(array $listener): void
    {
        $storage = $this->storageBy($listener);
        if (!$storage instanceof NativeSessionStorage) {
            return;
        }
        $this->saveHandler = $storage->getSaveHandler();
        if ($storage === $this->storageBy($listener)) {
            $this->storage = $storage;
            $this->nameSaveHandler();
        }
    }

    /** @param array{AbstractSessionListener, string} $listener */
    private function storageBy(array $listener): ?object
    {
        $request = Request::create('/');
        $listener(new RequestEvent($this->kernel, $request, HttpKernelInterface::MAIN_REQUEST));
        // A kernel that takes another's place after an answer finds PHP's settings as the first one has left them, and the
        // framework sets them once more, too late for PHP.
        set_error_handler(static fn(int $_, string $message): bool => str_contains($message, 'headers have already been sent'));
        try {
            $session = $request->hasSession() ? $request->getSession() : null;
        } catch (Throwable) {
            // A store that can't be reached yet is the first request's to find.
            $session = null;
        } finally {
            restore_error_handler();
        }
        // Before Symfony 6 the listener counts requests.
        if (method_exists($listener[0], 'onFinishRequest')) {
            $listener[0]->onFinishRequest(
                new FinishRequestEvent($this->kernel, $request, HttpKernelInterface::MAIN_REQUEST),
            );
        }

        // Protected: for classes that extend it.
        return self::inside($session, Session::class, 'storage');
    }

    /** A handler that wraps PHP's own asks which one that is, and PHP says "user" where an earlier kernel has set one. */
    private function nameSaveHandler(): void
    {
        $proxy = $this->saveHandler;
        $handler = $proxy instanceof SessionHandlerProxy ? $proxy->getHandler() : null;
        $isOfPhp = $handler instanceof SessionHandler || $handler instanceof StrictSessionHandler && $handler->isWrapper();
        if ($isOfPhp && $proxy->getSaveHandlerName() === 'user') {
            $name = $this->handlerOfPhp;
            Closure::bind(static fn() => $proxy->saveHandlerName = $name, null, AbstractProxy::class)();
        }
    }
}
