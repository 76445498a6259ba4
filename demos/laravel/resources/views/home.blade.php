@extends('layout')
@section('title', 'Welcome')
@section('content')
  @auth
    <p class="lead">You are logged in as {{ Auth::id() }}. <a href="/poll">See the polls</a> and vote.</p>
  @else
    <p class="lead">See the <a href="/poll">polls</a>, or <a href="/login">log in</a> to vote.</p>
  @endauth
  <p class="muted"><a href="/about">What serves these pages</a></p>
@endsection
