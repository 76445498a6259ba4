<?php

use Demo\Config;
use Demo\Database;
use Demo\PollStore;
use Demo\UserStore;

/** Runs once in each worker. */
class Bootstrap extends Zend_Application_Bootstrap_Bootstrap
{
    protected function _initDatabase(): Database
    {
        return new Database(Config::read(APPLICATION_PATH . '/../deploy/config.ini'));
    }

    protected function _initPolls(): PollStore
    {
        return new PollStore($this->bootstrap('database')->getResource('database'));
    }

    protected function _initUsers(): UserStore
    {
        return new UserStore($this->bootstrap('database')->getResource('database'));
    }

    /** Sessions are nobody's business but this application's. */
    protected function _initSessionFolder(): void
    {
        $folder = APPLICATION_PATH . '/../data/sessions';
        if (!is_dir($folder) && !@mkdir($folder, 0700, true) && !is_dir($folder)) {
            throw new Zend_Application_Bootstrap_Exception("$folder can't be made");
        }
    }
}
