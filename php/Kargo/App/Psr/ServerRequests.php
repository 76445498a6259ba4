<?php

declare(strict_types=1);

namespace Kargo\App\Psr;

use InvalidArgumentException;
use Kargo\Http\HttpException;
use Kargo\Http\Request;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Message\UploadedFileInterface;
use Psr\Http\Message\UriInterface;

/**
 * Makes PSR-7 requests of ours.
 *
 * Each has our request as its attribute Kargo\Http\Request::class, for what PSR-7 has no word for: id(),
 * isClientConnected(). What the library refuses (a Host that can't be one) is 400.
 */
final readonly class ServerRequests
{
    private const BODY_MEMORY = 2 << 20;

    public function __construct(private Factories $factories) {}

    /**
     * Of a request as handlers get it. No superglobal is read or needed. Parameters of the route are attributes. The
     * parsed body is there for forms, and uploaded files where the route takes them.
     *
     * @throws HttpException 400 if the library can't express it
     */
    public function fromRequest(Request $request): ServerRequestInterface
    {
        $body = $request->body();
        $now = microtime(true);
        $target = $request->target();
        $server = [
            'REQUEST_METHOD' => $request->method(),
            'REQUEST_URI' => $target,
            'QUERY_STRING' => explode('?', $target, 2)[1] ?? '',
            'REQUEST_SCHEME' => 'http',
            'SERVER_PROTOCOL' => "HTTP/{$request->protocolVersion()}",
            'REMOTE_ADDR' => $request->clientAddress(),
            'REQUEST_TIME' => (int) $now,
            'REQUEST_TIME_FLOAT' => $now,
        ];
        if ($request->clientPort() !== null) {
            $server['REMOTE_PORT'] = (string) $request->clientPort();
        }
        $psr = $this->create($request, $request->headers(), $server)
            ->withQueryParams($request->query())
            ->withCookieParams($request->cookies());
        foreach ($request->parameters() as $name => $value) {
            $psr = $psr->withAttribute((string) $name, $value);
        }
        if ($request->files() !== []) {
            $psr = $psr->withUploadedFiles($this->filesOf($request));
        }
        if ($body === '') {
            return self::isForm($psr) && $request->form() !== [] ? $psr->withParsedBody($request->form()) : $psr;
        }
        $psr = $psr->withBody($this->factories->streams->createStream($body));
        if ($psr->getBody()->isSeekable()) {
            $psr->getBody()->rewind();
        }

        return self::isForm($psr) ? $psr->withParsedBody($request->form()) : $psr;
    }

    /**
     * Of the classic request in progress: $_POST is the parsed body, uploads are there, and the body is a copy of
     * php://input, which lies in a temporary file from 2 MiB on and lives as long as it is kept.
     *
     * @throws HttpException 400 if the library can't express it
     */
    public function fromGlobals(Request $request): ServerRequestInterface
    {
        $psr = $this->create($request, getallheaders(), $_SERVER)
            ->withQueryParams($_GET)
            ->withCookieParams($_COOKIE)
            ->withUploadedFiles($this->uploadedFiles($_FILES));
        if ($request->header('content-type') !== null && $request->method() === 'POST' && self::isForm($psr)) {
            $psr = $psr->withParsedBody($_POST);
        }
        $copy = fopen('php://temp/maxmemory:' . self::BODY_MEMORY, 'w+b');
        stream_copy_to_stream(fopen('php://input', 'rb'), $copy);
        rewind($copy);

        return $psr->withBody($this->factories->streams->createStreamFromResource($copy));
    }

    /**
     * @param array<string, string> $headers
     * @param array<string, mixed> $server
     */
    private function create(Request $request, array $headers, array $server): ServerRequestInterface
    {
        try {
            $psr = $this->factories->serverRequests
                ->createServerRequest($request->method(), $this->uri($request), $server)
                ->withProtocolVersion($request->protocolVersion());
            foreach ($headers as $name => $value) {
                $psr = $psr->withHeader((string) $name, $value);
            }
            // A target in absolute form goes before the Host header (RFC 9112, section 3.2.2).
            if ($request->host() !== '' && $psr->getHeaderLine('Host') !== $request->host()) {
                $psr = $psr->withHeader('Host', $request->host());
            }
        } catch (InvalidArgumentException $exception) {
            throw new HttpException(400, '', $exception);
        }
        // URIs can express neither "*" nor a path with two slashes at its beginning without a host.
        if ($psr->getRequestTarget() !== $request->target()) {
            $psr = $psr->withRequestTarget($request->target());
        }

        return $psr->withAttribute(Request::class, $request);
    }

    /** Set part by part: a target that begins with "//" is a path here, not a host. */
    private function uri(Request $request): UriInterface
    {
        $target = $request->target();
        $uri = $this->factories->uris->createUri('')->withScheme('http');
        if (preg_match('~^([^@/?#]*?)(?::(\d{1,5}))?$~D', $request->host(), $authority) && $authority[1] !== '') {
            $uri = $uri->withHost($authority[1])->withPort(isset($authority[2]) ? (int) $authority[2] : null);
        } elseif ($request->host() !== '') {
            throw new InvalidArgumentException('The Host header is none');
        }
        // In absolute form scheme and host stand before the path; host() is that host.
        $target = preg_replace('~^https?://[^/?#]*~i', '', $target);
        [$path, $query] = explode('?', $target, 2) + [1 => ''];
        if ($path === '*') {
            return $uri;
        }

        return $uri->withPath($path === '' ? '/' : $path)->withQuery($query);
    }

    private static function isForm(ServerRequestInterface $request): bool
    {
        $type = strtolower(trim(explode(';', $request->getHeaderLine('Content-Type'), 2)[0]));

        return $type === 'application/x-www-form-urlencoded' || $type === 'multipart/form-data';
    }

    /** @return array<array-key, UploadedFileInterface|array> nested by the names of their fields, as PHP nests */
    private function filesOf(Request $request): array
    {
        $files = $request->files();
        $pairs = [];
        foreach ($files as $index => $file) {
            $pairs[] = rawurlencode($file->field()) . "=$index";
        }
        parse_str(implode('&', $pairs), $nested);
        array_walk_recursive($nested, function (string &$index) use ($files): void {
            $file = $files[(int) $index];
            $index = $this->factories->uploadedFiles->createUploadedFile(
                $this->factories->streams->createStreamFromResource($file->stream()),
                $file->size(),
                UPLOAD_ERR_OK,
                // Without the folders that a client may have sent, as in $_FILES: many applications put it behind a path.
                preg_replace('~^.*[/\\\\]~s', '', $file->rawClientFilename()),
                $file->clientMediaType(),
            );
        });

        return $nested;
    }

    /**
     * $_FILES has "name" of all files, "size" of all files and so on; PSR-7 has one object per file, in the fields' order.
     *
     * @param array<array-key, mixed> $files as $_FILES
     * @return array<array-key, UploadedFileInterface|array>
     */
    private function uploadedFiles(array $files): array
    {
        return array_map(
            fn(array $file): UploadedFileInterface|array => $this->uploadedFile(
                $file['tmp_name'],
                $file['size'],
                $file['error'],
                $file['name'],
                $file['type'],
            ),
            $files,
        );
    }

    private function uploadedFile(
        string|array $path,
        int|array $size,
        int|array $error,
        string|array $name,
        string|array $type,
    ): UploadedFileInterface|array {
        if (is_array($error)) {
            $keys = array_keys($error);

            return array_combine($keys, array_map(
                fn(int|string $key): UploadedFileInterface|array => $this->uploadedFile(
                    $path[$key],
                    $size[$key],
                    $error[$key],
                    $name[$key],
                    $type[$key],
                ),
                $keys,
            ));
        }
        $stream = $error === UPLOAD_ERR_OK
            ? $this->factories->streams->createStreamFromFile($path)
            : $this->factories->streams->createStream();

        return $this->factories->uploadedFiles->createUploadedFile($stream, $size, $error, $name, $type);
    }
}
