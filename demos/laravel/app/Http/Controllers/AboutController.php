<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Http\Response;

final class AboutController
{
    public function __invoke(Application $app): Response
    {
        return response()
            ->view('about', ['parts' => ['Laravel' => $app->version(), 'PHP' => PHP_VERSION]])
            ->header('Cache-Control', 'public, max-age=3600');
    }
}
