@extends('layout')
@section('title', 'Results')
@section('content')
  <article class="card">
    <h2>{{ $poll->question }}</h2>
    <table class="chart">
      @foreach ($poll->options as $option)
        <tr>
          <th scope="row">{{ $option->letter }}. {{ $option->text }}</th>
          <td><svg class="bar" aria-hidden="true"><rect width="{{ $option->shareOf($poll->votes) }}%" height="100%"/></svg></td>
          <td>{{ $option->votes }} {{ $option->votes === 1 ? 'vote' : 'votes' }}, {{ $option->shareOf($poll->votes) }} %</td>
        </tr>
      @endforeach
    </table>
    <p class="muted">{{ $poll->votes }} {{ $poll->votes === 1 ? 'vote' : 'votes' }} · <a href="/poll">All polls</a></p>
  </article>
@endsection
