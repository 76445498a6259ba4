<?php

declare(strict_types=1);

namespace Demo\Chat;

/** The lines that begin with "/". Each command is a method of this class. */
final class Commands
{
    private const MOTD = ['Be kind to one another, and to the server.', 'The bot likes cheese.'];

    private const COMMANDS = [
        'help' => ['', 'lists the commands'],
        'nick' => ['NAME', 'gives you another nickname'],
        'users' => ['', 'lists who is here, in which room, and who is away'],
        'names' => ['[ROOM]', 'lists who is in the room, or in yours'],
        'ison' => ['NAME...', 'says which of these are here'],
        'privmsg' => ['NAME TEXT', 'says something to one person only'],
        'away' => ['[TEXT]', 'tells who writes to you why you do not answer; without TEXT you are back'],
        'list' => ['', 'lists the rooms, and how many are in each'],
        'join' => ['ROOM', 'takes you to another room; what you say is heard in the one you are in'],
        'kick' => ['NAME [TEXT]', 'ends the connection of somebody, who is told why and may come back'],
        'kill' => ['NAME', 'ends a connection without a word; nobody gets its nickname for a minute'],
        'motd' => ['', 'shows the message of the day'],
        'time' => ['', 'tells the time of the server'],
        'quit' => ['[TEXT]', 'ends your connection; the others see TEXT'],
    ];

    public function __construct(private readonly Chat $chat) {}

    public function run(Member $member, string $command, string $argument): void
    {
        [$arguments] = self::COMMANDS[$command] ?? [null];
        if ($arguments === null) {
            $member->reply("There is no command /$command; /help lists them.");
        } elseif ($argument === '' && str_starts_with($arguments, 'NAME') || $command === 'join' && $argument === '') {
            $member->reply("Usage: /$command $arguments");
        } else {
            $this->$command($member, $argument);
        }
    }

    private function help(Member $member): void
    {
        foreach (self::COMMANDS as $command => [$arguments, $text]) {
            $member->reply(sprintf('%-20s %s', "/$command $arguments", $text));
        }
    }

    private function nick(Member $member, string $nickname): void
    {
        if (!$this->chat->isName($nickname)) {
            $member->reply('A nickname is 1 to 30 letters, digits, "-" or "_".');
        } elseif ($this->chat->rename($member, $nickname)) {
            $member->reply("You are now known as $nickname.");
        } else {
            $member->reply("The nickname $nickname is taken.");
        }
    }

    private function users(Member $member): void
    {
        foreach ($this->chat->members() as $user) {
            $member->reply("$user->nickname in #$user->room" . self::absence($user));
        }
        $member->reply(count($this->chat->members()) . ' in all');
    }

    private function names(Member $member, string $room): void
    {
        $room = $room === '' ? $member->room : self::roomName($room);
        $names = array_column($this->chat->rooms()[$room] ?? [], 'nickname');
        $member->reply("#$room: " . ($names === [] ? 'nobody' : implode(', ', $names)));
    }

    private function ison(Member $member, string $names): void
    {
        foreach (preg_split('/[\s,]+/', $names, -1, PREG_SPLIT_NO_EMPTY) as $name) {
            $user = $this->chat->memberNamed($name);
            $member->reply($user === null ? "$name is not here" : "$user->nickname is here" . self::absence($user));
        }
    }

    private function privmsg(Member $member, string $argument): void
    {
        [$name, $text] = self::nameAndText($argument);
        if ($text === '') {
            $member->reply('Usage: /privmsg NAME TEXT');
        } elseif (($user = $this->find($member, $name)) !== null) {
            $user->deliver("*$member->nickname* $text\r\n");
            $member->reply("Sent to $user->nickname" . self::absence($user));
        }
    }

    private function away(Member $member, string $text): void
    {
        $member->away = $text === '' ? null : $text;
        $state = $text === '' ? 'back' : "away: $text";
        $this->chat->announce($member->room, "$member->nickname is $state");
        $member->reply("You are $state");
    }

    private function list(Member $member): void
    {
        foreach ($this->chat->rooms() as $room => $members) {
            $member->reply("#$room: " . count($members));
        }
    }

    private function join(Member $member, string $room): void
    {
        $room = self::roomName($room);
        if (!$this->chat->isName($room)) {
            $member->reply('The name of a room is 1 to 30 letters, digits, "-" or "_".');
        } else {
            if ($room !== $member->room) {
                $this->chat->changeRoom($member, $room);
            }
            $member->reply("You are in #$room");
        }
    }

    private function kick(Member $member, string $argument): void
    {
        [$name, $text] = self::nameAndText($argument);
        if (($user = $this->find($member, $name)) !== null) {
            $how = rtrim("kicked by $member->nickname: $text", ': ');
            $member->reply("$user->nickname is kicked");
            $user->reply("You were $how");
            $this->chat->leave($user, $how);
        }
    }

    private function kill(Member $member, string $name): void
    {
        if (($user = $this->find($member, $name)) !== null) {
            $member->reply("$user->nickname is killed");
            $this->chat->refuse($user->nickname);
            $this->chat->leave($user, "killed by $member->nickname", isAtOnce: true);
        }
    }

    private function motd(Member $member): void
    {
        foreach (self::MOTD as $line) {
            $member->reply($line);
        }
    }

    private function time(Member $member): void
    {
        $member->reply('It is ' . date(DATE_RFC2822));
    }

    private function quit(Member $member, string $text): void
    {
        $member->reply('Goodbye!');
        $this->chat->leave($member, rtrim("quit: $text", ': '));
    }

    private function find(Member $member, string $nickname): ?Member
    {
        $user = $this->chat->memberNamed($nickname);
        if ($user === null) {
            $member->reply("$nickname is not here");
        }

        return $user;
    }

    private static function absence(Member $user): string
    {
        return $user->away === null ? '' : " (away: $user->away)";
    }

    /** "#PHP" is the room "php". */
    private static function roomName(string $room): string
    {
        return strtolower(ltrim($room, '#'));
    }

    /** @return array{string, string} */
    private static function nameAndText(string $argument): array
    {
        $parts = preg_split('/\s+/', $argument, 2);

        return [$parts[0], $parts[1] ?? ''];
    }
}
