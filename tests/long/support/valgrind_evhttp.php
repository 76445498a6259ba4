<?php

/**
 * What tests/long/valgrind drives of the evhttp functions: everything that a callback can do, in one process. Targets are
 * named for what the callback does.
 */

declare(strict_types=1);

use function Kargo\delay;

final class Node
{
    public ?Node $self = null;
    public mixed $request = null;
}

final class Application
{
    /** @var list<resource> */
    private array $kept = [];
    /** @var resource|null */
    private $response;
    /** @var resource|null */
    private $other;

    /** @param resource $request */
    public function answer($request): mixed
    {
        $target = strtok(evhttp_request_uri($request), '?');

        return match ($target) {
            '/text' => 'text',
            '/empty' => '',
            '/all' => $this->all($request),
            '/echo' => evhttp_request_input_buffer($request),
            '/body' => md5((string) evhttp_request_body($request)),
            '/buffer' => $this->buffer(str_repeat('x', 100_000)),
            '/response' => $this->response ??= evhttp_response_set(new class { public function __toString(): string { return 'again'; } }, 404, 'Not Here'),
            '/large' => str_repeat('x', 5_000_000),
            '/null' => null,
            '/object' => new Node(),
            '/stream' => STDERR,
            '/request' => $request,
            '/throw' => throw new LogicException('thrown', 1, new RuntimeException('cause')),
            '/keep' => (string) count($this->kept = [...$this->kept, $request]),
            '/kept' => $this->kept($request),
            '/cycle' => $this->cycle($request),
            '/delay' => $this->wait($request),
            '/deep' => implode(array_map(fn(int $n) => delay(0.001) ?? $n, range(1, 9))),
            '/late-throw' => delay(0.002) ?? throw new LogicException('late'),
            '/dispatch' => event_dispatch() ?? 'dispatched ' . evhttp_request_uri($request),
            '/break' => event_loopbreak() ? 'broken' : '',
            '/server' => $this->server(),
            '/free-other' => $this->freeOther(),
            '/free' => $this->free($request),
            '/callback' => $this->replace(),
            '/request-free' => $this->freeRequest($request),
            '/gc' => (string) gc_collect_cycles(),
            '/exit' => exit(3),
            '/fatal' => trigger_error('fatal', E_USER_ERROR),
            default => 'target ' . $target,
        };
    }

    /** @param resource $request */
    private function all($request): string
    {
        evhttp_response_add_header($request, 'X-One', 'first');
        evhttp_response_add_header($request, 'X-One', "a\r\nb");
        evhttp_request_add_header($request, 'Added', 'yes');
        evhttp_request_append_body($request, 'before ');
        $buffer = evhttp_request_input_buffer($request);
        evbuffer_readline($buffer);

        return json_encode([evhttp_request_method($request), evhttp_request_uri($request), evhttp_request_headers($request),
            evhttp_request_find_header($request, 'host'), evhttp_request_body($request), evhttp_request_status($request),
            "$request" === 'Resource id #' . (int) $request]);
    }

    /** @return resource */
    private function buffer(string $content)
    {
        $buffer = evbuffer_new();
        evbuffer_add($buffer, $content);

        return $buffer;
    }

    /** @param resource $request */
    private function kept($request): string
    {
        $seen = '';
        foreach ($this->kept as $old) {
            $seen .= evhttp_request_uri($old) . evhttp_request_body($old) . var_export(evhttp_response_add_header($old, 'X', 'y'), true)
                . evbuffer_readline(evhttp_request_input_buffer($old));
        }
        $this->kept = [];

        return $seen;
    }

    /** @param resource $request */
    private function cycle($request): string
    {
        $node = new Node();
        $node->self = $node;
        $node->request = $request;

        return 'cycle';
    }

    /** @param resource $request */
    private function wait($request): string
    {
        evhttp_request_append_body($request, 'before ');
        delay(0.005);

        return evhttp_request_uri($request) . evhttp_request_body($request);
    }

    /** A second server, in place of the one before. */
    private function server(): string
    {
        $this->other = evhttp_start('127.0.0.1', (int) $_SERVER['argv'][2]);
        evhttp_set_gencb($this->other, $this->answer(...));

        return 'made';
    }

    private function freeOther(): string
    {
        $this->other = null;

        return 'freed';
    }

    /** @param resource $request */
    private function free($request): string
    {
        $this->other = null;
        delay(0.002);

        return 'freed ' . evhttp_request_uri($request);
    }

    /** @param resource $request */
    private function freeRequest($request): string
    {
        $this->kept[] = $request;
        evhttp_response_add_header($request, 'X-Added', 'yes');
        evhttp_request_free($request);
        delay(0.001);
        array_pop($this->kept);

        return 'freed';
    }

    private function replace(): string
    {
        $before = $this->answer(...);
        evhttp_set_gencb($GLOBALS['server'], function ($request) use ($before) {
            evhttp_set_gencb($GLOBALS['server'], $before);

            return 'replaced';
        });

        return 'callback';
    }
}

event_init();
$server = evhttp_start('127.0.0.1', (int) $argv[1]);
evhttp_set_gencb($server, array(new Application(), 'answer'));
$stop = event_new();
event_set($stop, SIGTERM, EV_SIGNAL, fn() => event_loopbreak());
event_add($stop);
fwrite(STDERR, "listening on http://127.0.0.1:$argv[1]\n");
event_dispatch();
