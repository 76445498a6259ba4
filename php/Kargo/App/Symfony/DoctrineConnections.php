<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Symfony\Component\DependencyInjection\ContainerInterface;
use Throwable;

/**
 * The connections that an application's "doctrine" service has made, if there is one. They stay open from request to
 * request, which saves connecting; what must not stay is an open transaction, and a connection that the server has closed.
 *
 * @internal
 */
final class DoctrineConnections
{
    /** Seconds without a request after which a connection is asked whether it lives. */
    private const IDLE_SECONDS = 5.0;

    private float $usedAt;

    private function __construct(private readonly ContainerInterface $container)
    {
        $this->usedAt = hrtime(true) / 1e9;
    }

    public static function in(ContainerInterface $container): ?self
    {
        return $container->has('doctrine') ? new self($container) : null;
    }

    public function closeLost(): void
    {
        $now = hrtime(true) / 1e9;
        if ($now - $this->usedAt < self::IDLE_SECONDS) {
            return;
        }
        foreach ($this->made() as $connection) {
            if ($connection->isConnected()) {
                try {
                    $connection->executeQuery($connection->getDatabasePlatform()->getDummySelectSQL());
                } catch (Throwable) {
                    // It connects again when it is needed.
                    $connection->close();
                }
            }
        }
    }

    public function endTransactions(): void
    {
        foreach ($this->made() as $connection) {
            if ($connection->isTransactionActive()) {
                $connection->close();
            }
        }
        $this->usedAt = hrtime(true) / 1e9;
    }

    /** @return iterable<\Doctrine\DBAL\Connection> */
    private function made(): iterable
    {
        if ($this->container->initialized('doctrine')) {
            foreach ($this->container->get('doctrine')->getConnectionNames() as $id) {
                if ($this->container->initialized($id)) {
                    yield $this->container->get($id);
                }
            }
        }
    }
}
