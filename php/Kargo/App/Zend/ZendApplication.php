<?php

declare(strict_types=1);

namespace Kargo\App\Zend;

use Kargo\App\Application;
use Kargo\ConfigurationException;
use Zend_Application;
use Zend_Application_Bootstrap_BootstrapAbstract;
use Zend_Controller_Front;
use Zend_Controller_Response_Abstract;

/**
 * An application on Zend Framework 1 for Http\Server::mount(), in classic mode: booted once in each worker, with an unpatched
 * framework. After each request everything of it is put back to what it was when it had been booted; KeptState says what.
 *
 * Resources of the bootstrap that depend on the visitor (they start the session, read $_SERVER, choose a language) are named,
 * and run for each request.
 */
final class ZendApplication
{
    private readonly KeptState $state;

    private bool $isClean = true;

    /**
     * @param list<string> $eachRequest
     * @throws ConfigurationException if the bootstrap has no such resource
     */
    private function __construct(private readonly Zend_Application $application, private readonly array $eachRequest)
    {
        $bootstrap = $application->getBootstrap();
        $resources = array_map(
            strtolower(...),
            [...$bootstrap->getClassResourceNames(), ...$bootstrap->getPluginResourceNames()],
        );
        $unknown = array_diff(array_map(strtolower(...), $eachRequest), $resources);
        if ($unknown !== []) {
            throw new ConfigurationException('The bootstrap has no resource "' . reset($unknown) . '"');
        }
        $bootstrap->bootstrap(array_values(array_diff($resources, array_map(strtolower(...), $eachRequest))));
        if (session_status() === PHP_SESSION_ACTIVE) {
            trigger_error(
                'The boot has started a session, which no request has then: name the resource that starts it in eachRequest',
                E_USER_WARNING,
            );
        }
        $this->state = new KeptState($application, $bootstrap);
    }

    /**
     * @param callable(): Zend_Application $make called once in each worker: what index.php does before bootstrap() and run()
     * @param list<string> $eachRequest names of the bootstrap's resources that belong to a request: "session", or "language"
     *     for _initLanguage()
     * @param string $script as for Application
     * @param string|null $documentRoot as for Application
     */
    public static function create(
        callable $make,
        array $eachRequest = [],
        string $script = 'index.php',
        ?string $documentRoot = null,
    ): Application {
        return new Application(
            static fn(self $booted) => $booted->answer(),
            static fn(): self => new self($make(), $eachRequest),
            $script,
            $documentRoot,
        );
    }

    private function answer(): void
    {
        if (!$this->isClean) {
            // Shutdown functions end with the first of them that fails: the last request did not get to its own.
            $this->state->restore();
        }
        $this->isClean = false;
        // One that is registered while they run comes after all others, and an exit does not keep it from running.
        register_shutdown_function(fn() => register_shutdown_function($this->end(...)));

        $bootstrap = $this->application->getBootstrap();
        $bootstrap->bootstrap($this->eachRequest);
        $level = ob_get_level();
        $response = $this->run($bootstrap);
        if ($response === null) {
            return;
        }
        if ($response->isException()) {
            // What an error in a layout had printed by then would stand before the error page.
            while (ob_get_level() > $level) {
                ob_end_clean();
            }
        }
        $response->sendResponse();
    }

    /** The response, unless the bootstrap sends it. */
    private function run(Zend_Application_Bootstrap_BootstrapAbstract $bootstrap): ?Zend_Controller_Response_Abstract
    {
        $front = Zend_Controller_Front::getInstance();
        if ($front->returnResponse()) {
            // The application wants it so, and sends it.
            $bootstrap->run();

            return null;
        }
        $front->returnResponse(true);
        $response = $bootstrap->run();
        // A run() of the application's own need not give what its dispatch() gave.
        $response ??= $front->getResponse();

        return $response instanceof Zend_Controller_Response_Abstract ? $response : null;
    }

    private function end(): void
    {
        if (session_status() === PHP_SESSION_ACTIVE) {
            // Its save handler is about to forget whose session it is.
            session_write_close();
        }
        $this->state->restore();
        $this->isClean = true;
    }
}
