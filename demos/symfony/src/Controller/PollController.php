<?php

declare(strict_types=1);

namespace App\Controller;

use App\Form\VoteType;
use App\Visitor;
use Demo\Poll;
use Demo\PollFault;
use Demo\PollStore;
use Symfony\Bundle\FrameworkBundle\Controller\AbstractController;
use Symfony\Component\Form\FormFactoryInterface;
use Symfony\Component\Form\FormInterface;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Routing\Annotation\Route;

#[Route('/poll')]
final class PollController extends AbstractController
{
    use ChecksTokens;

    public function __construct(
        private readonly FormFactoryInterface $forms,
        private readonly PollStore $polls,
        private readonly Visitor $visitor,
    ) {}

    #[Route('', name: 'poll', methods: ['GET'])]
    public function index(): Response
    {
        $name = $this->visitor->name();
        $polls = $this->polls->all();
        $choices = $name === null ? [] : $this->polls->choicesOf($name);
        $forms = [];
        foreach ($polls as $poll) {
            if ($name !== null && !isset($choices[$poll->id])) {
                $forms[$poll->id] = $this->voteForm($poll)->createView();
            }
        }

        return $this->render('poll/index.html.twig', ['polls' => $polls, 'choices' => $choices, 'forms' => $forms]);
    }

    #[Route('/vote', name: 'poll_vote', methods: ['POST'])]
    public function vote(Request $request): Response
    {
        $poll = $this->polls->find((int) $request->request->get('poll'));
        $form = $this->voteForm($poll)->handleRequest($request);
        $this->denyWithoutToken($form);
        $name = $this->visitor->name();
        if ($name === null) {
            return $this->redirectToRoute('login', status: Response::HTTP_SEE_OTHER);
        }
        if ($poll === null) {
            throw $this->createNotFoundException('There is no such poll');
        }
        // The form would take a list of one.
        $letter = $request->request->all()['option'] ?? null;
        if (!$form->isValid() || !is_string($letter) || $letter === '') {
            $this->addFlash('notice', 'Please choose one of the options.');

            return $this->redirectToRoute('poll', status: Response::HTTP_SEE_OTHER);
        }
        $this->addFlash('notice', $this->count($poll, $letter, $name));

        return $this->redirectToRoute('poll_results', ['id' => $poll->id], Response::HTTP_SEE_OTHER);
    }

    #[Route('/results/{id}', name: 'poll_results', requirements: ['id' => '\d{1,9}'], methods: ['GET'])]
    public function results(int $id): Response
    {
        $poll = $this->polls->find($id) ?? throw $this->createNotFoundException('There is no such poll');

        return $this->render('poll/results.html.twig', ['poll' => $poll]);
    }

    /** @return string what to tell the visitor */
    private function count(Poll $poll, string $letter, string $name): string
    {
        try {
            $this->polls->vote($poll->question, $letter, $name);
        } catch (PollFault $fault) {
            if ($fault->getCode() !== PollFault::ALREADY_VOTED) {
                throw $fault;
            }

            return 'You have already voted in this poll.';
        }

        return 'Your vote is counted.';
    }

    private function voteForm(?Poll $poll): FormInterface
    {
        $options = ['action' => $this->generateUrl('poll_vote'), 'poll' => $poll];

        return $this->forms->createNamed('', VoteType::class, ['poll' => $poll?->id], $options);
    }
}
