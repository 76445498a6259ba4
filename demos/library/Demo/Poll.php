<?php

declare(strict_types=1);

namespace Demo;

/** A poll as a page shows it. */
final readonly class Poll
{
    /** All votes in it. */
    public int $votes;

    /** @var list<PollOption> by letter */
    public array $options;

    /** @param array<string, array{text: string, votes: int}> $options by letter */
    public function __construct(
        public int $id,
        public string $question,
        array $options,
    ) {
        $votes = array_sum(array_column($options, 'votes'));
        $this->votes = $votes;
        $this->options = array_map(
            static fn(string $letter, array $option): PollOption => new PollOption(
                $letter,
                $option['text'],
                $option['votes'],
                (int) round(100 * $option['votes'] / max(1, $votes)),
            ),
            array_keys($options),
            $options,
        );
    }
}
