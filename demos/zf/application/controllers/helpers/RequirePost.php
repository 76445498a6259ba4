<?php

/** For actions that change something: they are no pages. */
class Poll_Action_Helper_RequirePost extends Zend_Controller_Action_Helper_Abstract
{
    public function direct(): void
    {
        if (!$this->getRequest()->isPost()) {
            throw new Zend_Controller_Action_Exception('Only for POST', 404);
        }
    }
}
