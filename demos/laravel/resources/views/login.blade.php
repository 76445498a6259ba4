@extends('layout')
@section('title', 'Welcome to Poll Login')
@section('content')
  @if ($failed)
    <p class="error" role="alert">Wrong name or password.</p>
  @endif
  <form class="card" method="post" action="/login/auth">
    @csrf
    <label class="field">Name <input name="username" value="{{ $username }}" autocomplete="username" required></label>
    <label class="field">Password <input type="password" name="password" autocomplete="current-password" required></label>
    <button name="login" value="1">Log in</button>
  </form>
  <p class="muted">
    Accounts of this demo:
    @foreach ($accounts as $name => $password)
      <strong>{{ $name }}</strong> with “{{ $password }}”@if (!$loop->last), @endif
    @endforeach
  </p>
@endsection
