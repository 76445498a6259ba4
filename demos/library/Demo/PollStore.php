<?php

declare(strict_types=1);

namespace Demo;

/** The polls in the database. Options of a poll are known by letters: a, b, c … */
final readonly class PollStore
{
    public const MAX_QUESTION_LENGTH = 200;
    public const MAX_TEXT_LENGTH = 100;
    public const MAX_USER_LENGTH = 64;
    public const MAX_OPTIONS = 26;

    public function __construct(private Database $database) {}

    /** @return array<string, array<string, string>> question → letter → text, the oldest poll first */
    public function polls(): array
    {
        $polls = [];
        $options = $this->database->read(
            'SELECT question, letter, text FROM poll JOIN poll_option ON poll_id = id ORDER BY id, letter',
        );
        foreach ($options as ['question' => $question, 'letter' => $letter, 'text' => $text]) {
            $polls[$question][$letter] = $text;
        }

        return $polls;
    }

    /** @return list<string> */
    public function questions(): array
    {
        return array_column($this->database->read('SELECT question FROM poll ORDER BY id'), 'question');
    }

    /**
     * @return array<string, int> letter → votes
     * @throws PollFault if there is no such poll
     */
    public function results(string $question): array
    {
        $votes = $this->database->read(
            'SELECT o.letter, COUNT(c.user_id) AS votes FROM poll p JOIN poll_option o ON o.poll_id = p.id'
            . ' LEFT JOIN poll_choice c ON c.poll_id = o.poll_id AND c.letter = o.letter'
            . ' WHERE p.question = ? GROUP BY o.letter ORDER BY o.letter',
            [$question],
        );

        return array_column($votes, 'votes', 'letter') ?: throw PollFault::unknownPoll($question);
    }

    /** @return list<Poll> with their votes, the oldest first */
    public function all(): array
    {
        return $this->counted('', []);
    }

    public function find(int $id): ?Poll
    {
        return $this->counted('WHERE p.id = ?', [$id])[0] ?? null;
    }

    /** @return array<int, string> what a user has chosen: id of the poll → letter */
    public function choicesOf(string $user): array
    {
        $choices = $this->database->read(
            'SELECT poll_id, letter FROM poll_choice JOIN "user" ON id = user_id WHERE username = ?',
            [$user],
        );

        return array_column($choices, 'letter', 'poll_id');
    }

    /** @throws PollFault if there is no such poll or option, or the user has voted before */
    public function vote(string $question, string $letter, string $user): void
    {
        $user = $this->text($user, 'user', self::MAX_USER_LENGTH);
        $this->database->transaction(function (Database $database) use ($question, $letter, $user): void {
            $poll = $database->rows('SELECT id FROM poll WHERE question = ?', [$question])[0]['id']
                ?? throw PollFault::unknownPoll($question);
            $letters = $database->rows('SELECT letter FROM poll_option WHERE poll_id = ?', [$poll]);
            if (!in_array(['letter' => $letter], $letters, true)) {
                throw PollFault::unknownOption($letter);
            }
            $voter = $this->voter($database, $user);
            $vote = 'SELECT 1 FROM poll_choice WHERE poll_id = ? AND user_id = ?';
            if ($database->rows($vote, [$poll, $voter]) !== []) {
                throw PollFault::alreadyVoted($user);
            }
            $choice = [$poll, $voter, $letter];
            $database->write('INSERT INTO poll_choice (poll_id, user_id, letter) VALUES (?, ?, ?)', $choice);
        });
    }

    /**
     * @param list<string> $options texts
     * @throws PollFault if a text is missing, too long or taken
     */
    public function create(string $question, array $options): void
    {
        $question = $this->text($question, 'question', self::MAX_QUESTION_LENGTH);
        $options = array_map(fn(string $text): string => $this->text($text, 'option', self::MAX_TEXT_LENGTH), $options);
        if (count($options) < 2 || count($options) > self::MAX_OPTIONS || $options !== array_unique($options)) {
            throw PollFault::invalidOptions(self::MAX_OPTIONS);
        }
        $this->database->transaction(static function (Database $database) use ($question, $options): void {
            $find = 'SELECT id FROM poll WHERE question = ?';
            if ($database->rows($find, [$question]) !== []) {
                throw PollFault::pollExists($question);
            }
            $database->write('INSERT INTO poll (question) VALUES (?)', [$question]);
            $poll = $database->rows($find, [$question])[0]['id'];
            foreach ($options as $number => $text) {
                $option = [$poll, chr(ord('a') + $number), $text];
                $database->write('INSERT INTO poll_option (poll_id, letter, text) VALUES (?, ?, ?)', $option);
            }
        });
    }

    /**
     * @param list<int> $parameters
     * @return list<Poll>
     */
    private function counted(string $where, array $parameters): array
    {
        $rows = $this->database->read(
            'SELECT p.id, p.question, o.letter, o.text, COUNT(c.user_id) AS votes'
            . ' FROM poll p JOIN poll_option o ON o.poll_id = p.id'
            . ' LEFT JOIN poll_choice c ON c.poll_id = o.poll_id AND c.letter = o.letter'
            . " $where GROUP BY p.id, p.question, o.letter, o.text ORDER BY p.id, o.letter",
            $parameters,
        );
        $options = [];
        foreach ($rows as ['id' => $id, 'letter' => $letter, 'text' => $text, 'votes' => $votes]) {
            $options[$id][$letter] = ['text' => $text, 'votes' => $votes];
        }
        $questions = array_column($rows, 'question', 'id');

        return array_map(
            static fn(int $id): Poll => new Poll($id, $questions[$id], $options[$id]),
            array_keys($options),
        );
    }

    /** The user's number; who was never heard of becomes a user, without a password to log in with. */
    private function voter(Database $database, string $user): int
    {
        $find = 'SELECT id FROM "user" WHERE username = ?';
        if ($database->rows($find, [$user]) === []) {
            $database->write('INSERT INTO "user" (username) VALUES (?)', [$user]);
        }

        return $database->rows($find, [$user])[0]['id'];
    }

    /** Trimmed, and refused if it is empty, too long, no UTF-8, or has a character that XML can't carry. */
    private function text(string $text, string $what, int $maxLength): string
    {
        $text = preg_replace('/^\s+|\s+$/uD', '', $text) ?? '';
        if (preg_match('/^[^\x00-\x1F\x7F\x{FFFE}\x{FFFF}]{1,' . $maxLength . '}$/uD', $text) !== 1) {
            throw PollFault::invalidText($what, $maxLength);
        }

        return $text;
    }
}
