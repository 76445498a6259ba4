<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\Routing\RequestContext;
use Symfony\Component\Routing\Router;
use Throwable;
use Twig\Environment;
use Twig\Extension\CoreExtension;
use Twig\Loader\ChainLoader;
use Twig\Loader\FilesystemLoader;
use Twig\Loader\LoaderInterface;

/**
 * What a request may set in services of the framework that nobody resets, and that would be the next visitor's:
 *
 * - the context of the router: parameters that addresses are made with, and the ports of the last request of each scheme;
 * - Twig's time zone, formats of dates and numbers, and the folders in which it looks for templates. Globals are let go:
 *   those that the first page has added stay, since Twig takes no new names once a template was shown.
 *
 * Both are made at the boot, so that what is put back is nobody's. Where a service that Twig needs can't be made without a
 * request, what the first one has set stays.
 *
 * @internal
 */
final class Settings
{
    private const IDS_OF_TWIG = ['.container.private.twig', 'twig'];

    private ?Router $router = null;
    private ?RequestContext $context = null;
    /** What the next request does not set anyway. The last ones are caches of what was found by the first. */
    private const PROPERTIES = [
        RequestContext::class => [['parameters', 'httpPort', 'httpsPort'], []],
        CoreExtension::class => [['dateFormats', 'numberFormat', 'timezone'], []],
        FilesystemLoader::class => [['paths'], ['cache', 'errorCache']],
    ];

    /** @var list<array{object, class-string, array<string, mixed>}> properties of objects as the boot has left them */
    private array $kept = [];
    private ?Environment $twig = null;
    /** @var array<string, mixed> what addGlobal() has given Twig until the first template was shown */
    private array $globals = [];
    private bool $areGlobalsKnown = false;

    public function __construct(private readonly ContainerInterface $container)
    {
        try {
            $router = $container->has('router') ? $container->get('router') : null;
            if ($router instanceof Router) {
                $this->router = $router;
                $this->context = $router->getContext();
                $this->keep($this->context, RequestContext::class);
            }
            $this->makeTwig();
        } catch (Throwable) {
            // Who wants a request in a constructor is made by the first one.
        }
        $this->keepTwig();
    }

    /** After a request. */
    public function restore(): void
    {
        if ($this->router !== null && $this->router->getContext() !== $this->context) {
            $this->router->setContext($this->context);
        }
        foreach ($this->kept as [$object, $class, $values]) {
            [$read, $write] = self::access($class);
            if ($read($object) !== $values) {
                $write($object, $values + array_fill_keys(self::PROPERTIES[$class][1], []));
            }
        }
        $this->keepTwig();
        if ($this->twig !== null) {
            $this->forgetGlobals($this->twig);
        }
    }

    private function forgetGlobals(Environment $twig): void
    {
        if (!$this->areGlobalsKnown && Leftovers::read($twig, Environment::class, 'extensionSet')?->isInitialized()) {
            $this->areGlobalsKnown = true;
            $this->globals = Leftovers::read($twig, Environment::class, 'globals') ?? [];
        }
        Leftovers::forgetGlobals($twig, $this->globals);
    }

    private function makeTwig(): void
    {
        $bundles = $this->container->hasParameter('kernel.bundles') ? $this->container->getParameter('kernel.bundles') : [];
        if (!isset($bundles['TwigBundle'])) {
            return;
        }
        // Since version 6 Twig is private; what makes error pages has it.
        foreach ([...self::IDS_OF_TWIG, 'error_controller'] as $id) {
            if ($this->container->has($id)) {
                $this->container->get($id);

                return;
            }
        }
    }

    private function keepTwig(): void
    {
        if ($this->twig !== null) {
            return;
        }
        $twig = Leftovers::made($this->container, ...self::IDS_OF_TWIG);
        if ($twig instanceof Environment) {
            $this->twig = $twig;
            $this->globals = Leftovers::read($twig, Environment::class, 'globals') ?? [];
            if ($twig->hasExtension(CoreExtension::class)) {
                $this->keep($twig->getExtension(CoreExtension::class), CoreExtension::class);
            }
            $this->keepLoader($twig->getLoader());
        }
    }

    private function keepLoader(LoaderInterface $loader): void
    {
        if ($loader instanceof FilesystemLoader) {
            $this->keep($loader, FilesystemLoader::class);
        } elseif ($loader instanceof ChainLoader) {
            foreach ($loader->getLoaders() as $each) {
                $this->keepLoader($each);
            }
        }
    }

    /** @param class-string $class */
    private function keep(object $object, string $class): void
    {
        $this->kept[] = [$object, $class, self::access($class)[0]($object)];
    }

    /**
     * @param class-string $class
     * @return array{Closure(object): array<string, mixed>, Closure(object, array<string, mixed>): void}
     */
    private static function access(string $class): array
    {
        static $made = [];

        $names = self::PROPERTIES[$class][0];

        return $made[$class] ??= [
            Closure::bind(static function (object $object) use ($names): array {
                $values = [];
                foreach ($names as $name) {
                    $values[$name] = $object->$name;
                }

                return $values;
            }, null, $class),
            Closure::bind(static function (object $object, array $values): void {
                foreach ($values as $name => $value) {
                    $object->$name = $value;
                }
            }, null, $class),
        ];
    }
}
