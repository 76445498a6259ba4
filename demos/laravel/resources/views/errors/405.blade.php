@extends('layout')
@section('title', 'Not allowed')
@section('content')
  <p class="lead">This page can't be called in that way. Go <a href="/">home</a>.</p>
@endsection
