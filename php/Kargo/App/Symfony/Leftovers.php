<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Symfony\Component\DependencyInjection\Container;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\ErrorHandler\ErrorHandler;
use Symfony\Component\HttpFoundation\RequestStack;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\AbstractSessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\Proxy\SessionHandlerProxy;
use Symfony\Component\HttpKernel\EventListener\DebugHandlersListener;
use Symfony\Component\HttpKernel\HttpCache\HttpCache;
use Symfony\Component\HttpKernel\HttpCache\Store;
use Symfony\Component\Mime\MimeTypes;
use Symfony\Component\Routing\Matcher\UrlMatcher;
use Symfony\Component\Routing\Router;
use Symfony\Component\Validator\ConstraintValidator;
use Symfony\Component\Validator\ContainerConstraintValidatorFactory;
use Symfony\Component\Validator\Validator\RecursiveValidator;
use Twig\Environment;
use Twig\ExtensionSet;

/**
 * What services of the framework keep of their last use, though nobody resets them. Nobody is shown it, since the next use
 * brings another; but until then it would stay in memory, and an isolation guard is right to tell it.
 *
 * - Validators are made once per kernel, and each keeps the context of its last use: the form with what a visitor has typed.
 * - The router's matcher keeps a request for which it found no route.
 * - An HTTP cache keeps its last request, its store every one.
 * - Twig keeps the globals of extensions as they were for the first template, and those that a request adds.
 * - The error handler (since version 6 there is one in each kernel) keeps the request for which it would show its page.
 * - The stack of requests keeps one that the application has put there and not taken back.
 * - The session handler keeps the id that it has read last (since version 6).
 *
 * @internal
 */
final class Leftovers
{
    private static ?MimeTypes $mimeTypes = null;

    private function __construct() {}

    /** Its locks too: it lets go of those at the end of the process, which is the end of a request elsewhere. */
    public static function forgetRequests(HttpCache $cache): void
    {
        $cache->getStore()->cleanup();
        Closure::bind(static function () use ($cache): void {
            unset($cache->request);
        }, null, HttpCache::class)();
        $keys = self::read($cache->getStore(), Store::class, 'keyCache');
        $keys?->removeAll($keys);
    }

    public static function forget(ContainerInterface $container): void
    {
        self::forgetForms(self::made($container, '.container.private.validator', 'validator'));
        $stack = self::made($container, 'request_stack');
        while ($stack instanceof RequestStack && $stack->pop() !== null);
        $matcher = self::read(self::made($container, 'router'), Router::class, 'matcher');
        if ($matcher instanceof UrlMatcher && self::read($matcher, UrlMatcher::class, 'request') !== null) {
            Closure::bind(static fn() => $matcher->request = null, null, UrlMatcher::class)();
        }
        $listener = self::made($container, 'debug.debug_handlers_listener');
        $errors = self::read($listener, DebugHandlersListener::class, 'earlyHandler');
        if ($errors instanceof ErrorHandler) {
            $errors->setExceptionHandler(null);
        }
    }

    /** A service that is made already; none is made here. */
    public static function made(ContainerInterface $container, string ...$ids): ?object
    {
        [$services, $privates] = self::services($container);
        foreach ($ids as $id) {
            if (isset($services[$id]) || isset($privates[$id])) {
                return $services[$id] ?? $privates[$id];
            }
        }

        return null;
    }

    /** @return array{array<string, object>, array<string, object>} those that are made: public and private ones */
    public static function services(ContainerInterface $container): array
    {
        return [
            self::read($container, Container::class, 'services') ?? [],
            self::read($container, Container::class, 'privates') ?? [],
        ];
    }

    /** The default stays the first kernel's: each kernel sets its own, and all are alike. */
    public static function keepMimeTypes(): void
    {
        if (!class_exists(MimeTypes::class, false)) {
            return;
        }
        static $keep = null;
        $keep ??= Closure::bind(static function (?MimeTypes $first): ?MimeTypes {
            $first ??= MimeTypes::$default ?? null;
            if ($first !== null) {
                MimeTypes::$default = $first;
            }

            return $first;
        }, null, MimeTypes::class);
        self::$mimeTypes = $keep(self::$mimeTypes);
    }

    public static function forgetSessionId(object $saveHandler): void
    {
        $handler = self::read($saveHandler, SessionHandlerProxy::class, 'handler');
        if (self::read($handler, AbstractSessionHandler::class, 'readSessionId') !== null) {
            Closure::bind(static fn() => $handler->readSessionId = null, null, AbstractSessionHandler::class)();
        }
    }

    /** @param array<string, mixed> $globals those that stay */
    public static function forgetGlobals(Environment $twig, array $globals): void
    {
        static $write = null, $forget = null;
        $write ??= Closure::bind(static function (Environment $twig, array $globals): ExtensionSet {
            $twig->globals = $globals;
            $twig->resolvedGlobals = null;

            return $twig->extensionSet;
        }, null, Environment::class);
        $forget ??= Closure::bind(static fn(ExtensionSet $extensions) => $extensions->globals = null, null, ExtensionSet::class);
        $forget($write($twig, $globals));
    }

    private static function forgetForms(?object $validator): void
    {
        $factory = self::read($validator, RecursiveValidator::class, 'validatorFactory');
        foreach (self::read($factory, ContainerConstraintValidatorFactory::class, 'validators') ?? [] as $made) {
            if ($made instanceof ConstraintValidator) {
                Closure::bind(static function () use ($made): void {
                    unset($made->context);
                }, null, ConstraintValidator::class)();
            }
        }
    }

    /** What a property of the framework's has that only its class may read; null: there is none. */
    public static function read(?object $object, string $class, string $property): mixed
    {
        static $readers = [];
        if (!$object instanceof $class || !property_exists($class, $property)) {
            return null;
        }
        $readers[$class] ??= Closure::bind(
            static fn(object $object, string $property): mixed => $object->$property ?? null,
            null,
            $class,
        );

        return $readers[$class]($object, $property);
    }
}
