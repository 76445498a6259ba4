<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Symfony\Component\ErrorHandler\Error\FatalError;
use Symfony\Component\ErrorHandler\Error\OutOfMemoryError;
use Symfony\Component\ErrorHandler\ErrorEnhancer\ClassNotFoundErrorEnhancer;
use Symfony\Component\ErrorHandler\ErrorEnhancer\UndefinedFunctionErrorEnhancer;
use Symfony\Component\ErrorHandler\ErrorEnhancer\UndefinedMethodErrorEnhancer;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\RequestStack;
use Symfony\Component\HttpKernel\Event\ExceptionEvent;
use Symfony\Component\HttpKernel\HttpKernelInterface;
use Symfony\Component\HttpKernel\KernelEvents;
use Symfony\Component\HttpKernel\KernelInterface;
use Throwable;

/**
 * What the kernel does not catch: the application is told of it as of all other exceptions, by kernel.exception, and makes the
 * page that its visitor gets. It is what the framework's exception handler and its shutdown function do under php-fpm, without
 * making the worker end with 255 one day.
 *
 * @internal
 */
final class Failures
{
    private const FATAL = E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_PARSE;

    private readonly HttpKernelInterface $httpKernel;
    private readonly ?RequestStack $stack;

    /** @param ?KernelInterface $kernel booted; null where $front is a kernel of another kind */
    public function __construct(HttpKernelInterface $front, private readonly ?KernelInterface $kernel)
    {
        $container = $kernel?->getContainer();
        $this->httpKernel = $container?->get('http_kernel') ?? $front;
        $this->stack = $container?->has('request_stack') ? $container->get('request_stack') : null;
    }

    /** The one that has ended this request, for a shutdown function. */
    public static function fatalError(): ?FatalError
    {
        $error = error_get_last();
        if ($error === null || ($error['type'] & self::FATAL) === 0) {
            return null;
        }
        $class = str_starts_with($error['message'], 'Allowed memory size') ? OutOfMemoryError::class : FatalError::class;

        return new $class("Fatal Error: {$error['message']}", 0, $error, 0, false);
    }

    /**
     * Sends the application's own error page.
     *
     * @throws Throwable what can't be shown
     */
    public function show(Throwable $throwable, Request $request): void
    {
        if (!method_exists($this->httpKernel, 'terminateWithException')) {
            throw $throwable;
        }
        if ($this->kernel?->isDebug()) {
            $throwable = self::explained($throwable);
        }
        // The HTTP cache gives the kernel another request than ours.
        $this->httpKernel->terminateWithException($throwable, $this->stack?->getMainRequest() ?? $request);
    }

    /** Where it is too late for a page: for those that log or report. */
    public function tell(Throwable $throwable, Request $request): void
    {
        $container = $this->kernel?->getContainer();
        if ($container === null || !$container->has('event_dispatcher')) {
            return;
        }
        $request = $this->stack?->getMainRequest() ?? $request;
        $this->stack?->push($request);
        try {
            $event = new ExceptionEvent($this->httpKernel, $request, HttpKernelInterface::MAIN_REQUEST, $throwable);
            $container->get('event_dispatcher')->dispatch($event, KernelEvents::EXCEPTION);
        } catch (Throwable $another) {
            error_log("The application could not be told of a failure: $another");
        } finally {
            $this->stack?->pop();
        }
    }

    /** As the framework's exception handler does it: which class a developer may have meant. */
    private static function explained(Throwable $throwable): Throwable
    {
        foreach ([UndefinedFunctionErrorEnhancer::class, UndefinedMethodErrorEnhancer::class, ClassNotFoundErrorEnhancer::class] as $class) {
            $explained = class_exists($class) ? (new $class())->enhance($throwable) : null;
            if ($explained !== null) {
                return $explained;
            }
        }

        return $throwable;
    }
}
