<?php

declare(strict_types=1);

namespace App\Controller;

use Symfony\Component\Form\FormInterface;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\Security\Csrf\CsrfToken;

/** A POST without the visitor's token is 403, not a form to be filled in once more. */
trait ChecksTokens
{
    private function denyWithoutToken(FormInterface $form): void
    {
        foreach ($form->getErrors() as $error) {
            if ($error->getCause() instanceof CsrfToken) {
                $this->deny();
            }
        }
    }

    private function deny(): never
    {
        throw new AccessDeniedHttpException('The token against cross-site requests is missing or wrong');
    }
}
