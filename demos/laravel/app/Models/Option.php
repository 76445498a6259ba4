<?php

declare(strict_types=1);

namespace App\Models;

use Illuminate\Database\Eloquent\Builder;
use Illuminate\Database\Eloquent\Model;

/**
 * An option of a poll, known by its letter there.
 *
 * @property int $poll_id
 * @property string $letter
 * @property string $text
 * @property int $votes
 */
final class Option extends Model
{
    public $timestamps = false;
    public $incrementing = false;
    protected $table = 'poll_option';
    protected $primaryKey = null;
    protected $casts = ['votes' => 'integer'];

    public function scopeWithVotes(Builder $query): void
    {
        $votes = Choice::selectRaw('COUNT(*)')
            ->whereColumn('poll_choice.poll_id', 'poll_option.poll_id')
            ->whereColumn('poll_choice.letter', 'poll_option.letter');
        $query->select('poll_option.*')->selectSub($votes, 'votes');
    }

    /** Percent of all votes in the poll, rounded. */
    public function shareOf(int $votes): int
    {
        return (int) round(100 * $this->votes / max(1, $votes));
    }
}
