<?php

/** A visitor is told what a status means, the log what happened. */
class ErrorController extends Zend_Controller_Action
{
    private const PAGES = [
        403 => ['Forbidden', 'This form was not sent from a page of yours, or your session is over. Go back, reload the page and try again.'],
        404 => ['Not found', 'There is no such page.'],
        500 => ['Something went wrong', 'This page can’t be shown at the moment. Please try again later.'],
    ];

    public function errorAction()
    {
        $errors = $this->_getParam('error_handler');
        if (!$errors instanceof ArrayObject) {
            $this->show(404); // asked for by its own address

            return;
        }
        $isMissing = $errors->type !== Zend_Controller_Plugin_ErrorHandler::EXCEPTION_OTHER;
        if (!$isMissing) {
            $this->getInvokeArg('bootstrap')->getResource('log')->log($errors->exception, Zend_Log::CRIT);
        }
        $this->getResponse()->clearBody();
        $this->show($isMissing ? 404 : 500);
    }

    public function forbiddenAction()
    {
        $this->show(403);
    }

    private function show(int $status): void
    {
        $this->getResponse()->setHttpResponseCode($status);
        [$this->view->heading, $this->view->message] = self::PAGES[$status];
        $this->render('error');
    }
}
