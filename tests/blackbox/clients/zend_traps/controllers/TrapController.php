<?php

/** Each action is a trap, but state, which looks whether one has snapped. */
class TrapController extends Zend_Controller_Action
{
    public function stateAction()
    {
        // The very first look: all that comes later may change something.
        $isClean = [headers_sent(), $this->getResponse()->canSendHeaders(), ob_get_level()];
        $front = $this->getFrontController();
        $database = Zend_Db_Table_Abstract::getDefaultAdapter();
        $broker = Zend_Controller_Action_HelperBroker::class;
        $static = static fn(string $class, string $name): mixed => (new ReflectionProperty($class, $name))->getValue();
        $this->answer([
            'start' => $isClean,
            'pid' => getmypid(),
            'code' => $this->getResponse()->getHttpResponseCode(),
            'headers' => $this->getResponse()->getHeaders(),
            'exceptions' => count($this->getResponse()->getException()),
            'params' => $this->getRequest()->getParams(),
            'view' => $this->view->getVars(),
            'title' => (string) $this->view->headTitle(),
            'links' => (string) $this->view->headLink(),
            'placeholder' => (string) $this->view->placeholder('menu'),
            'paths' => count($this->view->getScriptPaths()),
            'escape' => $this->view->escape('<'),
            'layout' => [$this->_helper->layout->getLayout(), $this->_helper->layout->isEnabled(), $this->view->layout()->menu],
            'renderer' => [$this->_helper->viewRenderer->getNoRender(), $this->_helper->viewRenderer->getViewSuffix()],
            'registry' => array_keys(Zend_Registry::getInstance()->getArrayCopy()),
            'plugins' => array_map(get_class(...), array_values($front->getPlugins())),
            'front' => [array_keys($front->getParams()), $front->throwExceptions(), $front->getBaseUrl()],
            'routes' => array_keys($front->getRouter()->getRoutes()),
            'helpers' => array_keys($broker::getExistingHelpers()),
            'counter' => $broker::getExistingHelper('counter')->count,
            'locale' => array_keys(Zend_Locale::getDefault()),
            'language' => $this->getInvokeArg('bootstrap')->getResource('language'),
            'database' => [$database->getFetchMode(), $database->getProfiler()->getEnabled(), $database->getConnection()->inTransaction()],
            'connection' => spl_object_id($database->getConnection()),
            'log' => (new ReflectionProperty(Zend_Log::class, '_extras'))->getValue($this->getInvokeArg('bootstrap')->getResource('log')),
            'sessions' => [Zend_Session::isStarted(), Zend_Session::isWritable(), Zend_Session::isDestroyed()],
            'locks' => $static(Zend_Session_Namespace::class, '_namespaceLocks'),
            'singles' => $static(Zend_Session_Namespace::class, '_singleInstances'),
            'messages' => class_exists('Zend_Controller_Action_Helper_FlashMessenger')
                ? $static('Zend_Controller_Action_Helper_FlashMessenger', '_messages') : [],
            'auth' => class_exists('Zend_Auth', false) && $static('Zend_Auth', '_instance') !== null,
        ]);
    }

    /** Everything that a visitor may leave behind; then the request ends in one way or another. */
    public function leaveAction()
    {
        $name = $this->_getParam('name');
        $front = $this->getFrontController();
        $this->getResponse()->setHttpResponseCode(203)->setHeader('X-Name', $name);
        $this->view->name = $name;
        $this->view->headTitle($name);
        $this->view->headLink(['rel' => 'me', 'href' => "/$name"]);
        $this->view->placeholder('menu')->append($name);
        $this->view->addScriptPath('/tmp');
        $this->view->setEscape('strrev');
        $this->_helper->layout->setLayout('other');
        $this->_helper->layout->disableLayout();
        $this->view->layout()->menu = $name;
        $this->_helper->viewRenderer->setNoRender();
        $this->_helper->viewRenderer->setViewSuffix('html');
        $this->_helper->counter($name);
        Zend_Registry::set('name', $name);
        Zend_Registry::set('site', $name);
        $front->registerPlugin(new Traps_Plugin());
        $front->setParam('name', $name);
        $front->setBaseUrl("/$name");
        $front->getRouter()->addRoute($name, new Zend_Controller_Router_Route("$name/:id"));
        Zend_Locale::setDefault('de_AT');
        $this->getInvokeArg('bootstrap')->getResource('log')->setEventItem('name', $name);
        $database = Zend_Db_Table_Abstract::getDefaultAdapter();
        $database->setFetchMode(Zend_Db::FETCH_NUM);
        $database->getProfiler()->setEnabled(true);
        $session = new Zend_Session_Namespace('cart', Zend_Session_Namespace::SINGLE_INSTANCE);
        $session->name = $name;
        $session->lock();
        $this->_helper->flashMessenger("Hello $name");
        Zend_Auth::getInstance()->getStorage()->write($name);
        $this->end($this->_getParam('how'), $database);
    }

    /** Two visitors, one worker: each has numbers of one's own. */
    public function countAction()
    {
        $session = new Zend_Session_Namespace('numbers');
        $session->count = ($session->count ?? 0) + 1;
        $this->answer(['count' => $session->count]);
    }

    public function destroyAction()
    {
        Zend_Session::start();
        Zend_Session::destroy();
        $this->answer(['isDestroyed' => Zend_Session::isDestroyed()]);
    }

    public function memoryAction()
    {
        gc_collect_cycles();
        $this->answer(['bytes' => memory_get_usage()]);
    }

    public function dieAction()
    {
        echo 'half ';
        die('a word');
    }

    public function redirectAction()
    {
        $this->_helper->redirector->gotoUrl('/trap/state');
    }

    /** Its view script prints something and fails. */
    public function viewAction() {}

    /** The layout prints something and fails. */
    public function layoutAction()
    {
        $this->_helper->layout->setLayout('broken');
        $this->renderScript('trap/plain.phtml');
    }

    public function plainAction() {}

    private function end(string $how, Zend_Db_Adapter_Abstract $database): void
    {
        match ($how) {
            'exit' => exit('gone'),
            'throw' => throw new Exception('thrown'),
            'through' => $this->throwThrough(),
            'fatal' => str_repeat('x', PHP_INT_MAX >> 1),
            'shutdown' => register_shutdown_function(static fn() => throw new Exception('a shutdown function')),
            'buffers' => ob_start() && ob_start(),
            'transaction' => $database->beginTransaction(),
            default => null,
        };
    }

    private function throwThrough(): never
    {
        $this->getFrontController()->throwExceptions(true);
        throw new Exception('through');
    }

    private function answer(array $what): void
    {
        $this->_helper->viewRenderer->setNoRender();
        $this->_helper->layout->disableLayout();
        $this->getResponse()->setHeader('Content-Type', 'application/json', true)->setBody(json_encode($what, JSON_THROW_ON_ERROR));
    }
}
