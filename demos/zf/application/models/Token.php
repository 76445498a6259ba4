<?php

/**
 * One token for all forms of a session. Zend_Form_Element_Hash has one per form that ends with the next page, so that a
 * second tab, or two forms on a page, get in each other's way.
 */
class Poll_Model_Token
{
    public const FIELD = 'token';

    /** The session's token, made when it is first needed. */
    public static function value(): string
    {
        $session = new Zend_Session_Namespace('token');
        $session->value ??= bin2hex(random_bytes(16));

        return $session->value;
    }

    public static function isRight(mixed $sent): bool
    {
        return is_string($sent) && Zend_Session::sessionExists() && hash_equals(self::value(), $sent);
    }

    /** The next one is another. */
    public static function forget(): void
    {
        (new Zend_Session_Namespace('token'))->unsetAll();
    }
}
