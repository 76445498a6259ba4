<?php

class ErrorController extends Zend_Controller_Action
{
    public function errorAction()
    {
        error_log($this->_getParam('error_handler')->exception->getMessage());
        $this->_helper->layout->disableLayout();
        $this->_helper->viewRenderer->setNoRender();
        $this->getResponse()->clearBody();
        $this->getResponse()->setHttpResponseCode(500)->appendBody('the error page');
    }
}
