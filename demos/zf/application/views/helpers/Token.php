<?php

/** The field that each form has. */
class Poll_View_Helper_Token extends Zend_View_Helper_Abstract
{
    public function token(): string
    {
        return '<input type="hidden" name="' . Poll_Model_Token::FIELD . '" value="' . Poll_Model_Token::value() . '">';
    }
}
