<?php

/** "1 vote", "2 votes". */
class Poll_View_Helper_Votes extends Zend_View_Helper_Abstract
{
    public function votes(int $count): string
    {
        return $count === 1 ? '1 vote' : "$count votes";
    }
}
