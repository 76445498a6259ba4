<?php

declare(strict_types=1);

namespace App\Http\Middleware;

use Illuminate\Foundation\Http\Middleware\VerifyCsrfToken as Middleware;

final class VerifyCsrfToken extends Middleware
{
    /** The token is in each form; a cookie that scripts can read is not needed. */
    protected $addHttpCookie = false;
}
