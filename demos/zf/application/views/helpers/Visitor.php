<?php

/** The name of who is logged in, else null. Who has no session gets none by this. */
class Poll_View_Helper_Visitor extends Zend_View_Helper_Abstract
{
    public function visitor(): ?string
    {
        return Zend_Session::sessionExists() && !Zend_Session::isDestroyed() ? Zend_Auth::getInstance()->getIdentity() : null;
    }
}
