<?php

/** What applications do that have several tenants, and others that reach below the framework. */

declare(strict_types=1);

use Illuminate\Cache\CacheServiceProvider;
use Illuminate\Contracts\Cache\Factory;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Cookie;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Lang;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\Storage;
use Illuminate\Support\Facades\View;
use Psr\Log\LoggerInterface;
use Psr\Log\LoggerTrait;

/** In the place of the framework's log manager. */
final class DecoratedLog implements LoggerInterface
{
    use LoggerTrait;

    public function __construct(private readonly LoggerInterface $log) {}

    public function log($level, $message, array $context = []): void
    {
        $this->log->log($level, $message, $context);
    }
}

/** In the place of the framework's cache manager. */
final class DecoratedCache implements Factory
{
    public function __construct(private readonly Factory $cache) {}

    public function store($name = null): mixed
    {
        return $this->cache->store($name);
    }
}

/** What a driver is made from, for a tenant. */
function configurationOf(string $tenant): array
{
    $folder = getenv('LARAVEL_FOLDER') . "/$tenant";
    is_dir($folder) || mkdir($folder);
    touch("$folder/db");

    return [
        'database.connections.tenant' => ['driver' => 'sqlite', 'database' => "$folder/db"],
        'filesystems.disks.tenant' => ['driver' => 'local', 'root' => "$folder/disk"],
        'logging.channels.tenant' => ['driver' => 'single', 'path' => "$folder/log"],
        'cache.stores.tenant' => ['driver' => 'file', 'path' => "$folder/cache"],
    ];
}

function bootTenants(): void
{
    // What old sessions are removed with would be loaded by some request or other.
    config(['session.lottery' => [0, 100]]);
    app()->register(CacheServiceProvider::class);
    config(configurationOf('none') + ['cache.stores.array' => ['driver' => 'array']]);
    config(['database.connections.functions' => ['driver' => 'sqlite', 'database' => getenv('LARAVEL_FOLDER') . '/none/db']]);
    bootDrivers();
    // Providers may do all of that while they boot.
    session()->has('visitor');
    getenv('LARAVEL_BOOT') === 'late' || View::share('signedIn', Auth::check());
    DB::connection('functions')->getPdo()->sqliteCreateFunction('reversed', strrev(...), 1);
    if (getenv('LARAVEL_BOOT') === 'decorated') {
        app()->extend('log', static fn(LoggerInterface $log): DecoratedLog => new DecoratedLog($log));
        app()->extend('cache', static fn(Factory $cache): DecoratedCache => new DecoratedCache($cache));
    }
}

/** Who each driver belongs to: the first who asked what it had. */
function ownersOfDrivers(string $me): array
{
    $database = DB::connection('tenant');
    $database->statement('CREATE TABLE IF NOT EXISTS owner (name)');
    $database->table('owner')->count() > 0 || $database->table('owner')->insert(['name' => $me]);
    $disk = Storage::disk('tenant');
    $disk->exists('owner') || $disk->put('owner', $me);
    Log::channel('tenant')->info("line of $me;");
    Cache::store('tenant')->add('owner', $me, 60);

    return [
        'database' => $database->table('owner')->value('name'),
        'disk' => $disk->get('owner'),
        'cache' => Cache::store('tenant')->get('owner'),
    ];
}

function routesOfTenants(): void
{
    routesOfDrivers();
    Route::get('/who', static fn(Request $request): array => [
        'session' => $request->session()->get('visitor'),
        'user' => Auth::id(),
    ]);
    Route::get('/begin/{how}', static function (string $how): string {
        DB::select('SELECT 1');
        match ($how) {
            'pdo' => DB::getPdo()->beginTransaction(),
            'statement' => DB::statement('BEGIN'),
        };
        DB::table('poll')->update(['question' => 'left open']);

        return 'begun';
    });
    Route::get('/committed', static fn(): array => DB::transaction(static fn(): array => DB::table('poll')->pluck('question')->all()));
    Route::get('/tenant/{name}', static function (string $name): array {
        $name === 'none' || config(configurationOf($name));

        return ownersOfDrivers($name);
    });
    // Puts back itself what it has changed.
    Route::get('/for-a-while/{name}', static function (string $name): array {
        $before = config()->all();
        config(configurationOf($name));
        DB::purge('tenant');
        $owners = ownersOfDrivers($name);
        config($before);

        return $owners;
    });
    Route::get('/new-names/{number}', static function (string $number): int {
        $configuration = configurationOf('none');
        config(["database.connections.of$number" => $configuration['database.connections.tenant']]);
        config(["logging.channels.of$number" => $configuration['logging.channels.tenant']]);
        DB::connection("of$number")->select('SELECT 1');
        Log::channel("of$number")->info($number);

        return count(scandir('/proc/self/fd'));
    });
    Route::get('/theme/{name?}', static function (string $name = 'plain'): array {
        $themes = getenv('LARAVEL_FOLDER') . '/themes';
        View::addLocation("$themes/plain");
        if ($name !== 'plain') {
            View::getFinder()->prependLocation("$themes/$name");
            Lang::addNamespace('theme', "$themes/$name");
            Lang::addLines(['line.added' => $name], 'en');
        }

        return [trim(view('themed')->render()), __('theme::words.name'), __('line.added')];
    });
    // Before anybody wants what is made from it, as in a middleware.
    Route::get('/late-settings/{name}', static function (string $name): array {
        config(['app.locale' => 'de', 'view.paths' => [getenv('LARAVEL_FOLDER') . "/late-$name"], 'session.domain' => "$name.example"]);

        return [trim(view('late')->render()), Lang::getLocale(), Cookie::make('visitor', $name)->getDomain()];
    })->withoutMiddleware('web');
    Route::get('/reversed', static fn(): array => [
        DB::connection('functions')->select("SELECT reversed('abc') AS text")[0]->text,
        get_debug_type(DB::connection('functions')->getPdo()),
        get_debug_type(DB::getPdo()),
    ]);
    Route::get('/replace/{service}', static function (string $service): string {
        app()->instance($service, new stdClass());
        config(['app.name' => 'replaced']);

        return 'replaced';
    });
    Route::get('/decorated', static function (): array {
        Log::info('through the decorator');

        return [app('log')::class, app('cache')::class, Cache::store('array')->add('once', 1, 60)];
    });
}
