<?php

/** A bootstrap/app.php whose routes change everything they can, and tell what they see. */

declare(strict_types=1);

use Carbon\Carbon;
use Illuminate\Database\Eloquent\Model;
use Illuminate\Http\Request;
use Illuminate\Http\Resources\Json\JsonResource;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Cache;
use Illuminate\Support\Facades\Cookie;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Event;
use Illuminate\Support\Facades\Gate;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\Facades\URL;
use Illuminate\Support\Facades\Validator;
use Illuminate\Support\Facades\View;

final class Visitor extends Model
{
    protected $table = 'poll';

    protected static function booted(): void
    {
        self::retrieved(static fn() => app()->instance('retrieved', true));
    }
}

/** What it was made with stays, unless the route forgets its controller. */
final class KeepingController
{
    private ?string $first = null;

    public function show(Request $request): string
    {
        return $this->first ??= (string) $request->query('name');
    }
}

/** Has something to do when the answer is out. */
final class Counting
{
    public function handle(Request $request, Closure $next): mixed
    {
        return $next($request);
    }

    public function terminate(Request $request): void
    {
        error_log('terminated ' . $request->path() . ', middleware is ' . (app()->shouldSkipMiddleware() ? 'off' : 'on'));
    }
}

$state = static fn(Request $request): array => [
    'config' => config('app.name'),
    'shared' => View::shared('name'),
    'locale' => [app()->getLocale(), Carbon::getLocale(), date_default_timezone_get()],
    'instance' => app()->bound('visitor'),
    'scoped' => app()->bound('scoped.visitor'),
    'listeners' => [Event::hasListeners('visitor'), Visitor::getEventDispatcher()->hasListeners('visitor')],
    'scopes' => count((new Visitor())->getGlobalScopes()),
    'cookies' => count(Cookie::getQueuedCookies()),
    'user' => Auth::check(),
    'defaults' => URL::getDefaultParameters(),
    'root' => str_starts_with(url('/'), 'http://visitor.example'),
    'gate' => Gate::has('visit'),
    'rule' => array_key_exists('visitor', Validator::make([], [])->extensions),
    'wrap' => JsonResource::$wrap,
    'proxies' => Request::getTrustedProxies(),
    'transaction' => DB::transactionLevel(),
    'queries' => DB::logging(),
    'session' => $request->hasSession() && $request->session()->has('visitor'),
    'routes' => count(Route::getRoutes()),
    'request' => app('request') === $request && URL::getRequest() === $request,
] + stateOfSettings();

$change = static function (Request $request) use ($state): array {
    config(['app.name' => 'Visitor']);
    View::share('name', 'Visitor');
    app()->setLocale('de');
    Carbon::setLocale('de');
    date_default_timezone_set('Asia/Tokyo');
    app()->instance('visitor', $request);
    app()->scoped('scoped.visitor', static fn() => $request);
    Event::listen('visitor', static fn() => null);
    Visitor::addGlobalScope('visitor', static fn() => null);
    Cookie::queue('visitor', 'visitor');
    Auth::loginUsingId('ann');
    URL::defaults(['visitor' => 'ann']);
    URL::forceRootUrl('http://visitor.example');
    Gate::define('visit', static fn() => true);
    Validator::extend('visitor', static fn() => true);
    JsonResource::withoutWrapping();
    Request::setTrustedProxies(['192.0.2.1'], Request::HEADER_X_FORWARDED_FOR);
    DB::beginTransaction();
    DB::enableQueryLog();
    Log::withContext(['visitor' => 'ann']);
    $request->session()->put('visitor', true);
    Route::get('/visitor', static fn() => null);
    changeSettings();

    return $state($request);
};

require __DIR__ . '/settings.php';
require __DIR__ . '/tenants.php';
require __DIR__ . '/drivers.php';

/** Waits until the test has opened the other end. */
$wait = static fn(Request $request): string => file_get_contents((string) $request->query('fifo'));

$app = require __DIR__ . '/../../../../demos/laravel/bootstrap/app.php';
$app->instance('class around this file', (string) (new ReflectionFunction($state))->getClosureScopeClass()?->name);
$app->booted(static function () use ($state, $change, $wait): void {
    $GLOBALS['resets'] = 0;
    bootTenants();
    Route::get('/state', $state);
    Route::middleware('web')->group(routesOfTenants(...));
    Route::middleware('web')->group(static function () use ($change, $wait): void {
        Route::get('/change', $change);
        Route::get('/exit', static function (Request $request) use ($change): never {
            $change($request);
            exit('over');
        });
        Route::get('/fatal/{kind}', static function (Request $request, string $kind) use ($change): mixed {
            $change($request);
            if ($kind === 'time') {
                set_time_limit(1);
                while (true);
            }

            if ($kind === 'small') {
                // Small ones, which leave no room.
                $all = new SplFixedArray(1 << 22);
                for ($i = 0; ; ++$i) {
                    $all[$i] = "of no use, $i";
                }
            }

            return match ($kind) {
                'memory' => str_repeat('the secret', 1 << 28),
                'compile' => eval('final class TheSecret { function a() {} function a() {} }'),
            };
        });
        Route::get('/broken', static fn(Request $request): mixed => response()->stream(static function () use ($request): void {
            if ($request->has('first')) {
                echo 'first';
                ob_flush();
                flush();
            }
            if ($request->has('fatal')) {
                eval('final class TheSecret { function a() {} function a() {} }');
            }
            throw new RuntimeException('the secret of a stream');
        }, 200, ['Content-Type' => 'text/csv']));
        Route::get('/throw', static function (Request $request) use ($change): never {
            $change($request);
            throw new RuntimeException('the secret');
        });
        Route::get('/route', static function (Request $request): array {
            $before = $request->route()->getAction('visitor');
            $request->route()->setAction(['visitor' => true] + $request->route()->getAction());

            return ['before' => $before, 'now' => $request->route()->getAction('visitor'), 'url' => route('visited', ['number' => 7], false)];
        });
        Route::get('/nested/{name}', static fn(string $name): string => app()->handle(Request::create("/keeping?name=$name"))->getContent());
        Route::get('/dd', static fn() => dd(['<b>' => 'dumped']));
        Route::get('/lock', static fn(): bool => Cache::store('array')->lock('visitor', 60)->get());
        Route::get('/keeping', [KeepingController::class, 'show']);
        Route::get('/retrieved', static function (): array {
            Visitor::query()->first();

            return ['retrieved' => app()->bound('retrieved')];
        });
        Route::get('/stream', static fn(Request $request) => response()->stream(static function () use ($request, $wait): void {
            echo "first\n";
            flush();
            echo $wait($request);
        }));
        Route::get('/file', static fn() => response()->download(__FILE__, 'app.txt'));
        Route::get('/terminate', static function (Request $request) use ($wait): string {
            app()->terminating(static function () use ($request, $wait): never {
                throw new LogicException('terminating: ' . $wait($request));
            });

            return 'answered';
        });
        Route::get('/counted/{number}', static fn(string $number): string => $number)->middleware(Counting::class)->name('visited');
        Route::get('/sub-request', static function (): string {
            app()->terminating(static fn() => error_log('afterwards, middleware is ' . (app()->shouldSkipMiddleware() ? 'off' : 'on')));

            return 'answered';
        });
        Route::get('/memory', static function (): array {
            gc_collect_cycles();

            return ['bytes' => memory_get_usage(), 'resets' => $GLOBALS['resets']];
        });
        Route::get('/questions', static fn(): array => [DB::table('poll')->pluck('question')->all(), spl_object_id(DB::getPdo())]);
        Route::get('/console', static fn(): array => [
            'console' => app()->runningInConsole(),
            'class' => app('class around this file'),
        ]);
    });
    if (getenv('LARAVEL_ROUTES') === 'cached') {
        // As artisan route:cache does it, but for the file.
        $routes = Route::getRoutes();
        $routes->refreshNameLookups();
        foreach ($routes as $route) {
            $route->prepareForSerialization();
        }
        app('router')->setCompiledRoutes($routes->compile());
        Route::get('/added-later', static fn(): string => 'later');
    }
});

return $app;
