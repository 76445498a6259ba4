<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Closure;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Translation\FileLoader;
use Illuminate\Translation\Translator;

/** Lines of translations. What one request has read, the next need not read, unless that looks in other places. */
final class TranslationLoader extends FileLoader
{
    use Watched;

    /** In the place of the framework's own. One of another class is left alone: who knows where it looks. */
    public static function install(Application $app): void
    {
        $translator = $app->bound('translator') ? $app->make('translator') : null;
        if ($translator instanceof Translator && $translator->getLoader()::class === FileLoader::class) {
            $loader = self::of($translator->getLoader());
            Closure::bind(static fn() => $translator->loader = $loader, null, Translator::class)();
            $app->instance('translation.loader', $loader);
        }
    }

    public function addNamespace($namespace, $hint): void
    {
        parent::addNamespace($namespace, $hint);
        $this->change();
    }

    public function addJsonPath($path): void
    {
        parent::addJsonPath($path);
        $this->change();
    }

    /** Of newer frameworks. */
    public function addPath($path): void
    {
        parent::addPath($path);
        $this->change();
    }
}
