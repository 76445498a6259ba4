<?php

declare(strict_types=1);

namespace App\Models;

use Illuminate\Database\Eloquent\Model;
use Illuminate\Database\Eloquent\Relations\HasMany;

/**
 * @property int $id
 * @property string $question
 * @property-read int $votes
 */
final class Poll extends Model
{
    public $timestamps = false;
    protected $table = 'poll';

    /** @return HasMany<Option> with their votes, by letter */
    public function options(): HasMany
    {
        return $this->hasMany(Option::class)->withVotes()->orderBy('letter');
    }

    public function getVotesAttribute(): int
    {
        return (int) $this->options->sum('votes');
    }

    /** Counts a user's vote; false if there is one already. The table's key decides, so two at once can't both win. */
    public function vote(string $letter, string $user): bool
    {
        $voter = Account::where('username', $user)->value('id');

        return Choice::insertOrIgnore(['poll_id' => $this->id, 'user_id' => $voter, 'letter' => $letter]) === 1;
    }
}
