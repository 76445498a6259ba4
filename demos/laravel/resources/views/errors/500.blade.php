@extends('layout')
@section('title', 'Something went wrong')
@section('content')
  <p class="lead">It is not your fault, and it has been noted. Please try it again later.</p>
@endsection
