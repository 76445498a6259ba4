<?php

declare(strict_types=1);

use App\Http\Controllers\LoginController;
use App\Http\Controllers\PollController;
use App\Http\Middleware\Authenticate;
use Illuminate\Support\Facades\Route;

Route::view('/', 'home')->name('home');

Route::get('/poll', [PollController::class, 'index'])->name('polls');
Route::post('/poll/vote', [PollController::class, 'vote'])->middleware(Authenticate::class)->name('vote');
Route::get('/poll/results/{poll}', [PollController::class, 'results'])->name('results');

Route::get('/login', [LoginController::class, 'form'])->name('login');
Route::post('/login/auth', [LoginController::class, 'login'])->name('login.auth');
Route::post('/login/logout', [LoginController::class, 'logout'])->name('logout');

// With a session, so that the page knows who is there.
Route::fallback(static fn() => abort(404));
