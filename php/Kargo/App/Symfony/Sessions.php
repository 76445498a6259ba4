<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use ReflectionProperty;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\MetadataBag;
use Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage;
use Symfony\Component\HttpKernel\Event\FinishRequestEvent;
use Symfony\Component\HttpKernel\Event\RequestEvent;
use Symfony\Component\HttpKernel\EventListener\AbstractSessionListener;
use Symfony\Component\HttpKernel\HttpKernelInterface;
use Symfony\Component\HttpKernel\KernelEvents;
use Throwable;

/**
 * PHP's sessions as the framework sets them up. PHP forgets the save handler after each request, and the settings go back to
 * what they were at the end of the boot; but the framework's services live on and set neither again (the handler and its
 * path in any version, the whole session before Symfony 6). So a session is made at the boot, by the framework's own
 * listener and without starting it, and its save handler is registered again for each request.
 *
 * @internal
 */
final class Sessions
{
    private ?NativeSessionStorage $storage = null;
    private readonly bool $isSecureByScheme;

    public function __construct(ContainerInterface $container, private readonly HttpKernelInterface $kernel)
    {
        $options = $container->hasParameter('session.storage.options')
            ? $container->getParameter('session.storage.options')
            : [];
        $this->isSecureByScheme = ($options['cookie_secure'] ?? null) === 'auto';
        $listeners = $container->has('event_dispatcher')
            ? $container->get('event_dispatcher')->getListeners(KernelEvents::REQUEST)
            : [];
        foreach ($listeners as $listener) {
            if (is_array($listener) && $listener[0] instanceof AbstractSessionListener) {
                $this->makeBy($listener);
            }
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
        if ($this->storage === null) {
            return;
        }
        if ($this->storage->isStarted()) {
            $this->storage->save();
        }
        Leftovers::forgetSessionId($this->storage->getSaveHandler());
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

    /** @param array{AbstractSessionListener, string} $listener */
    private function makeBy(array $listener): void
    {
        $request = Request::create('/');
        $listener(new RequestEvent($this->kernel, $request, HttpKernelInterface::MAIN_REQUEST));
        try {
            $session = $request->hasSession() ? $request->getSession() : null;
        } catch (Throwable) {
            // A store that can't be reached yet is the first request's to find.
            $session = null;
        }
        // Before Symfony 6 the listener counts requests.
        if (method_exists($listener[0], 'onFinishRequest')) {
            $listener[0]->onFinishRequest(
                new FinishRequestEvent($this->kernel, $request, HttpKernelInterface::MAIN_REQUEST),
            );
        }
        if ($session instanceof Session) {
            // Protected: for classes that extend it.
            $storage = Closure::bind(static fn(): object => $session->storage, null, Session::class)();
            $this->storage = $storage instanceof NativeSessionStorage ? $storage : null;
        }
    }
}
