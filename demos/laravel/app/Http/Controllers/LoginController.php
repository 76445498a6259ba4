<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use Demo\UserStore;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Http\Response;
use Illuminate\Support\Facades\Auth;

final class LoginController
{
    public function form(): Response
    {
        return $this->page();
    }

    public function login(Request $request): RedirectResponse|Response
    {
        ['username' => $username, 'password' => $password] = $request->only('username', 'password')
            + ['username' => '', 'password' => ''];
        $isText = is_string($username) && is_string($password);
        if (!$isText || !Auth::attempt(['username' => $username, 'password' => $password])) {
            return $this->page(422, $isText ? $username : '');
        }
        $request->session()->regenerate();

        return redirect()->route('polls', [], 303);
    }

    public function logout(Request $request): RedirectResponse
    {
        Auth::logout();
        $request->session()->invalidate();
        $request->session()->regenerateToken();

        return redirect()->route('home', [], 303);
    }

    private function page(int $status = 200, string $username = ''): Response
    {
        return response()->view('login', [
            'failed' => $status !== 200,
            'username' => $username,
            'accounts' => UserStore::DEMO_ACCOUNTS,
        ], $status);
    }
}
