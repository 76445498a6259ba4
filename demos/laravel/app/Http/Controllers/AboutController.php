<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Contracts\View\View;

final class AboutController
{
    public function __invoke(Application $app): View
    {
        return view('about', ['parts' => ['Laravel' => $app->version(), 'PHP' => PHP_VERSION]]);
    }
}
