<?php

/** What the last step left in FlashMessenger: namespace → texts. */
class Poll_View_Helper_Messages extends Zend_View_Helper_Abstract
{
    /** @return array<string, list<string>> */
    public function messages(): array
    {
        if (!Zend_Session::sessionExists()) {
            return [];
        }
        $messenger = Zend_Controller_Action_HelperBroker::getStaticHelper('flashMessenger');

        return array_filter(['notice' => $messenger->getMessages('notice'), 'error' => $messenger->getMessages('error')]);
    }
}
