<?php

/** An application on Symfony whose requests set what belongs to the framework: php symfony_settings.php FOLDER [debug] */

declare(strict_types=1);

namespace App;

use Closure;
use DateTime;
use Kargo\App\Symfony\KernelApplication;
use Kargo\Http\Server;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Bundle\TwigBundle\TwigBundle;
use Symfony\Component\DependencyInjection\ContainerInterface;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\EventDispatcher\EventDispatcherInterface;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Cookie;
use Symfony\Component\HttpFoundation\IpUtils;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\RequestStack;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Event\ResponseEvent;
use Symfony\Component\HttpKernel\Event\ViewEvent;
use Symfony\Component\HttpKernel\Kernel;
use Symfony\Component\HttpKernel\KernelEvents;
use Symfony\Component\Routing\Generator\UrlGeneratorInterface;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;
use Symfony\Component\Routing\RouterInterface;
use Twig\Environment;
use Twig\Extension\CoreExtension;
use WeakReference;

use function Symfony\Component\DependencyInjection\Loader\Configurator\service;

require __DIR__ . '/../../../php/Kargo/autoload.php';
require 'Symfony/Bundle/FrameworkBundle/autoload.php';
require 'Symfony/Bundle/TwigBundle/autoload.php';
foreach (['Composer/InstalledVersions.php', 'Symfony/Component/Mime/autoload.php', 'Symfony/Component/Stopwatch/autoload.php'] as $file) {
    if (stream_resolve_include_path($file) !== false) {
        require $file;
    }
}

/** Listens from when it is made, in the first request that wants it. */
final class Counter
{
    public int $answers = 0;

    public function __construct(EventDispatcherInterface $events)
    {
        $events->addListener(KernelEvents::RESPONSE, [$this, 'onResponse']);
    }

    public function onResponse(ResponseEvent $event): void
    {
        $event->getResponse()->headers->set('X-Answers', (string) ++$this->answers);
    }
}

/** A global of Twig that holds on to the whole kernel. */
final class Menu
{
    public function __construct(public readonly ContainerInterface $container) {}
}

final class Json
{
    public function __invoke(ViewEvent $event): void
    {
        $event->setResponse(new JsonResponse($event->getControllerResult()));
    }
}

final class TestKernel extends Kernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        yield new FrameworkBundle();
        yield new TwigBundle();
    }

    public function getProjectDir(): string
    {
        return $GLOBALS['argv'][1];
    }

    public function set(
        Request $request,
        RouterInterface $router,
        Environment $twig,
        EventDispatcherInterface $events,
        RequestStack $stack,
    ): Response {
        $router->getContext()->setParameter('shop', 'of-ann');
        $twig->getExtension(CoreExtension::class)->setTimezone('Asia/Tokyo');
        $twig->getExtension(CoreExtension::class)->setDateFormat('d.m.Y H:i');
        $twig->getExtension(CoreExtension::class)->setNumberFormat(2, ',', '.');
        $twig->getLoader()->prependPath($this->getProjectDir() . '/ann');
        $events->addListener(KernelEvents::RESPONSE, static function (ResponseEvent $event): void {
            $event->getResponse()->headers->setCookie(Cookie::create('name', 'ann'));
        });
        foreach ($events->getListeners(KernelEvents::VIEW) as $listener) {
            $events->removeListener(KernelEvents::VIEW, $listener);
        }
        Request::setFactory(static function (mixed ...$arguments): Request {
            $request = new Request(...$arguments);
            $request->attributes->set('made', 'for ann');

            return $request;
        });
        Request::enableHttpMethodParameterOverride();
        $request->setFormat('ann', 'application/x-ann');
        BinaryFileResponse::trustXSendfileTypeHeader();
        $stack->push(Request::create('/of-ann'));
        if ($request->query->has('exit')) {
            exit('bye');
        }

        return new Response('set');
    }

    public function show(Request $request, RouterInterface $router, Environment $twig, RequestStack $stack): array
    {
        return [
            'shop' => $router->generate('shop'),
            'page' => trim($twig->render('page.html.twig', ['date' => new DateTime('2020-01-01 12:00 UTC')])),
            'made' => $request->attributes->get('made'),
            'method' => $request->getMethod(),
            'format' => $request->getFormat('application/x-ann'),
            'main' => $stack->getMainRequest() === $request,
        ];
    }

    public function secure(RouterInterface $router): array
    {
        return [$router->generate('secure', [], UrlGeneratorInterface::ABSOLUTE_URL)];
    }

    public function kept(): array
    {
        return [
            Closure::bind(static fn(): int => count(Request::$trustedHosts), null, Request::class)(),
            Closure::bind(static fn(): int => count(IpUtils::$checkedIps), null, IpUtils::class)(),
        ];
    }

    public function title(Request $request, Environment $twig): array
    {
        $twig->addGlobal('title', $request->query->get('title'));

        return [$twig->render('title.html.twig')];
    }

    public function kernels(): array
    {
        return [count(array_filter($GLOBALS['kernels'], static fn(WeakReference $kernel): bool => $kernel->get() !== null))];
    }

    /** @return array<string, int> */
    public function listeners(EventDispatcherInterface $events): array
    {
        return array_map(count(...), $events->getListeners());
    }

    public function undefined(): never
    {
        nothing_of_that_name();
    }

    public function file(): Response
    {
        return new BinaryFileResponse($this->getProjectDir() . '/templates/page.html.twig');
    }

    public function count(Counter $counter): array
    {
        return [$counter->answers];
    }

    private function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => 'of a test',
            'router' => ['utf8' => true],
            'http_method_override' => false,
            'trusted_hosts' => ['^([a-z0-9-]+\.)*localhost$', '^127\.0\.0\.1$'],
            'trusted_proxies' => '127.0.0.1',
            'trusted_headers' => ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port'],
        ]);
        $container->extension('twig', ['default_path' => '%kernel.project_dir%/templates', 'globals' => ['menu' => '@' . Menu::class]]);
        $services = $container->services()->defaults()->autowire()->autoconfigure();
        $services->set(Counter::class);
        $services->set(Menu::class)->args([service('service_container')]);
        $services->set(Json::class)->tag('kernel.event_listener', ['event' => KernelEvents::VIEW]);
    }

    private function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->add('shop', '/shop/{shop}')->controller('kernel::show')->defaults(['shop' => 'of-nobody']);
        $routes->add('secure', '/secure')->schemes(['https'])->controller('kernel::show');
        foreach (['set', 'show', 'kept', 'file', 'count', 'listeners', 'undefined', 'title', 'kernels'] as $name) {
            $routes->add($name, "/$name")->controller("kernel::$name");
        }
        $routes->add('address', '/address')->controller('kernel::secure');
    }
}

foreach (['templates' => 'all', 'ann' => 'ann'] as $folder => $name) {
    mkdir("$argv[1]/$folder");
    file_put_contents("$argv[1]/$folder/name.html.twig", "of $name");
}
file_put_contents("$argv[1]/templates/title.html.twig", '{{ title }}');
file_put_contents("$argv[1]/templates/page.html.twig", "{{ date|date }} {{ 1234.5|number_format }} {{ include('name.html.twig') }}");

$server = Server::listen('127.0.0.1:0');
$server->mount('/', KernelApplication::of(static function (): TestKernel {
    $kernel = isset($GLOBALS['argv'][2]) ? new TestKernel('dev', true) : new TestKernel('prod', false);
    $GLOBALS['kernels'][] = WeakReference::create($kernel);

    return $kernel;
}));
$server->run(workers: 1);
