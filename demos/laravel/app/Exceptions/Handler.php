<?php

declare(strict_types=1);

namespace App\Exceptions;

use Illuminate\Foundation\Exceptions\Handler as ExceptionHandler;
use Illuminate\Session\TokenMismatchException;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;

final class Handler extends ExceptionHandler
{
    /** Of a form that is shown again, these are not. */
    protected $dontFlash = ['password'];

    public function register(): void
    {
        // Laravel's own status for a missing token is 419, which no standard knows.
        $this->map(
            TokenMismatchException::class,
            static fn(TokenMismatchException $exception): AccessDeniedHttpException
                => new AccessDeniedHttpException('This form is too old, or from another site.', $exception),
        );
    }
}
