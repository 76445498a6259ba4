<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Config\Repository;
use Illuminate\Contracts\Foundation\Application;

/** The application's configuration, which tells when a request changes what drivers are made from. */
final class Configuration extends Repository
{
    private const SECTIONS = ['broadcasting', 'cache', 'database', 'filesystems', 'logging', 'queue'];

    /** @var (Closure(): void)|null */
    private ?Closure $changed = null;

    /** @var array<string, Closure(mixed): void> by name */
    private array $late = [];

    /** In the place of the framework's own, which nobody has seen yet. One of another class is left alone. */
    public static function install(Application $app): void
    {
        $given = $app->make('config');
        if ($given::class === Repository::class) {
            $app->instance('config', new self($given->all()));
        }
    }

    /** @return array<string, mixed> what the configuration has that drivers are made from */
    public static function ofDrivers(Repository $configuration): array
    {
        return array_intersect_key($configuration->items, array_flip(self::SECTIONS));
    }

    /** @param Closure(): void $changed */
    public function watch(Closure $changed): void
    {
        $this->changed = $changed;
    }

    /**
     * What reads the setting once only, when it is made: it has been made before the request, which may set it all the same.
     *
     * @param Closure(mixed): void $do
     */
    public function whenSet(string $name, Closure $do): void
    {
        $this->late[$name] = $do;
    }

    public function set($key, $value = null): void
    {
        parent::set($key, $value);
        foreach ($this->late === [] ? [] : (is_array($key) ? array_keys($key) : [$key]) as $name) {
            isset($this->late[$name]) && ($this->late[$name])($this->get($name));
        }
        foreach ($this->changed === null ? [] : (is_array($key) ? array_keys($key) : [$key]) as $name) {
            if (in_array(explode('.', (string) $name, 2)[0], self::SECTIONS, true)) {
                ($this->changed)();

                return;
            }
        }
    }
}
