<?php

declare(strict_types=1);

namespace App\Http\Controllers;

use App\Models\Choice;
use App\Models\Poll;
use Illuminate\Contracts\View\View;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Validation\ValidationException;

final class PollController
{
    public function index(): View
    {
        return view('polls', [
            'polls' => Poll::with('options')->orderBy('id')->get(),
            'choices' => Auth::check() ? Choice::of(Auth::id()) : [],
        ]);
    }

    public function vote(Request $request): RedirectResponse
    {
        $vote = $request->validate(
            ['poll' => 'required|integer|between:1,999999999', 'option' => 'required|string'],
            ['poll.*' => 'There is no such poll.', 'option.*' => 'Choose one of the options.'],
        );
        $poll = Poll::findOrFail($vote['poll']);
        if (!$poll->options->containsStrict('letter', $vote['option'])) {
            throw ValidationException::withMessages(['option' => 'Choose one of the options.']);
        }
        $isCounted = $poll->vote($vote['option'], Auth::id());
        $message = $isCounted ? ['notice' => 'Your vote is counted.'] : ['error' => 'You have already voted in this poll.'];

        return redirect()->route('results', $poll, 303)->with($message);
    }

    public function results(Poll $poll): View
    {
        return view('results', ['poll' => $poll]);
    }
}
