<?php

declare(strict_types=1);

namespace Polls;

use RuntimeException;

/** The visitor's session: PHP's own, in files that nobody else can read. */
final readonly class Session
{
    public function __construct(string $folder)
    {
        if (!is_dir($folder) && !@mkdir($folder, 0700, true) && !is_dir($folder)) {
            throw new RuntimeException("$folder can't be made");
        }
        session_start([
            'name' => 'polls',
            'save_path' => $folder,
            'use_strict_mode' => true,
            'cookie_httponly' => true,
            'cookie_samesite' => 'Lax',
        ]);
        $_SESSION['token'] ??= bin2hex(random_bytes(32));
    }

    public function visitor(): ?string
    {
        return $_SESSION['visitor'] ?? null;
    }

    /** The text that each form of this visitor carries. */
    public function token(): string
    {
        return $_SESSION['token'];
    }

    public function logIn(string $visitor): void
    {
        session_regenerate_id(true);
        $_SESSION = ['visitor' => $visitor, 'token' => bin2hex(random_bytes(32))];
    }

    public function logOut(): void
    {
        session_regenerate_id(true);
        $_SESSION = ['token' => bin2hex(random_bytes(32))];
    }

    public function setNotice(string $notice): void
    {
        $_SESSION['notice'] = $notice;
    }

    /** The notice for the next page, once. */
    public function takeNotice(): ?string
    {
        $notice = $_SESSION['notice'] ?? null;
        unset($_SESSION['notice']);

        return $notice;
    }
}
