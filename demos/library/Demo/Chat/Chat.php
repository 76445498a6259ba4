<?php

declare(strict_types=1);

namespace Demo\Chat;

use Closure;

/** Who is here, in which room, and what they say. It knows nothing of sockets. */
final class Chat
{
    private const LOBBY = 'lobby';
    private const NAME = '/^[A-Za-z0-9_-]{1,30}$/';
    private const KILL_SECONDS = 60;
    /** More than so many notices at once are only counted. */
    private const NOTICES_AT_ONCE = 50;

    /** By nickname in lower case. @var array<string, Member> */
    private array $members = [];
    /** Members by nickname in lower case. @var array<string, array<string, Member>> */
    private array $rooms = [];
    /** What is still to be told, by room. @var array<string, list<string>> */
    private array $notices = [];
    /** Nicknames that nobody gets, and until when. @var array<string, int> */
    private array $refused = [];
    private int $guests = 0;
    private readonly Commands $commands;

    /** @param Closure(): void $tellSoon has to call tellNotices() a little later */
    public function __construct(private readonly Closure $tellSoon)
    {
        $this->commands = new Commands($this);
    }

    public function enter(Member $member): void
    {
        do {
            $nickname = 'guest' . ++$this->guests;
        } while (!$this->isFree($nickname));
        $member->nickname = $nickname;
        $this->members[$nickname] = $member;
        $this->enterRoom($member, self::LOBBY);
        $member->reply("Welcome! You are $nickname; /nick NAME changes that, /help lists the commands.");
    }

    /** It has gone, or will as soon as it has got what was sent to it. */
    public function leave(Member $member, string $how, bool $isAtOnce = false): void
    {
        unset($this->members[strtolower($member->nickname)]);
        $this->leaveRoom($member, $how);
        $member->close($isAtOnce);
    }

    /** A member has sent a line. */
    public function onLine(Member $member, string $line): void
    {
        // Control characters could do things to the terminals of others.
        $line = trim(preg_replace('/[\x00-\x1f\x7f]+/', ' ', $line));
        if (preg_match('~^/(\S+)\s*(.*)$~', $line, $found)) {
            $this->commands->run($member, strtolower($found[1]), $found[2]);
        } elseif ($line !== '') {
            // Everybody hears of somebody's arrival before what was said then.
            $this->tellNotices();
            $text = "<$member->nickname> $line\r\n";
            foreach ($this->rooms[$member->room] as $other) {
                if ($other !== $member) {
                    $other->deliver($text);
                }
            }
        }
    }

    public function rename(Member $member, string $nickname): bool
    {
        if ($this->memberNamed($nickname) !== $member && !$this->isFree($nickname)) {
            return false;
        }
        [$old, $new] = [strtolower($member->nickname), strtolower($nickname)];
        unset($this->members[$old], $this->rooms[$member->room][$old]);
        $this->members[$new] = $this->rooms[$member->room][$new] = $member;
        $this->announce($member->room, "$member->nickname is now known as $nickname");
        $member->nickname = $nickname;

        return true;
    }

    public function changeRoom(Member $member, string $room): void
    {
        $this->leaveRoom($member, "to #$room");
        $this->enterRoom($member, $room);
    }

    /** Whether a nickname, or a room's name, may be one. */
    public function isName(string $name): bool
    {
        return preg_match(self::NAME, $name) === 1;
    }

    public function memberNamed(string $nickname): ?Member
    {
        return $this->members[strtolower($nickname)] ?? null;
    }

    /** @return array<Member> */
    public function members(): array
    {
        return $this->members;
    }

    /** @return array<string, array<Member>> by the name of the room */
    public function rooms(): array
    {
        return $this->rooms;
    }

    /** Nobody gets this nickname for a while. */
    public function refuse(string $nickname): void
    {
        $this->refused = array_filter($this->refused, fn(int $until): bool => $until > time());
        $this->refused[strtolower($nickname)] = time() + self::KILL_SECONDS;
    }

    /** Something that everybody in a room gets to know, a little later: see tellNotices(). */
    public function announce(string $room, string $notice): void
    {
        if ($this->notices === []) {
            ($this->tellSoon)();
        }
        $this->notices[$room][] = $notice;
    }

    /**
     * Tells what was announced. That of the same time is told together: were each arrival of 5,000 clients a message to
     * each, they would be 12 million messages.
     */
    public function tellNotices(): void
    {
        foreach ($this->notices as $room => $notices) {
            $more = count($notices) - self::NOTICES_AT_ONCE;
            if ($more > 0) {
                $notices = [...array_slice($notices, 0, self::NOTICES_AT_ONCE), "and $more more came, went or changed"];
            }
            $text = '* ' . implode("\r\n* ", $notices) . "\r\n";
            foreach ($this->rooms[$room] ?? [] as $member) {
                $member->deliver($text);
            }
        }
        $this->notices = [];
    }

    private function isFree(string $nickname): bool
    {
        $key = strtolower($nickname);

        return !isset($this->members[$key]) && ($this->refused[$key] ?? 0) <= time();
    }

    private function enterRoom(Member $member, string $room): void
    {
        $member->room = $room;
        $this->rooms[$room][strtolower($member->nickname)] = $member;
        $this->announce($room, "$member->nickname has joined #$room");
    }

    private function leaveRoom(Member $member, string $how): void
    {
        unset($this->rooms[$member->room][strtolower($member->nickname)]);
        if ($this->rooms[$member->room] === []) {
            unset($this->rooms[$member->room]);
        }
        $this->announce($member->room, "$member->nickname has left #$member->room ($how)");
    }
}
