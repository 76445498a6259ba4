@extends('layout')
@section('title', 'About')
@section('content')
  <p class="lead">This page is the same for everybody: it begins no session, and caches may keep it for an hour.</p>
  <article class="card">
    <h2>What serves these pages</h2>
    <ul>
      @foreach ($parts as $name => $version)
        <li>{{ $name }} {{ $version }}</li>
      @endforeach
    </ul>
    <p class="muted"><a href="/">Home</a> · <a href="{{ route('polls') }}">All polls</a></p>
  </article>
@endsection
