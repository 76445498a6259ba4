@extends('layout')
@section('title', 'Not allowed')
@section('content')
  <p class="lead">This form is too old, or it was sent from another site. Go <a href="/">home</a> and try it again.</p>
@endsection
