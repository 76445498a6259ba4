<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\View\Factory;
use Illuminate\View\FileViewFinder;

/** Where views are. What one request has found, the next need not look for, unless that looks in other places. */
final class ViewFinder extends FileViewFinder
{
    use Watched;

    /** In the place of the framework's own. One of another class is left alone. */
    public static function install(Application $app): void
    {
        $factory = $app->bound('view') ? $app->make('view') : null;
        if ($factory instanceof Factory && $factory->getFinder()::class === FileViewFinder::class) {
            $factory->setFinder(self::of($factory->getFinder()));
        }
    }

    public function addLocation($location): void
    {
        parent::addLocation($location);
        $this->change();
    }

    public function prependLocation($location): void
    {
        parent::prependLocation($location);
        $this->change();
    }

    public function addNamespace($namespace, $hints): void
    {
        parent::addNamespace($namespace, $hints);
        $this->change();
    }

    public function prependNamespace($namespace, $hints): void
    {
        parent::prependNamespace($namespace, $hints);
        $this->change();
    }

    public function replaceNamespace($namespace, $hints): void
    {
        // Views of components and of errors have theirs set again and again.
        if (($this->hints[$namespace] ?? null) !== (array) $hints) {
            parent::replaceNamespace($namespace, $hints);
            $this->change();
        }
    }

    public function addExtension($extension): void
    {
        parent::addExtension($extension);
        $this->change();
    }

    public function setPaths($paths): static
    {
        parent::setPaths($paths);
        $this->change();

        return $this;
    }
}
