<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>@yield('title') · Polls on Laravel</title>
  <link rel="icon" href="/assets/poll.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/poll.css">
</head>
<body>
  <header class="site">
    <a class="brand" href="/"><img src="/assets/poll.svg" alt=""> Polls <small>on Laravel</small></a>
    <nav aria-label="Main">
      <a href="/"@if (request()->routeIs('home')) aria-current="page"@endif>Home</a>
      <a href="/poll"@if (request()->routeIs('polls')) aria-current="page"@endif>Polls</a>
    </nav>
    @if (request()->hasSession())
      <div class="visitor">
        @auth
          <span class="who">{{ Auth::id() }}</span>
          <form method="post" action="/login/logout">@csrf<button>Log out</button></form>
        @else
          <a class="button" href="/login">Log in</a>
        @endauth
      </div>
    @endif
  </header>
  <main>
    @if (request()->hasSession())
      @if (session('notice'))
        <p class="notice" role="status">{{ session('notice') }}</p>
      @endif
      @if (session('error') || $errors->any())
        <p class="error" role="alert">{{ session('error') ?? $errors->first() }}</p>
      @endif
    @endif
    <h1>@yield('title')</h1>
    @yield('content')
  </main>
</body>
</html>
