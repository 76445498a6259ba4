<?php

/** An action helper that counts: it is made once, and would count all visitors. */
class Traps_CounterHelper extends Zend_Controller_Action_Helper_Abstract
{
    public int $count = 0;
    private array $names = [];

    public function direct(string $name): int
    {
        $this->names[] = $name;

        return $this->count = count($this->names);
    }

    public function getName()
    {
        return 'Counter';
    }
}

/** Does nothing; a request registers it. */
class Traps_Plugin extends Zend_Controller_Plugin_Abstract {}

/** Runs once in the worker, but for the language, which is the visitor's. */
class TrapsBootstrap extends Zend_Application_Bootstrap_Bootstrap
{
    protected function _initDatabase(): Zend_Db_Adapter_Abstract
    {
        $database = new Zend_Db_Adapter_Pdo_Sqlite(['dbname' => DATABASE]);
        $database->query('CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, modified INT, lifetime INT, data TEXT)');
        Zend_Db_Table_Abstract::setDefaultAdapter($database);

        return $database;
    }

    protected function _initHelpers(): void
    {
        Zend_Controller_Action_HelperBroker::addHelper(new Traps_CounterHelper());
        Zend_Registry::set('site', 'traps');
        if (getenv('TRAPS_OWN_RUN')) {
            Zend_Controller_Front::getInstance()->returnResponse(true);
        }
    }

    protected function _initLanguage(): string
    {
        return substr($_SERVER['HTTP_ACCEPT_LANGUAGE'] ?? 'none', 0, 2);
    }

    public function run()
    {
        $response = parent::run();
        if (getenv('TRAPS_OWN_RUN')) {
            $response->setHeader('X-Sent-By', 'bootstrap')->sendResponse();
        }

        return $response;
    }
}
