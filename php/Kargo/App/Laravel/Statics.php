<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\CarbonInterval;
use Carbon\CarbonPeriod;
use Illuminate\Database\Eloquent\Model;
use Ramsey\Uuid\Uuid;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\Mime\MimeTypes;
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
        BinaryFileResponse::class, Carbon::class, CarbonImmutable::class, CarbonInterval::class, CarbonPeriod::class,
        MimeTypes::class, Request::class, Uuid::class, VarDumper::class,
    ];

    /** @var list<StaticState> of classes that are loaded */
    private array $states = [];

    /** @var array<string, true> names of the others */
    private array $awaited = [];

    private bool $isAnyLoaded = false;

    public function __construct()
    {
        // Models are known by what their class has booted, in static properties: it must be there to be put back.
        class_exists(Model::class);
        // The first one that asks makes the list, which requests may add to.
        Request::getMimeTypes('html');
        $this->awaited = array_fill_keys(self::OF_OTHERS, true);
        foreach (self::CLASSES as $namespace => $classes) {
            foreach ($classes as $class) {
                $this->awaited["Illuminate\\$namespace\\$class"] = true;
            }
        }
        $this->findLoaded(isNew: false);
        // Asked first, and only for classes that are not there yet: so nobody has to look for them after each request.
        spl_autoload_register(function (string $class): void {
            $this->isAnyLoaded = $this->isAnyLoaded || isset($this->awaited[$class]);
        }, prepend: true);
    }

    public function restore(): void
    {
        if ($this->isAnyLoaded) {
            $this->findLoaded(isNew: true);
        }
        foreach ($this->states as $state) {
            $state->restore();
        }
    }

    private function findLoaded(bool $isNew): void
    {
        foreach ($this->awaited as $class => $_) {
            if (class_exists($class, false)) {
                unset($this->awaited[$class]);
                $state = StaticState::of($class, $isNew);
                if ($state !== null) {
                    $this->states[] = $state;
                }
            }
        }
        $this->isAnyLoaded = false;
    }
}
