<?php

/** Pages that are the same for everybody: without the group "web" no session is begun, and caches may keep them. */

declare(strict_types=1);

use App\Http\Controllers\AboutController;
use Illuminate\Http\Middleware\SetCacheHeaders;
use Illuminate\Support\Facades\Route;

Route::get('/about', AboutController::class)->middleware(SetCacheHeaders::class . ':public;max_age=3600')->name('about');
