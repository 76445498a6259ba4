<?php

/** What a login must have; views/scripts/login/index.phtml draws it. */
class Poll_Form_Login extends Zend_Form
{
    public function init()
    {
        $this->addElement('text', 'username', ['required' => true, 'validators' => [['StringLength', true, [1, 64]]]]);
        $this->addElement('password', 'password', ['required' => true, 'validators' => [['StringLength', true, [1, 1024]]]]);
        $this->addElement('submit', 'login', ['label' => 'Log in']);
    }
}
