<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Carbon\Carbon;
use Carbon\CarbonImmutable;
use Carbon\CarbonInterval;
use Carbon\CarbonPeriod;
use Closure;
use Illuminate\Foundation\Console\CliDumper as ForTerminals;
use Illuminate\Foundation\Http\HtmlDumper as ForBrowsers;
use ReflectionFunction;
use Symfony\Component\VarDumper\Cloner\VarCloner;
use Symfony\Component\VarDumper\Dumper\ContextProvider\SourceContextProvider;
use Symfony\Component\VarDumper\Dumper\ContextualizedDumper;
use Symfony\Component\VarDumper\Dumper\HtmlDumper;
use Symfony\Component\VarDumper\VarDumper;

/** What the framework changes of the whole process: the environment, locale and time zone, how values are dumped. */
final class ProcessState
{
    /** Each command that is called sets these, for those that it starts. */
    private const ENVIRONMENT = ['COLUMNS', 'LINES', 'SHELL_VERBOSITY'];

    /** What sets each, and what takes the last one away. */
    private const HANDLERS = ['set_error_handler' => 'restore_error_handler', 'set_exception_handler' => 'restore_exception_handler'];

    /** Handlers upon each other, of one request. */
    private const MOST_HANDLERS = 100;

    private const WITH_LOCALE = [Carbon::class, CarbonImmutable::class, CarbonInterval::class, CarbonPeriod::class];

    /** @var array<string, string|false> */
    private readonly array $environment;

    private readonly string $locale;

    private readonly string $timeZone;

    private readonly int $errors;

    /** @var array<string, mixed> who is called for errors and for exceptions, by what sets it */
    private readonly array $handlers;

    /** @var list<ObjectState> what values are dumped with: it writes its style sheet once */
    private readonly array $dumpers;

    public function __construct()
    {
        $this->environment = array_combine(self::ENVIRONMENT, array_map(getenv(...), self::ENVIRONMENT));
        $this->locale = class_exists(Carbon::class) ? Carbon::getLocale() : '';
        $this->timeZone = date_default_timezone_get();
        $this->errors = error_reporting();
        $this->handlers = array_combine(array_keys(self::HANDLERS), array_map(self::handler(...), array_keys(self::HANDLERS)));
        $this->dumpers = array_map(static fn(object $dumper): ObjectState => new ObjectState($dumper), self::dumpers());
    }

    public function restore(): void
    {
        foreach ($this->environment as $name => $value) {
            if (getenv($name) !== $value) {
                putenv($value === false ? $name : "$name=$value");
                unset($_ENV[$name], $_SERVER[$name]);
            }
        }
        foreach (self::WITH_LOCALE as $class) {
            if (class_exists($class, false) && $class::getLocale() !== $this->locale) {
                $class::setLocale($this->locale);
            }
        }
        if (date_default_timezone_get() !== $this->timeZone) {
            date_default_timezone_set($this->timeZone);
        }
        error_reporting() === $this->errors || error_reporting($this->errors);
        foreach (self::HANDLERS as $set => $takeAway) {
            $this->restoreHandler($set, $takeAway);
        }
        foreach ($this->dumpers as $dumper) {
            $dumper->restore();
        }
    }

    /** The framework's own, which makes exceptions of errors: under those that a request has put upon it, or taken away. */
    private function restoreHandler(string $set, string $takeAway): void
    {
        for ($number = 0; $number < self::MOST_HANDLERS; $number++) {
            $now = self::handler($set);
            if ($now === $this->handlers[$set]) {
                return;
            }
            if ($now === null) {
                break;
            }
            $takeAway();
        }
        $set($this->handlers[$set]);
    }

    private static function handler(string $set): mixed
    {
        $now = $set(null);
        (self::HANDLERS[$set])();

        return $now;
    }

    /** @return list<HtmlDumper> those of the function that dumps values: for browsers, unless the application says otherwise */
    private static function dumpers(): array
    {
        if (!class_exists(VarDumper::class) || isset($_SERVER['VAR_DUMPER_FORMAT'])) {
            return [];
        }
        $handler = VarDumper::setHandler(null);
        $used = self::used($handler);
        if ($handler !== null && array_filter($used, static fn(mixed $value): bool => $value instanceof ForTerminals) === []) {
            VarDumper::setHandler($handler);

            return array_values(array_filter($used, static fn(mixed $value): bool => $value instanceof HtmlDumper));
        }
        // The framework takes the command line for a terminal.
        if (class_exists(ForBrowsers::class)) {
            ForBrowsers::register(base_path(), (string) config('view.compiled'));
            $handler = VarDumper::setHandler(null);
            VarDumper::setHandler($handler);

            return array_values(array_filter(self::used($handler), static fn(mixed $value): bool => $value instanceof HtmlDumper));
        }
        $html = new HtmlDumper();
        $dumper = new ContextualizedDumper($html, [new SourceContextProvider()]);
        VarDumper::setHandler(static fn(mixed $value) => $dumper->dump((new VarCloner())->cloneVar($value)));

        return [$html];
    }

    private static function used(mixed $handler): array
    {
        return $handler instanceof Closure ? (new ReflectionFunction($handler))->getStaticVariables() : [];
    }
}
