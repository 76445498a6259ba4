<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Log\Logger;
use Illuminate\Log\LogManager;
use Monolog\ResettableInterface;

/** The open logs, without what a request has put into each of its lines. */
final class Logs
{
    /** @var array<int, array{Logger, list<ObjectState>}> by the object's number */
    private array $states = [];

    public function __construct(private readonly ?LogManager $logs)
    {
        $this->remember();
    }

    /** What a request has added; and what Monolog's processors count, and its handlers collect per request. */
    public function restore(): void
    {
        foreach ($this->channels() as $channel) {
            $logger = $channel->getLogger();
            if ($logger instanceof ResettableInterface) {
                $logger->reset();
            }
            foreach ($this->states[spl_object_id($channel)][1] ?? [] as $state) {
                $state->restore();
            }
        }
    }

    /** Those that were opened since the last time: they have only what they are made with. */
    public function remember(): void
    {
        foreach ($this->channels() as $channel) {
            $this->states[spl_object_id($channel)] ??= [$channel, [
                new ObjectState($channel),
                new ObjectState($channel->getLogger(), ['handlers', 'processors']),
            ]];
        }
    }

    /** @return list<Logger> */
    private function channels(): array
    {
        return array_values(array_filter($this->logs?->getChannels() ?? [], static fn(object $channel): bool => $channel instanceof Logger));
    }
}
