<?php

declare(strict_types=1);

namespace Demo\Chat;

/** Somebody in the chat. How bytes come and go is what a subclass knows. */
abstract class Member
{
    public string $nickname = '';
    public string $room = '';
    /** Why this member does not answer; null: it is here. */
    public ?string $away = null;

    /** Sends whole lines to it, unless it takes what was sent before so slowly that there is no room for more. */
    abstract public function deliver(string $lines): void;

    /** Sends a line that answers something it has done. */
    abstract public function reply(string $text): void;

    /** Ends its connection: at once, or when it has got what was sent to it. */
    abstract public function close(bool $isAtOnce): void;
}
