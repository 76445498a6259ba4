<?php

use Demo\Poll;
use Demo\PollFault;
use Demo\PollStore;

class PollController extends Zend_Controller_Action
{
    private PollStore $polls;

    public function init()
    {
        $this->polls = $this->getInvokeArg('bootstrap')->getResource('polls');
    }

    public function indexAction()
    {
        $visitor = $this->view->visitor();
        $this->view->polls = $this->polls->all();
        $this->view->choices = $visitor === null ? [] : $this->polls->choicesOf($visitor);
    }

    public function resultsAction()
    {
        $this->view->poll = $this->find($this->_getParam('id'));
    }

    public function voteAction()
    {
        $this->_helper->requirePost();
        $visitor = $this->view->visitor();
        if ($visitor === null) {
            $this->_helper->redirector->setCode(303)->gotoSimple('index', 'login');
        }
        $poll = $this->find($this->getRequest()->getPost('poll'));
        $option = $this->getRequest()->getPost('option');
        try {
            $this->polls->vote($poll->question, is_string($option) ? $option : '', $visitor);
            $this->_helper->flashMessenger('Your vote is counted.', 'notice');
        } catch (PollFault $fault) {
            $isSecond = $fault->getCode() === PollFault::ALREADY_VOTED;
            $this->_helper->flashMessenger($isSecond ? 'You have already voted in this poll.' : 'Choose one of the options.', 'error');
        }
        $this->_helper->redirector->setCode(303)->gotoRoute(['id' => $poll->id], 'results', true);
    }

    private function find(mixed $id): Poll
    {
        $poll = is_string($id) && preg_match('/^[0-9]{1,9}$/D', $id) === 1 ? $this->polls->find((int) $id) : null;

        return $poll ?? throw new Zend_Controller_Action_Exception('There is no such poll', 404);
    }
}
