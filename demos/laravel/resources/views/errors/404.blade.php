@extends('layout')
@section('title', 'Not found')
@section('content')
  <p class="lead">There is no such page. Go <a href="/">home</a>, or see the <a href="/poll">polls</a>.</p>
@endsection
