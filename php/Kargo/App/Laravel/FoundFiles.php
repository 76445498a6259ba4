<?php

declare(strict_types=1);

namespace Kargo\App\Laravel;

use Illuminate\Foundation\PackageManifest;
use Illuminate\Translation\Translator;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\FileViewFinder;

/**
 * What services have found in files: where views are, and lines of translations. It is for later requests too, unless a
 * request looks in other places, as those with themes do: that one finds nothing of others, and leaves nothing.
 */
final class FoundFiles
{
    /** Groups of translations may be named by visitors: those that are in no file are known too. */
    private const MOST_GROUPS = 1000;

    private const FINDERS = [
        CachedRoutes::class => ['made', []],
        EngineResolver::class => ['resolved', ['resolvers']],
        FileViewFinder::class => ['views', ['paths', 'hints', 'extensions', 'files']],
        PackageManifest::class => ['manifest', []],
        Translator::class => ['loaded', ['loader']],
    ];

    /** @var list<KeptProperty> */
    private array $finders = [];

    /** @param list<object> $services of an application that has booted */
    public function __construct(array $services)
    {
        foreach ($services as $service) {
            foreach (self::FINDERS as $class => [$property, $dependsOn]) {
                if ($service instanceof $class) {
                    $this->finders[] = $kept = new KeptProperty($service, $class, $property, $dependsOn);
                    $ofTheBoot = $kept->known;
                    $places = $service instanceof Translator ? $service->getLoader() : $service;
                    if ($places instanceof ViewFinder || $places instanceof TranslationLoader) {
                        // What others have found before is not there.
                        $places->watch(static fn() => $kept->set($ofTheBoot));
                    }
                }
            }
        }
    }

    /** @return list<string> names of properties that are kept of a service */
    public static function keptOf(object $service): array
    {
        return KeptProperty::namesOf($service, self::FINDERS);
    }

    /** After a request, before the rest of the services is as it was. */
    public function settle(): void
    {
        foreach ($this->finders as $kept) {
            $now = $kept->now();
            if ($now === $kept->known) {
                continue;
            }
            $places = $kept->service instanceof Translator ? $kept->service->getLoader() : $kept->service;
            $mayKeep = $kept->isAsItWas() && match (true) {
                // Others may know more places, or take lines from a database.
                $kept->service instanceof Translator => $places instanceof TranslationLoader && !$places->isChanged(),
                $kept->service instanceof FileViewFinder => $places instanceof ViewFinder && !$places->isChanged(),
                default => true,
            };
            if ($mayKeep) {
                $kept->known = $kept->service instanceof Translator ? self::fromFiles($kept->service, $kept->known, $now) : $now;
            }
            $kept->set($kept->known);
        }
    }

    /** The lines that were known before, and of the others those that are what the loader gives. */
    private static function fromFiles(Translator $translator, array $known, array $now): array
    {
        foreach ($now as $namespace => $groups) {
            foreach ($groups as $group => $locales) {
                foreach ($locales as $locale => $lines) {
                    if (!isset($known[$namespace][$group][$locale])
                        && count($known[$namespace] ?? []) < self::MOST_GROUPS
                        && $lines === $translator->getLoader()->load((string) $locale, (string) $group, (string) $namespace)) {
                        $known[$namespace][$group][$locale] = $lines;
                    }
                }
            }
        }

        return $known;
    }
}
