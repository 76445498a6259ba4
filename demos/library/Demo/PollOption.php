<?php

declare(strict_types=1);

namespace Demo;

/** One option of a poll, and how it stands. */
final readonly class PollOption
{
    /** @param int $share percent of all votes in its poll, rounded; 0 where nobody has voted */
    public function __construct(
        public string $letter,
        public string $text,
        public int $votes,
        public int $share,
    ) {}
}
