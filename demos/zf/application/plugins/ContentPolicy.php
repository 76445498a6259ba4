<?php

/** Nothing on a page is inline or from elsewhere, and browsers are told so. */
class Poll_Plugin_ContentPolicy extends Zend_Controller_Plugin_Abstract
{
    public function routeStartup(Zend_Controller_Request_Abstract $request)
    {
        $this->getResponse()->setHeader('Content-Security-Policy', "default-src 'self'", true);
    }
}
