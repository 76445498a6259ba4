<?php

declare(strict_types=1);

use Demo\PollStore;
use Kargo\Rpc\Get;
use Kargo\Rpc\Post;

/** What the API offers: each public method is callable, and its comment is its help. */
final readonly class Service_Poll
{
    public function __construct(private PollStore $store) {}

    /**
     * Retrieve all polls
     *
     * @return array<string, array<string, string>> question, then key and text of its options
     */
    #[Get('/polls')]
    public function getAllPolls(): array
    {
        return $this->store->polls();
    }

    /**
     * Retrieve all questions
     *
     * @return list<string>
     */
    #[Get('/questions')]
    public function getAllQuestions(): array
    {
        return $this->store->questions();
    }

    /**
     * Vote in a poll; each user has one vote in each
     *
     * @param string $question as in getAllPolls
     * @param string $option the key of the option
     * @param string $user who votes
     * @return array<string, int> the results with this vote: option's key, votes
     */
    #[Post('/votes')]
    public function vote(string $question, string $option, string $user): array
    {
        $this->store->vote($question, $option, $user);

        return $this->store->results($question);
    }

    /**
     * Count the votes of a poll
     *
     * @param string $question as in getAllPolls
     * @return array<string, int> option's key, votes
     */
    #[Get('/results')]
    public function results(string $question): array
    {
        return $this->store->results($question);
    }

    /**
     * Create a poll
     *
     * @param string $question one that is not there yet
     * @param list<string> $options their texts, 2 to 26; the keys become a, b, c …
     * @return bool true
     */
    #[Post('/polls', status: 201)]
    public function create(string $question, array $options): bool
    {
        $this->store->create($question, $options);

        return true;
    }
}
