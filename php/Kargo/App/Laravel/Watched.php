<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;

/** For classes in the place of the framework's own: the same, but that they tell when a request changes where they look. */
trait Watched
{
    /** @var (Closure(): void)|null */
    private ?Closure $changed = null;

    private bool $isChanged = false;

    /** The same as a given object of the class above, in all that it has. */
    public static function of(parent $given): self
    {
        $same = (new \ReflectionClass(self::class))->newInstanceWithoutConstructor();
        Closure::bind(static function (object $given, object $same): void {
            foreach (get_object_vars($given) as $name => $value) {
                $same->$name = $value;
            }
        }, null, parent::class)($given, $same);

        return $same;
    }

    /** @param Closure(): void $changed */
    public function watch(Closure $changed): void
    {
        $this->changed = $changed;
    }

    public function isChanged(): bool
    {
        return $this->isChanged;
    }

    private function change(): void
    {
        if ($this->changed !== null) {
            $this->isChanged = true;
            ($this->changed)();
        }
    }
}
