<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;

/** A service's property that outlives requests: what they add to it is for the next ones too, if nothing else was changed. */
final class KeptProperty
{
    /** What later requests may find. */
    public array $known;

    /** @var list<mixed> */
    private readonly array $others;

    private readonly Closure $read;

    private readonly Closure $write;

    /**
     * @param class-string $class that declares it
     * @param list<string> $dependsOn names of the properties whose values decide what is added
     */
    public function __construct(
        public readonly object $service,
        string $class,
        private readonly string $name,
        private readonly array $dependsOn = [],
    ) {
        $this->read = Closure::bind(
            static fn(object $service, array $names): array => array_map(static fn(string $name): mixed => $service->$name ?? null, $names),
            null,
            $class,
        );
        $this->write = Closure::bind(static fn(object $service, string $name, array $value) => $service->$name = $value, null, $class);
        $this->others = ($this->read)($service, $dependsOn);
        $this->known = $this->now();
    }

    /**
     * @param array<class-string, array{string, list<string>}> $properties by the class that has it: its name, and what it depends on
     * @return list<string> the name of the one that is kept of a service, if there is one
     */
    public static function namesOf(object $service, array $properties): array
    {
        foreach ($properties as $class => [$name]) {
            if ($service instanceof $class) {
                return [$name];
            }
        }

        return [];
    }

    public function now(): array
    {
        return ($this->read)($this->service, [$this->name])[0] ?? [];
    }

    public function set(array $value): void
    {
        ($this->write)($this->service, $this->name, $value);
    }

    public function isAsItWas(): bool
    {
        return ($this->read)($this->service, $this->dependsOn) === $this->others;
    }
}
