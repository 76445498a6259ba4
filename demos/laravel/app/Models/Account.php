<?php

declare(strict_types=1);

namespace App\Models;

use Illuminate\Database\Eloquent\Model;

/**
 * @property int $id
 * @property string $username
 */
final class Account extends Model
{
    public $timestamps = false;
    protected $table = 'user';
    protected $hidden = ['password'];
}
