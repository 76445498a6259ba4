<?php

/** What requests set on disks, caches and the like, and drivers that an application makes itself, for whoever is there. */

declare(strict_types=1);

use Illuminate\Cache\ArrayStore;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Events\Dispatcher;
use Illuminate\Filesystem\FilesystemAdapter;
use Illuminate\Hashing\HashServiceProvider;
use Illuminate\Mail\MailServiceProvider;
use Illuminate\Queue\QueueServiceProvider;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\Hash;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Mail;
use Illuminate\Support\Facades\Queue;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Storage;
use Laravel\SerializableClosure\SerializableClosure;
use Monolog\Handler\StreamHandler;
use Monolog\Logger;

/** A cache in memory that can't be emptied when a request has told it so. */
final class StubbornStore extends ArrayStore
{
    public bool $isStubborn = false;

    public function flush(): bool
    {
        return $this->isStubborn ? throw new LogicException('the cache stays full') : parent::flush();
    }
}

function folderOf(string $name): string
{
    $folder = getenv('LARAVEL_FOLDER') . "/drivers-$name";
    is_dir($folder) || mkdir($folder);
    touch("$folder/db");

    return $folder;
}

function bootDrivers(): void
{
    $visitor = static fn(): string => (string) request()->query('visitor');
    config([
        'filesystems.disks.first' => ['driver' => 'local', 'root' => folderOf('first')],
        'filesystems.disks.second' => ['driver' => 'local', 'root' => folderOf('second')],
        'filesystems.disks.own' => ['driver' => 'own'],
        'cache.stores.set' => ['driver' => 'file', 'path' => folderOf('cache')],
        'cache.stores.table' => ['driver' => 'database', 'table' => 'cache', 'connection' => 'own'],
        'database.connections.own' => ['driver' => 'own'],
        'logging.channels.own' => ['driver' => 'custom', 'via' => static fn(): Logger => new Logger(
            'own',
            [new StreamHandler(folderOf($visitor()) . '/log')],
        )],
        'logging.channels.with-own' => ['driver' => 'stack', 'channels' => ['own']],
    ]);
    config(['mail' => ['default' => 'array', 'mailers' => ['array' => ['transport' => 'array']]], 'queue.connections.sync' => ['driver' => 'sync']]);
    foreach ([MailServiceProvider::class, QueueServiceProvider::class, HashServiceProvider::class] as $provider) {
        app()->register($provider);
    }
    // Made while booting. Whoever makes mails makes the views, too.
    getenv('LARAVEL_BOOT') === 'late' || Mail::alwaysFrom('boot@localhost');
    Hash::make('made');
    Queue::connection('sync');
    // Each request has what the boot puts into memory, as if it had booted itself.
    Cache::store('array')->put('of the boot', 'seen', 1);
    $local = static fn(): mixed => Storage::createLocalDriver(['root' => folderOf($visitor())]);
    Storage::extend('own', static function (Application $app) use ($local): mixed {
        $disk = $local();

        // Before version 9 the manager puts its own adapter around what this returns.
        return version_compare($app->version(), '9', '<') ? $disk->getDriver() : $disk;
    });
    DB::extend('own', static fn(array $configuration, string $name): mixed => app('db.factory')->make(
        ['driver' => 'sqlite', 'database' => folderOf($visitor()) . '/db'],
        $name,
    ));
    if (getenv('LARAVEL_BOOT') === 'stubborn') {
        config(['cache.stores.stubborn' => ['driver' => 'stubborn']]);
        Cache::extend('stubborn', fn(): mixed => Cache::repository(new StubbornStore()));
        Cache::store('stubborn');
    }
}

function stateOfDrivers(): array
{
    return [
        'first' => basename(Storage::disk('first')->path('')),
        'second' => basename(Storage::disk('second')->path('')),
        'seconds' => Cache::store('set')->getDefaultCacheTime(),
        'events' => Cache::store('set')->getEventDispatcher() instanceof Dispatcher,
    ];
}

function routesOfDrivers(): void
{
    Route::get('/drivers', static fn(): array => stateOfDrivers());
    Route::get('/set-drivers', static function (): array {
        Event::fake();
        Storage::set('first', Storage::createLocalDriver(['root' => folderOf('visitor')]));
        $disk = Storage::disk('second');
        if (method_exists($disk->getDriver(), 'getAdapter')) {
            $disk->getDriver()->getAdapter()->setPathPrefix(folderOf('visitor'));
        } else {
            Storage::set('second', Storage::disk('first'));
        }
        Cache::store('set')->setDefaultCacheTime(7);

        return stateOfDrivers();
    });
    Route::get('/of-the-boot', static function (): array {
        $before = Cache::store('array')->many(['of the boot', 'of a request']);
        Cache::store('array')->put('of the boot', 'changed', 60);
        Cache::store('array')->put('of a request', 'seen', 60);

        return array_values($before);
    });
    Route::get('/made-by-the-boot', static function (): array {
        $mailer = Mail::mailer('array');
        $mails = method_exists($mailer, 'getSymfonyTransport') ? $mailer->getSymfonyTransport() : $mailer->getSwiftMailer()->getTransport();
        $before = [count($mails->messages()), password_get_info(Hash::make('visitor'))['options']['cost'], Queue::connection('sync')->getConnectionName()];
        $mailer->raw('a visitor has written', static fn($message) => $message->to('visitor@localhost'));
        Hash::setRounds(4);
        Queue::connection('sync')->setConnectionName('visitor');

        return $before;
    });
    Route::get('/process', static fn(): array => [getmypid(), Cache::store('stubborn')->get('visitor')]);
    Route::get('/stubborn', static function (): array {
        Cache::store('stubborn')->put('visitor', 'secret', 60);
        Cache::store('stubborn')->getStore()->isStubborn = true;

        return [getmypid(), Cache::store('stubborn')->get('visitor')];
    });
    // As queues have them.
    Route::get('/closure', static function (): string {
        $closure = static function (): string {
            return 'called';
        };

        return unserialize(serialize(new SerializableClosure($closure)))->getClosure()();
    });
    Route::get('/own-drivers', static function (): array {
        $database = DB::connection('own');
        $database->statement('CREATE TABLE IF NOT EXISTS cache (key PRIMARY KEY, value, expiration)');
        Cache::store('table')->put('visitor', request()->query('visitor'), 60);
        Log::channel('own')->info('one');
        Log::channel('with-own')->info('two');
        $disk = Storage::disk('own');
        assert($disk instanceof FilesystemAdapter);

        return [
            'disk' => basename($disk->path('')),
            'database' => basename(dirname($database->getDatabaseName())),
            'cache' => 'drivers-' . Cache::store('table')->get('visitor'),
        ];
    });
}
