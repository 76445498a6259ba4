<?php

declare(strict_types=1);

namespace App;

use Symfony\Component\HttpFoundation\RequestStack;
use Symfony\Component\HttpFoundation\Session\SessionInterface;

/** Who is logged in: kept in the session and nowhere else, so that each request finds its own visitor. */
final class Visitor
{
    private const KEY = 'visitor';

    public function __construct(private readonly RequestStack $requests) {}

    /** Null for who is not logged in; no session is begun for that. */
    public function name(): ?string
    {
        return $this->previousSession()?->get(self::KEY);
    }

    /** @return list<string> what there is to tell about the last step, once */
    public function notices(): array
    {
        return $this->previousSession()?->getFlashBag()->get('notice') ?? [];
    }

    /** A new session with a new id, so that nobody can have laid one out before. */
    public function login(string $name): void
    {
        $session = $this->requests->getSession();
        $session->invalidate();
        $session->set(self::KEY, $name);
    }

    public function logout(): void
    {
        $this->requests->getSession()->invalidate();
    }

    private function previousSession(): ?SessionInterface
    {
        $request = $this->requests->getMainRequest();

        return $request?->hasPreviousSession() ? $request->getSession() : null;
    }
}
