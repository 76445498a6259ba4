@extends('layout')
@section('title', 'Current Polls')
@section('content')
  @forelse ($polls as $poll)
    <article class="card" id="poll-{{ $poll->id }}">
      <h2>{{ $poll->question }}</h2>
      @if (Auth::check() && !isset($choices[$poll->id]))
        <form method="post" action="/poll/vote">
          @csrf
          <input type="hidden" name="poll" value="{{ $poll->id }}">
          <ol type="a">
            @foreach ($poll->options as $option)
              <li value="{{ $option->letter }}"><label><input type="radio" name="option" value="{{ $option->letter }}" required> {{ $option->text }}</label></li>
            @endforeach
          </ol>
          <button>Vote</button>
        </form>
      @else
        <ol type="a">
          @foreach ($poll->options as $option)
            <li value="{{ $option->letter }}"@if (($choices[$poll->id] ?? null) === $option->letter) class="chosen"@endif>{{ $option->text }}</li>
          @endforeach
        </ol>
      @endif
      <p class="muted">{{ $poll->votes }} {{ $poll->votes === 1 ? 'vote' : 'votes' }} · <a href="{{ route('results', $poll, false) }}">Results</a></p>
    </article>
  @empty
    <p class="lead">There are no polls yet.</p>
  @endforelse
@endsection
