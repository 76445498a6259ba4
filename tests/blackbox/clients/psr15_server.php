<?php

/**
 * A PSR-15 middleware stack on the PSR-7 library that is named: psr15_server.php FACTORY-CLASS. At / as a handler, at
 * /classic in classic mode, at /made made by each worker.
 */

declare(strict_types=1);

use Kargo\App\Psr\Factories;
use Kargo\App\Psr\RequestHandler;
use Kargo\Http\Options;
use Kargo\Http\Request;
use Kargo\Http\Server;
use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Message\UploadedFileInterface;

require __DIR__ . '/../../../php/Kargo/autoload.php';
foreach (['Nyholm', 'GuzzleHttp'] as $vendor) {
    if (stream_resolve_include_path("$vendor/Psr7/autoload.php")) {
        require_once "$vendor/Psr7/autoload.php";
    }
}
$library = new $argv[1]();

/** The PSR-15 interfaces are in none of Debian's packages; these have their methods. */
final class Stack
{
    /** @param list<object> $middleware */
    public function __construct(private array $middleware, private object $last) {}

    public function handle(ServerRequestInterface $request): ResponseInterface
    {
        $next = $this->middleware[0] ?? null;

        return $next === null
            ? $this->last->handle($request)
            : $next->process($request, new self(array_slice($this->middleware, 1), $this->last));
    }
}

final class Marks
{
    public function __construct(private string $mark) {}

    public function process(ServerRequestInterface $request, object $handler): ResponseInterface
    {
        $marks = $request->getAttribute('marks', '') . $this->mark;

        return $handler->handle($request->withAttribute('marks', $marks))->withAddedHeader('X-Way-Back', $this->mark);
    }
}

final class Cats
{
    public function __construct(private object $library) {}

    public function handle(ServerRequestInterface $request): ResponseInterface
    {
        $path = preg_replace('~^/(classic|made)(?=/)~', '', $request->getUri()->getPath());

        return match ($path) {
            // Newer versions of Nyholm's library give a path one slash at its beginning.
            '/what', '//evil.example/what', '/evil.example/what' => $this->json($this->whatCame($request)),
            '/echo' => $this->library->createResponse()->withBody($request->getBody())
                ->withHeader('Content-Type', 'application/octet-stream'),
            '/large' => $this->library->createResponse()->withHeader('Content-Type', 'application/octet-stream')
                ->withBody($this->library->createStreamFromFile($request->getQueryParams()['file'])),
            '/cookies' => $this->library->createResponse(204)
                ->withAddedHeader('Set-Cookie', 'a=1; Path=/')->withAddedHeader('Set-Cookie', 'b=2; Path=/'),
            '/missing' => $this->library->createResponse(404, 'Gone fishing')->withHeader('Content-Type', 'text/html')
                ->withBody($this->library->createStream('<h1>No such cat</h1>')),
            '/away' => $this->library->createResponse(307)->withHeader('Location', '/what'),
            '/framing' => $this->library->createResponse()->withHeader('Transfer-Encoding', 'chunked')
                ->withHeader('Connection', 'close')->withHeader('Content-Length', '5')
                ->withBody($this->library->createStream('seven b')),
            '/early' => $this->library->createResponse(103),
            '/throws' => throw new RuntimeException('the cat is out of the bag'),
            '/waits' => $this->waits($request),
        };
    }

    private function whatCame(ServerRequestInterface $request): array
    {
        $files = $request->getUploadedFiles();
        array_walk_recursive($files, static function (UploadedFileInterface &$file): void {
            $content = $file->getError() === UPLOAD_ERR_OK ? (string) $file->getStream() : null;
            $file = [$file->getClientFilename(), $file->getClientMediaType(), $file->getSize(), $file->getError(), $content];
        });

        return [
            'method' => $request->getMethod(),
            'uri' => (string) $request->getUri(),
            'target' => $request->getRequestTarget(),
            'version' => $request->getProtocolVersion(),
            'header' => $request->getHeader('X-Header'),
            'host' => $request->getHeader('Host'),
            'query' => $request->getQueryParams(),
            'cookies' => $request->getCookieParams(),
            'parsed' => $request->getParsedBody(),
            'body' => (string) $request->getBody(),
            'files' => $files,
            'address' => $request->getServerParams()['REMOTE_ADDR'],
            'marks' => $request->getAttribute('marks'),
            'parameter' => $request->getAttribute('rest'),
            'hasRequest' => $request->getAttribute(Request::class) instanceof Request,
        ];
    }

    /** Answers when another request has been here too: two at once, or an error after a while. */
    private function waits(ServerRequestInterface $request): ResponseInterface
    {
        static $here = [];
        ['pair' => $pair, 'name' => $name] = $request->getQueryParams();
        $here[$pair][$name] = true;
        for ($turn = 0; count($here[$pair]) < 2; ++$turn) {
            $turn < 1500 || throw new RuntimeException('nobody came');
            Kargo\delay(0.01);
        }

        return $this->json([$name, $request->getAttribute('marks'), $request->getHeader('X-Header')]);
    }

    private function json(mixed $value): ResponseInterface
    {
        return $this->library->createResponse()->withHeader('Content-Type', 'application/json')
            ->withBody($this->library->createStream(json_encode($value, JSON_THROW_ON_ERROR)));
    }
}

$make = static fn(): Stack => new Stack([new Marks('a'), new Marks('b')], new Cats($library));
$factories = Factories::of($library);
$server = Server::listen('127.0.0.1:0', new Options(bodyBytes: 8 << 20));
$server->mount('/', new RequestHandler($make(), $factories));
$server->any('/made/{rest...}', RequestHandler::madeBy($make, $factories));
$server->mount('/classic', RequestHandler::classic($make, $factories));
$server->run(workers: 1);
