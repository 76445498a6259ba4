<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Kargo\App\Application;
use RuntimeException;
use Symfony\Component\ErrorHandler\Error\FatalError;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\HttpCache\HttpCache;
use Symfony\Component\HttpKernel\HttpKernelInterface;
use Symfony\Component\HttpKernel\KernelInterface;
use Symfony\Component\HttpKernel\TerminableInterface;
use Symfony\Contracts\Service\ResetInterface;
use Throwable;

use function Kargo\App\finish;

/**
 * A Symfony application, unpatched, on one kernel per worker that lives on:
 *
 *     $server->mount('/', KernelApplication::of(fn () => new App\Kernel('prod', false)));
 *
 * Each request goes the way of public/index.php: Request::createFromGlobals(), handle(), send(), terminate(), the last one
 * when the client has its answer. After that, while nobody waits, is put back:
 *
 * - every service tagged kernel.reset, by the container's services_resetter, also where the HTTP cache has answered without
 *   the kernel; a kernel of another kind is reset if it is a ResetInterface;
 * - connections of Doctrine with an open transaction: rolled back and closed. The others stay open, and are asked before a
 *   request whether they live, every five seconds and after a failure;
 * - the save handler of sessions, which PHP forgets after each request and the framework's services don't set again; what was
 *   in a session, which its bags keep; the last form, which validators keep; a request that no route was found for,
 *   and what the HTTP cache and its store know of requests; locks of that store; Twig's globals;
 * - the router's context, Twig's formats and folders, listeners that it added or removed, static settings of Request;
 * - the default locale of intl, which Request::setLocale() changes for the whole process;
 * - the trusted proxies: a sub-request that exits leaves its own; "REMOTE_ADDR" is another address in each request.
 *
 * A request that does not end well (an Error that the framework does not catch, an exception while the answer is sent or
 * after it, a fatal error, exit) leaves a kernel that nobody knows the state of: it is shut down and replaced by a new one. An
 * answer that has failed after its first bytes is cut off, so that its client can tell.
 *
 * The framework takes the command line for a console. Where the environment does not say otherwise, it is told that this is
 * the web (APP_RUNTIME_MODE), and dump() writes HTML; and its exception handler, which would print traces for a terminal, gets
 * nothing from here.
 */
final class KernelApplication
{
    private const LOCALE = 'intl.default_locale';

    /** What answers: the kernel, or the HTTP cache before it. */
    private HttpKernelInterface $front;

    private ?KernelInterface $kernel = null;
    private ?DoctrineConnections $connections = null;
    private ?Sessions $sessions = null;
    private ?Settings $settings = null;
    private ?Listeners $listeners = null;
    private Failures $failures;
    private TrustedProxies $proxies;
    private Statics $statics;
    private bool $isClean = false;
    /** The setting intl.default_locale after the boot; false: there is no intl. */
    private string|false $locale;
    private readonly string $saveHandler;
    /** Before any kernel was booted. */
    private readonly TrustedProxies $noProxies;
    private readonly Statics $noStatics;

    /** @param Closure(): HttpKernelInterface $make */
    private function __construct(private readonly Closure $make)
    {
        $_SERVER['APP_RUNTIME_MODE'] ??= 'web=1&worker=1';
        Dumper::write();
        $this->locale = ini_get(self::LOCALE);
        $this->saveHandler = (string) ini_get('session.save_handler');
        $this->noProxies = $this->proxies = TrustedProxies::now();
        $this->noStatics = $this->statics = Statics::now();
        $this->replace();
    }

    /**
     * For Http\Server::mount(), or Http\Files behind which it stands.
     *
     * @param callable(): HttpKernelInterface $kernel makes a kernel; called in each worker when it starts, and again when a
     *     kernel must be replaced
     * @param string $script, $documentRoot, $outputBuffering, $slowClientTimeout as those of Application
     */
    public static function of(
        callable $kernel,
        string $script = 'index.php',
        ?string $documentRoot = null,
        int $outputBuffering = 4096,
        float $slowClientTimeout = 60.0,
    ): Application {
        return new Application(
            static fn(self $application) => $application->answer(),
            boot: static fn(): self => new self($kernel(...)),
            script: $script,
            documentRoot: $documentRoot,
            outputBuffering: $outputBuffering,
            slowClientTimeout: $slowClientTimeout,
        );
    }

    private function answer(): void
    {
        try {
            $this->run();
        } catch (Throwable $throwable) {
            // Logged under an id, which is all that the client gets.
            set_exception_handler(null);
            register_shutdown_function(restore_exception_handler(...));

            throw $throwable;
        }
    }

    private function run(): void
    {
        if (!$this->isClean) {
            $this->replace();
        }
        // Not by finally, which exit jumps over: after its own shutdown functions, such a request gets a new kernel too.
        $this->isClean = false;
        register_shutdown_function(fn() => register_shutdown_function($this->replaceIfUsed(...)));
        $this->connections?->closeLost();
        $this->proxies->apply();
        KernelState::beginRequest($this->kernel);
        $request = Request::createFromGlobals();
        $this->sessions?->begin($request);
        try {
            $response = $this->front->handle($request);
        } catch (Throwable $throwable) {
            $this->fail($throwable, $request);

            return;
        }
        if (headers_sent() && ($response->isClientError() || $response->isServerError())) {
            // Before Symfony 6 a stream is sent inside of the kernel, which answers its exception with an error page: that would
            // stand behind the stream's first bytes as if it were their end.
            throw new RuntimeException('An answer broke off after its first bytes; what failed was logged before');
        }
        if ($response->isServerError()) {
            $this->connections?->doubt();
        }
        try {
            $response->send();
        } catch (Throwable $throwable) {
            self::takeBack($response);
            $this->fail($throwable, $request);

            return;
        }
        finish();
        try {
            if ($this->front instanceof TerminableInterface) {
                $this->front->terminate($request, $response);
            }
        } catch (Throwable $throwable) {
            $this->failures->tell($throwable, $request);

            throw $throwable;
        }
        // The framework has given it a factory that holds the request itself: a ring, which only PHP's collector would free.
        $request->setSessionFactory(static fn() => null);
        unset($request, $response);
        $this->reset();
        $this->isClean = true;
    }

    /** @throws Throwable the given one, where an answer has begun: it is cut off */
    private function fail(Throwable $throwable, Request $request): void
    {
        if (headers_sent()) {
            $this->failures->tell($throwable, $request);

            throw $throwable;
        }
        $this->failures->show($throwable, $request);
        finish();
        $this->replace();
    }

    /** Where nothing of an answer has left yet, nothing of it is on the error page. */
    private static function takeBack(Response $response): void
    {
        if (headers_sent()) {
            return;
        }
        Response::closeOutputBuffers(1, false);
        if (ob_get_level() > 0) {
            ob_clean();
        }
        foreach ($response->headers->allPreserveCaseWithoutCookies() as $name => $_) {
            header_remove($name);
        }
    }

    private function reset(): void
    {
        $this->sessions?->end();
        if ($this->front instanceof HttpCache) {
            Leftovers::forgetRequests($this->front);
        }
        if ($this->kernel !== null) {
            KernelState::resetServices($this->kernel);
            Leftovers::forget($this->kernel->getContainer());
        } elseif ($this->front instanceof ResetInterface) {
            $this->front->reset();
        }
        $this->connections?->endTransactions();
        $this->settings?->restore();
        $this->listeners?->restore();
        $this->proxies->restore();
        $this->statics->restore();
        $this->restoreLocale();
        Leftovers::keepMimeTypes();
        Dumper::forget();
    }

    private function replaceIfUsed(): void
    {
        if ($this->isClean) {
            return;
        }
        $error = Failures::fatalError();
        if ($error !== null) {
            $this->failBy($error);
        }
        $this->replace();
    }

    /** The answer must not be finished here: what has begun is cut off. */
    private function failBy(FatalError $error): void
    {
        $request = Request::createFromGlobals();
        if (headers_sent()) {
            $this->failures->tell($error, $request);

            return;
        }
        try {
            $this->failures->show($error, $request);
        } catch (Throwable $throwable) {
            error_log("A fatal error has no page: $throwable");
        }
    }

    private function restoreLocale(): void
    {
        if (ini_get(self::LOCALE) === $this->locale) {
            return;
        }
        // Nothing is a value too, which the setting takes only in this way.
        ini_restore(self::LOCALE);
        if (ini_get(self::LOCALE) !== $this->locale) {
            ini_set(self::LOCALE, (string) $this->locale);
        }
    }

    private function replace(): void
    {
        $this->isClean = false;
        $this->leave();
        $this->front = ($this->make)();
        $this->kernel = $this->kernelOf($this->front);
        if ($this->kernel !== null) {
            $this->kernel->boot();
            $this->locale = ini_get(self::LOCALE);
            $container = $this->kernel->getContainer();
            // A kernel puts its HTTP cache before itself only until it is booted.
            if ($this->front === $this->kernel && $container->has('http_cache')) {
                $this->front = $container->get('http_cache');
            }
            $this->connections = DoctrineConnections::in($container);
            $this->sessions = new Sessions($container, $this->kernel, $this->saveHandler);
        }
        $this->failures = new Failures($this->front, $this->kernel);
        $this->proxies = TrustedProxies::of($this->kernel?->getContainer());
        $this->statics = Statics::now();
        $this->reset();
        if ($this->kernel !== null) {
            $this->settings = new Settings($this->kernel->getContainer());
            $this->listeners = Listeners::of($this->kernel->getContainer());
            Leftovers::keepMimeTypes();
        }
        $this->isClean = true;
        // What booting left behind, and the kernel before.
        gc_collect_cycles();
    }

    /** What the old kernel still has to write (buffers of logs, a session) is written; nothing of it stays. */
    private function leave(): void
    {
        $steps = isset($this->front)
            ? [$this->reset(...), fn() => $this->connections?->endTransactions(), fn() => $this->kernel?->shutdown()]
            : [];
        foreach ($steps as $step) {
            try {
                $step();
            } catch (Throwable $throwable) {
                error_log("The end of a kernel that is replaced failed: $throwable");
            }
        }
        $this->restoreLocale();
        $this->noProxies->restore();
        $this->noStatics->restore();
        $this->settings = null;
        $this->listeners = null;
        $this->connections = null;
        $this->sessions = null;
    }

    private function kernelOf(HttpKernelInterface $front): ?KernelInterface
    {
        $kernel = $front instanceof HttpCache ? $front->getKernel() : $front;

        return $kernel instanceof KernelInterface ? $kernel : null;
    }
}
