<?php

declare(strict_types=1);

namespace Demo;

use Kargo\Rpc\Fault;

/** What a caller can do wrong with polls; message and code are sent to the client. */
final class PollFault extends Fault
{
    public const UNKNOWN_POLL = 1;
    public const UNKNOWN_OPTION = 2;
    public const ALREADY_VOTED = 3;
    public const POLL_EXISTS = 4;
    public const INVALID_TEXT = 5;
    public const INVALID_OPTIONS = 6;

    public static function unknownPoll(string $question): self
    {
        return new self("There is no poll \"$question\"", self::UNKNOWN_POLL);
    }

    public static function unknownOption(string $option): self
    {
        return new self("The poll has no option \"$option\"", self::UNKNOWN_OPTION);
    }

    public static function alreadyVoted(string $user): self
    {
        return new self("\"$user\" has already voted in this poll", self::ALREADY_VOTED);
    }

    public static function pollExists(string $question): self
    {
        return new self("There is already a poll \"$question\"", self::POLL_EXISTS);
    }

    public static function invalidText(string $what, int $maxLength): self
    {
        return new self("The $what must be 1 to $maxLength characters of text on one line", self::INVALID_TEXT);
    }

    public static function invalidOptions(int $max): self
    {
        return new self("A poll has 2 to $max options, all different", self::INVALID_OPTIONS);
    }
}
