@extends('layout')
@section('title', 'Results')
@section('content')
  @php($votes = $poll->votes)
  <article class="card">
    <h2>{{ $poll->question }}</h2>
    <table class="chart">
      @foreach ($poll->options as $option)
        <tr>
          <th scope="row">{{ $option->letter }}. {{ $option->text }}</th>
          <td><svg class="bar" aria-hidden="true"><rect width="{{ $option->shareOf($votes) }}%" height="100%"/></svg></td>
          <td>{{ $option->votes }} {{ $option->votes === 1 ? 'vote' : 'votes' }}, {{ $option->shareOf($votes) }} %</td>
        </tr>
      @endforeach
    </table>
    <p class="muted">{{ $votes }} {{ $votes === 1 ? 'vote' : 'votes' }} · <a href="/poll">All polls</a></p>
  </article>
@endsection
