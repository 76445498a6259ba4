<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Closure;
use Doctrine\DBAL\Connection;
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
    /** Seconds after which connections are asked again whether they live. */
    private const ASKED_EVERY = 5.0;

    private float $askedAt;

    private function __construct(private readonly ContainerInterface $container)
    {
        $this->askedAt = hrtime(true) / 1e9;
    }

    public static function in(ContainerInterface $container): ?self
    {
        return $container->has('doctrine') ? new self($container) : null;
    }

    /** A request has failed, maybe for a connection that is lost: they are asked before the next one. */
    public function doubt(): void
    {
        $this->askedAt = -INF;
    }

    /** Before a request. */
    public function closeLost(): void
    {
        $now = hrtime(true) / 1e9;
        if ($now - $this->askedAt < self::ASKED_EVERY) {
            return;
        }
        $this->askedAt = $now;
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

    /** After a request. What else was set on such a connection is gone with it. */
    public function endTransactions(): void
    {
        foreach ($this->made() as $connection) {
            if ($connection->isTransactionActive()) {
                $this->rollBack($connection);
                $connection->close();
            }
        }
    }

    /** close() alone would leave the mark that nothing may be committed but be rolled back, if there was one. */
    private function rollBack(Connection $connection): void
    {
        try {
            while ($connection->isTransactionActive()) {
                $connection->rollBack();
            }
        } catch (Throwable) {
            if (property_exists(Connection::class, 'isRollbackOnly')) {
                Closure::bind(static fn() => $connection->isRollbackOnly = false, null, Connection::class)();
            }
        }
    }

    /** @return iterable<Connection> */
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
