<?php

/** What an index.php begins with; the framework is in the include path. */

defined('APPLICATION_PATH') || define('APPLICATION_PATH', __DIR__);

require_once 'Zend/Application.php';

return new Zend_Application('production', APPLICATION_PATH . '/configs/application.ini');
