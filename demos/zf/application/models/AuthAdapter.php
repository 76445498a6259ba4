<?php

use Demo\UserStore;

/** Asks the user store for Zend_Auth. */
class Poll_Model_AuthAdapter implements Zend_Auth_Adapter_Interface
{
    public function __construct(
        private readonly UserStore $users,
        private readonly string $username,
        #[\SensitiveParameter]
        private readonly string $password,
    ) {}

    public function authenticate()
    {
        $user = $this->users->login($this->username, $this->password);

        return $user === null
            ? new Zend_Auth_Result(Zend_Auth_Result::FAILURE, null)
            : new Zend_Auth_Result(Zend_Auth_Result::SUCCESS, $user);
    }
}
