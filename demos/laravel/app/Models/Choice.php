<?php

declare(strict_types=1);

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

/** What a user has chosen in a poll. */
final class Choice extends Model
{
    public $timestamps = false;
    public $incrementing = false;
    protected $table = 'poll_choice';
    protected $primaryKey = null;

    /** @return array<int, string> id of the poll → letter */
    public static function of(string $user): array
    {
        return self::query()
            ->join('user', 'user.id', '=', 'poll_choice.user_id')
            ->where('username', $user)
            ->pluck('letter', 'poll_id')
            ->all();
    }
}
