<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\CarbonInterval;
use Carbon\CarbonPeriod;
use Illuminate\Database\Eloquent\Model;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\VarDumper\VarDumper;

/** What a request may set for all objects of a class: macros, callbacks, defaults. All of the framework that has such things. */
final class Statics
{
    /** Below Illuminate, by namespace. */
    private const CLASSES = [
        'Auth\Notifications' => ['ResetPassword', 'VerifyEmail'],
        'Auth' => ['RequestGuard', 'SessionGuard'],
        'Cache' => ['Repository'],
        'Config' => ['Repository'],
        'Console' => ['Application', 'Command'],
        'Console\Scheduling' => ['Event', 'Schedule'],
        'Cookie' => ['CookieJar'],
        'Cookie\Middleware' => ['EncryptCookies'],
        'Database' => ['Connection', 'DatabaseManager', 'Grammar'],
        'Database\Eloquent' => ['Builder', 'Model'],
        'Database\Eloquent\Casts' => ['Json'],
        'Database\Eloquent\Factories' => ['Factory'],
        'Database\Eloquent\Relations' => ['Relation'],
        'Database\Query' => ['Builder'],
        'Database\Schema' => ['Blueprint', 'Builder'],
        'Events' => ['Dispatcher'],
        'Filesystem' => ['Filesystem', 'FilesystemAdapter'],
        'Foundation' => ['Application', 'Vite'],
        'Foundation\Http\Middleware' => ['ConvertEmptyStringsToNull', 'TrimStrings'],
        'Http\Client' => ['Factory', 'PendingRequest', 'Request', 'Response', 'ResponseSequence'],
        'Http' => ['JsonResponse', 'RedirectResponse', 'Request', 'Response', 'UploadedFile'],
        'Http\Resources\Json' => ['JsonResource'],
        'Mail' => ['Attachment', 'Mailable', 'Mailer'],
        'Pagination' => ['AbstractCursorPaginator', 'AbstractPaginator'],
        'Process' => ['Factory'],
        'Queue' => ['Queue', 'Worker'],
        'Redis\Connections' => ['Connection'],
        'Routing\Middleware' => ['ThrottleRequests'],
        'Routing' => [
            'PendingResourceRegistration', 'PendingSingletonResourceRegistration', 'Redirector', 'ResourceRegistrar',
            'ResponseFactory', 'Route', 'Router', 'UrlGenerator',
        ],
        'Session' => ['Store'],
        'Support' => [
            'Arr', 'Collection', 'DateFactory', 'LazyCollection', 'Lottery', 'Number', 'Optional', 'Pluralizer', 'Sleep', 'Str',
            'Stringable',
        ],
        'Translation' => ['Translator'],
        'Validation' => ['Rule'],
        'Validation\Rules' => ['File', 'Password'],
        'View' => ['Component', 'ComponentAttributeBag', 'DynamicComponent', 'Factory', 'View'],
    ];

    private const OF_OTHERS = [
        Carbon::class, CarbonImmutable::class, CarbonInterval::class, CarbonPeriod::class, Request::class, VarDumper::class,
    ];

    /** @var list<StaticState> */
    private array $states = [];

    public function __construct()
    {
        // Models are known by what their class has booted, in static properties: it must be there to be put back.
        class_exists(Model::class);
        // The first one that asks makes the list, which requests may add to.
        Request::getMimeTypes('html');
        foreach (self::OF_OTHERS as $class) {
            $this->states[] = new StaticState($class);
        }
        foreach (self::CLASSES as $namespace => $classes) {
            foreach ($classes as $class) {
                $this->states[] = new StaticState("Illuminate\\$namespace\\$class");
            }
        }
    }

    public function restore(): void
    {
        foreach ($this->states as $state) {
            $state->restore();
        }
    }
}
