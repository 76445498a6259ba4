<?php

use Demo\UserStore;

class LoginController extends Zend_Controller_Action
{
    public function indexAction()
    {
        $this->show(new Poll_Form_Login());
    }

    public function authAction()
    {
        $this->_helper->requirePost();
        $form = new Poll_Form_Login();
        if ($form->isValid($this->getRequest()->getPost()) && $this->isRight($form->getValues())) {
            Zend_Session::regenerateId();
            Poll_Model_Token::forget();
            $this->_helper->redirector->setCode(303)->gotoSimple('index', 'poll');
        }
        $this->getResponse()->setHttpResponseCode(422);
        $this->view->error = 'Wrong name or password.';
        $this->show($form);
    }

    public function logoutAction()
    {
        $this->_helper->requirePost();
        Zend_Session::destroy();
        $this->_helper->redirector->setCode(303)->gotoSimple('index', 'index');
    }

    private function isRight(array $values): bool
    {
        $users = $this->getInvokeArg('bootstrap')->getResource('users');
        $adapter = new Poll_Model_AuthAdapter($users, $values['username'], $values['password']);

        return Zend_Auth::getInstance()->authenticate($adapter)->isValid();
    }

    private function show(Poll_Form_Login $form): void
    {
        $this->view->form = $form;
        $this->view->accounts = UserStore::DEMO_ACCOUNTS;
        $this->render('index');
    }
}
