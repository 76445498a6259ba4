<?php

/** An application on Symfony with what is hard in a process that lives on: php symfony.php FOLDER [cache] */

declare(strict_types=1);

namespace App;

use Closure;
use Doctrine\DBAL\Cache\QueryCacheProfile;
use Doctrine\DBAL\Connection as DbalConnection;
use Doctrine\DBAL\DriverManager;
use Doctrine\DBAL\Result;
use Error;
use Kargo\App\Isolation;
use Kargo\App\Symfony\KernelApplication;
use Kargo\Http\Server;
use Locale;
use RuntimeException;
use SplFixedArray;
use Symfony\Bundle\FrameworkBundle\FrameworkBundle;
use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;
use Symfony\Component\EventDispatcher\EventSubscriberInterface;
use Symfony\Component\HttpFoundation\BinaryFileResponse;
use Symfony\Component\HttpFoundation\Cookie;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpFoundation\RedirectResponse;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;
use Symfony\Component\HttpKernel\Event\TerminateEvent;
use Symfony\Component\HttpKernel\HttpCache\HttpCache;
use Symfony\Component\HttpKernel\HttpCache\Store;
use Symfony\Component\HttpKernel\HttpKernelInterface;
use Symfony\Component\HttpKernel\Kernel;
use Symfony\Component\HttpKernel\KernelEvents;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;
use Symfony\Contracts\Service\ResetInterface;

require __DIR__ . '/../../../php/Kargo/autoload.php';
require 'Symfony/Bundle/FrameworkBundle/autoload.php';
require 'Doctrine/DBAL/autoload.php';
// Since version 6 the framework asks Composer what is installed, and leaves types of files to a component of their own.
foreach (['Composer/InstalledVersions.php', 'Symfony/Component/Mime/autoload.php'] as $file) {
    if (stream_resolve_include_path($file) !== false) {
        require $file;
    }
}

/** Keeps what a request tells it, until it is reset. */
final class Memory implements ResetInterface
{
    public static int $made = 0;
    public array $names = [];

    public function __construct()
    {
        ++self::$made;
    }

    public function reset(): void
    {
        $this->names = [];
    }
}

/** One of Doctrine's that tells when it is closed, and can be lost as when its server restarts. */
final class Connection extends DbalConnection
{
    public bool $isLost = false;

    public function executeQuery(string $sql, array $params = [], $types = [], ?QueryCacheProfile $qcp = null): Result
    {
        return $this->isLost ? throw new RuntimeException('no connection to the server') : parent::executeQuery($sql, $params, $types, $qcp);
    }

    public function close(): void
    {
        parent::close();
        $this->isLost = false;
        error_log('the connection is closed');
    }
}

/** Stands for Doctrine's registry. */
final class Registry
{
    public function __construct(public readonly Connection $connection) {}

    /** @return array<string, string> */
    public function getConnectionNames(): array
    {
        return ['default' => 'connection'];
    }
}

final class Late implements EventSubscriberInterface
{
    public function __construct(private readonly Memory $memory) {}

    public static function getSubscribedEvents(): array
    {
        return [KernelEvents::TERMINATE => 'onTerminate'];
    }

    public function onTerminate(TerminateEvent $event): void
    {
        if ($name = $event->getRequest()->query->get('late')) {
            $this->memory->names[] = $name;
        }
        if ($event->getRequest()->query->has('throw')) {
            throw new RuntimeException('a secret after the answer');
        }
        if ($file = $event->getRequest()->query->get('until')) {
            while (!is_file($file)) {
                clearstatcache();
                usleep(1000);
            }
            error_log('terminated after the answer');
        }
    }
}

final class TestKernel extends Kernel
{
    use MicroKernelTrait;

    public function registerBundles(): iterable
    {
        yield new FrameworkBundle();
    }

    public function getProjectDir(): string
    {
        return $GLOBALS['argv'][1];
    }

    public function page(Request $request, Memory $memory, Registry $doctrine, string $what): Response
    {
        $memory->names[] = $request->query->get('name');

        return match ($what) {
            'names' => new JsonResponse(['names' => $memory->names, 'made' => Memory::$made, 'pid' => getmypid()]),
            'exception' => throw new RuntimeException('a secret of a controller'),
            'error' => throw new Error('a secret of a controller'),
            'exit' => exit('bye'),
            'stream' => new StreamedResponse(static function () use ($request): void {
                echo 'first';
                ob_flush();
                flush();
                while (!is_file($request->query->get('until'))) {
                    clearstatcache();
                    usleep(1000);
                }
                echo ', second';
            }),
            'broken' => new StreamedResponse(static function () use ($request): void {
                if ($request->query->get('first', 'first') !== '') {
                    echo 'first';
                    ob_flush();
                    flush();
                }
                throw new ($request->query->get('class', RuntimeException::class))('a secret of a stream');
            }, 200, ['Content-Disposition' => 'attachment; filename=a.csv', 'X-Stream' => '1']),
            'fatal' => $this->fatal($request->query->get('kind'), $request->query->has('first')),
            'file' => new BinaryFileResponse(__FILE__),
            'redirect' => $this->redirect(),
            'client' => new JsonResponse([$request->getClientIp(), $request->isSecure(), $request->getLocale()]),
            'locale' => $this->locale($request),
            'memory' => new JsonResponse(memory_get_usage()),
            'transaction' => $this->transaction($doctrine->connection),
            'commit' => $this->commit($doctrine->connection),
            'lose' => $this->lose($doctrine->connection),
            'session' => $this->session($request),
            'plain-session' => $this->plainSession(),
            'trust' => $this->trust(),
            'nothing' => new Response(status: 204),
            'type' => new JsonResponse(ini_get('default_mimetype')),
            'cached' => (new JsonResponse('cached'))->setSharedMaxAge(60),
            'stale' => $this->stale($request),
            'held' => new JsonResponse(Closure::bind(static fn(): int => count($GLOBALS['store']->keyCache), null, Store::class)()),
        };
    }

    private function redirect(): Response
    {
        $response = new RedirectResponse('/names', 303);
        $response->headers->setCookie(Cookie::create('a', '1'));
        $response->headers->setCookie(Cookie::create('b', '2'));

        return $response;
    }

    private function locale(Request $request): Response
    {
        $before = Locale::getDefault();
        $request->setLocale('fr');

        return new JsonResponse($before);
    }

    /** Leaves one open, after a failure inside of it that nobody has cared for. */
    private function transaction(Connection $connection): Response
    {
        $was = $connection->isTransactionActive();
        $connection->beginTransaction();
        $connection->beginTransaction();
        $connection->rollBack();

        return new JsonResponse($was);
    }

    private function fatal(string $kind, bool $hasBegun): mixed
    {
        if ($hasBegun) {
            echo 'first';
            ob_flush();
            flush();
        }
        if ($kind === 'time') {
            set_time_limit(1);
            while (true);
        }
        if ($kind === 'small') {
            // Small ones, which leave no room.
            $all = new SplFixedArray(1 << 22);
            for ($i = 0; ; ++$i) {
                $all[$i] = "of no use, $i";
            }
        }

        return match ($kind) {
            'memory' => str_repeat('a secret', 1 << 30),
            'compile' => eval('final class ASecret { function a() {} function a() {} }'),
        };
    }

    /** As a sub-request that exits leaves it. */
    private function trust(): never
    {
        Request::setTrustedProxies(['127.0.0.1'], Request::HEADER_X_FORWARDED_FOR);
        exit('bye');
    }

    private function plainSession(): Response
    {
        session_start();
        $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;

        return new JsonResponse($_SESSION['count']);
    }

    /** Must be asked for again each time; then it is nothing for caches any more. */
    private function stale(Request $request): Response
    {
        $response = (new JsonResponse('stale'))->setEtag('a')->setPublic()->setMaxAge(0);

        return is_file($this->getProjectDir() . '/private') ? (new JsonResponse('private'))->setPrivate() : $response;
    }

    private function commit(Connection $connection): Response
    {
        $connection->transactional(static fn() => $connection->executeQuery('SELECT 1'));

        return new JsonResponse(true);
    }

    private function lose(Connection $connection): never
    {
        $connection->executeQuery('SELECT 1');
        $connection->isLost = true;
        $connection->executeQuery('SELECT 1');
    }

    private function session(Request $request): Response
    {
        $session = $request->getSession();
        $before = $session->get('name');
        $session->set('name', $before ?? $request->query->get('name'));

        return new JsonResponse([$before, (string) session_save_path()]);
    }

    private function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => 'of a test',
            'router' => ['utf8' => true],
            'http_method_override' => false,
            'session' => [
                'handler_id' => 'session.handler.native_file',
                'storage_factory_id' => 'session.storage.factory.native',
                'save_path' => '%kernel.project_dir%/sessions',
                'cookie_secure' => 'auto',
                'cookie_samesite' => 'lax',
            ],
        ]);
        if (!isset($GLOBALS['argv'][2])) {
            $container->extension('framework', [
                'trusted_proxies' => 'REMOTE_ADDR',
                'trusted_headers' => ['x-forwarded-for', 'x-forwarded-proto'],
            ]);
        }
        $services = $container->services()->defaults()->autowire()->autoconfigure();
        $services->set(Memory::class);
        $services->set(Late::class);
        $services->set('connection', Connection::class)->public()->factory([DriverManager::class, 'getConnection'])->args([[
            'driver' => 'pdo_sqlite',
            'path' => '%kernel.project_dir%/data.sqlite',
            'wrapperClass' => Connection::class,
        ]]);
        $services->alias(Connection::class, 'connection');
        $services->set('doctrine', Registry::class)->public();
        $services->alias(Registry::class, 'doctrine');
    }

    private function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->add('page', '/{what}')->controller('kernel::page');
    }
}

$server = Server::listen('127.0.0.1:0')->isolate(Isolation::Log);
$store = new Store("$argv[1]/http");
$server->mount('/', KernelApplication::of(static function () use ($store): HttpKernelInterface {
    $kernel = new TestKernel('prod', false);

    return ($GLOBALS['argv'][2] ?? '') === 'cache' ? new HttpCache($kernel, $store) : $kernel;
}));
$server->run(workers: 1);
