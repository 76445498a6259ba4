<?php

declare(strict_types=1);

namespace App\Controller;

use App\Form\LoginType;
use App\Visitor;
use Demo\UserStore;
use Symfony\Bundle\FrameworkBundle\Controller\AbstractController;
use Symfony\Component\Form\FormFactoryInterface;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Annotation\Route;

#[Route('/login')]
final class LoginController extends AbstractController
{
    use ChecksTokens;

    public function __construct(private readonly FormFactoryInterface $forms, private readonly Visitor $visitor) {}

    #[Route('', name: 'login', methods: ['GET'])]
    public function form(): Response
    {
        return $this->page($this->loginForm(), Response::HTTP_OK);
    }

    #[Route('/auth', name: 'login_auth', methods: ['POST'])]
    public function login(Request $request, UserStore $users): Response
    {
        $form = $this->loginForm()->handleRequest($request);
        $this->denyWithoutToken($form);
        $data = $form->getData();
        $name = $form->isValid() ? $users->login($data['username'], $data['password']) : null;
        if ($name === null) {
            return $this->page($form, Response::HTTP_UNPROCESSABLE_ENTITY);
        }
        $this->visitor->login($name);

        return $this->redirectToRoute('poll', status: Response::HTTP_SEE_OTHER);
    }

    #[Route('/logout', name: 'logout', methods: ['POST'])]
    public function logout(Request $request): Response
    {
        if (!$this->isCsrfTokenValid('poll', (string) $request->request->get('_token'))) {
            $this->deny();
        }
        $this->visitor->logout();

        return $this->redirectToRoute('home', status: Response::HTTP_SEE_OTHER);
    }

    private function loginForm(): FormInterface
    {
        return $this->forms->createNamed('', LoginType::class, options: ['action' => $this->generateUrl('login_auth')]);
    }

    private function page(FormInterface $form, int $status): Response
    {
        return $this->render(
            'login/index.html.twig',
            ['form' => $form->createView(), 'accounts' => UserStore::DEMO_ACCOUNTS],
            new Response(status: $status),
        );
    }
}
