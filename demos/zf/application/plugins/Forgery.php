<?php

/** What changes something needs the token of the visitor's session: pages from elsewhere don't know it. */
class Poll_Plugin_Forgery extends Zend_Controller_Plugin_Abstract
{
    public function dispatchLoopStartup(Zend_Controller_Request_Abstract $request)
    {
        $isReading = $request->isGet() || $request->isHead();
        if (!$isReading && !Poll_Model_Token::isRight($request->getPost(Poll_Model_Token::FIELD))) {
            $request->setModuleName('default')->setControllerName('error')->setActionName('forbidden');
        }
    }
}
