<?php

declare(strict_types=1);

namespace Kargo\App\Psr;

use Closure;
use Kargo\App\Application;
use Kargo\ConfigurationException;
use Kargo\Http\Handler;
use Kargo\Http\Request;
use Kargo\Http\Response;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;

/**
 * A PSR-15 request handler (a middleware stack, a router, an application) for Http\Server::mount() and routes.
 *
 * It runs as our own handlers do: no superglobals, and it may wait (Kargo\delay(), Http\Client) while the same worker
 * answers others with the same objects. So what one request is about belongs into the PSR-7 request's attributes, as
 * PSR-15 means it, not into properties of handlers, middleware or services. Where that can't be, or for answers in
 * pieces, $_SESSION and header(), classic() runs the same handler with one request at a time.
 *
 * Nothing is reset between requests, since nothing is kept here: the handler's objects live as long as the worker.
 */
final class RequestHandler implements Handler
{
    private readonly ServerRequests $requests;

    private ?Closure $make = null;

    private ?Closure $handle = null;

    /**
     * @param object $handler a Psr\Http\Server\RequestHandlerInterface, or whatever has its method handle(), or a callable
     *     of the same shape
     * @param Factories|null $factories null: of the library that is installed
     * @throws ConfigurationException if it can't be called, or no PSR-7 library is installed
     */
    public function __construct(object $handler, ?Factories $factories = null)
    {
        $this->requests = new ServerRequests($factories ?? Factories::installed());
        $this->handle = self::callableOf($handler);
    }

    /**
     * One that is made in each worker, when its first request comes: for what opens database connections.
     *
     * @param callable(): object $make gives the handler
     */
    public static function madeBy(callable $make, ?Factories $factories = null): self
    {
        $handler = new self(static fn() => null, $factories);
        $handler->handle = null;
        $handler->make = $make(...);

        return $handler;
    }

    /**
     * The same in classic mode: one request at a time in each worker, with superglobals and sessions, uploaded files, and
     * bodies sent in pieces.
     *
     * @param callable(): object $make gives the handler; called once in each worker, before its first request
     */
    public static function classic(callable $make, ?Factories $factories = null): Application
    {
        $requests = new ServerRequests($factories ?? Factories::installed());

        return new Application(
            static function (Closure $handle, Request $request) use ($requests): void {
                Responses::send(self::answer($handle, $requests->fromGlobals($request)));
            },
            boot: static fn(): Closure => self::callableOf($make()),
        );
    }

    public function handle(Request $request): Response
    {
        $this->handle ??= self::callableOf(($this->make)());

        return Responses::whole(self::answer($this->handle, $this->requests->fromRequest($request)));
    }

    /** The types say what PSR-15 says: whatever else a handler returns is a TypeError, 500 and in the log. */
    private static function answer(Closure $handle, ServerRequestInterface $request): ResponseInterface
    {
        return $handle($request);
    }

    private static function callableOf(object $handler): Closure
    {
        return match (true) {
            is_callable([$handler, 'handle']) => $handler->handle(...),
            is_callable($handler) => $handler(...),
            default => throw new ConfigurationException(
                $handler::class . ' has no method handle(ServerRequestInterface): it is no PSR-15 request handler',
            ),
        };
    }
}
