<?php

/** What requests may set for the whole process, for all objects of a class, or deep inside of what stays. */

declare(strict_types=1);

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Illuminate\Auth\Notifications\ResetPassword;
use Illuminate\Console\Application as Console;
use Illuminate\Database\Connection;
use Illuminate\Database\Schema\Builder;
use Illuminate\Foundation\Http\Middleware\TrimStrings;
use Illuminate\Http\Request;
use Illuminate\Log\LogManager;
use Illuminate\Mail\Mailable;
use Illuminate\Queue\Queue;
use Illuminate\Support\Collection;
use Illuminate\Support\DateFactory;
use Illuminate\Support\Facades\Blade;
use Illuminate\Support\Facades\DB;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Response;
use Illuminate\Support\Pluralizer;
use Illuminate\Support\Str;
use Illuminate\Validation\Rule;
use Illuminate\Validation\Rules\Password;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Response as Answer;
use Symfony\Component\VarDumper\VarDumper;

function valueOfStatic(string $class, string $name): mixed
{
    return (new ReflectionClass($class))->getStaticPropertyValue($name);
}

function dumpHandler(): ?string
{
    $handler = VarDumper::setHandler(null);
    VarDumper::setHandler($handler);

    return $handler === null ? null : basename((new ReflectionFunction($handler))->getFileName());
}

function stateOfSettings(): array
{
    return [
        'now' => [Carbon::hasTestNow(), CarbonImmutable::hasTestNow()],
        'dates' => (string) Carbon::create(2000) . get_class((new DateFactory())->now()),
        'macros' => [
            Str::hasMacro('visitor'), Collection::hasMacro('visitor'), Request::hasMacro('visitor'), Rule::hasMacro('visitor'),
            Illuminate\Routing\ResponseFactory::hasMacro('visitor'), Illuminate\Database\Query\Builder::hasMacro('visitor'),
        ],
        'string length' => Builder::$defaultStringLength,
        'resolver' => Connection::getResolver('visitor') !== null,
        'console' => count(valueOfStatic(Console::class, 'bootstrappers')),
        'format' => (new Request())->getFormat('application/x-visitor'),
        'uncountable' => count(Pluralizer::$uncountable),
        'trimmed' => count(valueOfStatic(TrimStrings::class, 'skipCallbacks')),
        'password' => [Password::$defaultCallback === null, ResetPassword::$createUrlCallback === null],
        'mail' => Mailable::$viewDataCallback === null,
        'queue' => count(valueOfStatic(Queue::class, 'createPayloadCallbacks')),
        'log' => app('log') instanceof LogManager ? [count(Log::getLogger()->getProcessors()), count(Log::getLogger()->getHandlers())] : [],
        'prefix' => DB::getTablePrefix(),
        'directives' => array_key_exists('visitor', Blade::getCustomDirectives()),
        'errors' => [error_reporting(), handlerOfErrors()],
        'sent by' => valueOfStatic(BinaryFileResponse::class, 'trustXSendfileTypeHeader'),
        'type' => ini_get('default_mimetype'),
        'lines' => getenv('LINES'),
        'dump' => dumpHandler(),
    ];
}

function handlerOfErrors(): array
{
    $handlers = [set_error_handler(null), set_exception_handler(null)];
    restore_error_handler();
    restore_exception_handler();

    return array_map(static fn(mixed $handler): bool => $handler === 'handlerOfVisitor', $handlers);
}

function handlerOfVisitor(mixed $error): bool
{
    return false;
}

function changeSettings(): void
{
    error_reporting(E_ERROR);
    set_error_handler('handlerOfVisitor');
    set_exception_handler('handlerOfVisitor');
    BinaryFileResponse::trustXSendfileTypeHeader();
    $nothing = static fn() => null;
    Carbon::setTestNow('2000-01-01');
    CarbonImmutable::setTestNow('2000-01-01');
    Carbon::setToStringFormat('Y');
    DateFactory::use(CarbonImmutable::class);
    foreach ([Str::class, Collection::class, Request::class, Rule::class, Illuminate\Database\Query\Builder::class] as $class) {
        $class::macro('visitor', $nothing);
    }
    Response::macro('visitor', $nothing);
    Builder::defaultStringLength(10);
    Connection::resolverFor('visitor', $nothing);
    Console::starting($nothing);
    (new Request())->setFormat('visitor', 'application/x-visitor');
    Pluralizer::$uncountable[] = 'visitor';
    TrimStrings::skipWhen($nothing);
    Password::defaults($nothing);
    ResetPassword::createUrlUsing($nothing);
    Mailable::buildViewDataUsing($nothing);
    Queue::createPayloadUsing(static fn(): array => []);
    Log::getLogger()->pushProcessor(static fn(mixed $record): mixed => $record);
    Log::getLogger()->pushHandler(new Monolog\Handler\NullHandler(Monolog\Logger::EMERGENCY));
    DB::connection()->setTablePrefix('visitor_');
    Blade::directive('visitor', $nothing);
    (new Answer('', 204))->prepare(new Request());
    putenv('LINES=7');
    VarDumper::setHandler(static fn() => null);
}
