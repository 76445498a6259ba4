<?php

declare(strict_types=1);

namespace Kargo\App\Psr;

use Kargo\ConfigurationException;
use Psr\Http\Message\ServerRequestFactoryInterface;
use Psr\Http\Message\StreamFactoryInterface;
use Psr\Http\Message\UploadedFileFactoryInterface;
use Psr\Http\Message\UriFactoryInterface;

/** The PSR-17 factories of the application's own PSR-7 library: what requests are made with. */
final readonly class Factories
{
    /** Libraries of which one class is all factories, in the order they are looked for. */
    private const LIBRARIES = [
        'Nyholm\Psr7\Factory\Psr17Factory',
        'GuzzleHttp\Psr7\HttpFactory',
    ];

    /** Libraries with one class per factory: namespace and prefix of the classes. */
    private const FAMILIES = ['Laminas\Diactoros\\', 'Slim\Psr7\Factory\\', 'HttpSoft\Message\\'];

    public function __construct(
        public ServerRequestFactoryInterface $serverRequests,
        public UriFactoryInterface $uris,
        public StreamFactoryInterface $streams,
        public UploadedFileFactoryInterface $uploadedFiles,
    ) {}

    /** Of one object that is all four, as Nyholm's Psr17Factory and Guzzle's HttpFactory are. */
    public static function of(
        ServerRequestFactoryInterface&UriFactoryInterface&StreamFactoryInterface&UploadedFileFactoryInterface $factory,
    ): self {
        return new self($factory, $factory, $factory, $factory);
    }

    /**
     * Of the library that is installed: Nyholm, Guzzle, Laminas Diactoros, Slim PSR-7 or HttpSoft, the first that is found.
     *
     * @throws ConfigurationException if there is none
     */
    public static function installed(): self
    {
        foreach (self::LIBRARIES as $library) {
            if (class_exists($library)) {
                return self::of(new $library());
            }
        }
        foreach (self::FAMILIES as $family) {
            if (class_exists("{$family}ServerRequestFactory")) {
                return new self(
                    new ("{$family}ServerRequestFactory")(),
                    new ("{$family}UriFactory")(),
                    new ("{$family}StreamFactory")(),
                    new ("{$family}UploadedFileFactory")(),
                );
            }
        }

        throw new ConfigurationException(
            'No PSR-7 library is installed, or its autoloader is not required: nyholm/psr7 is one (Debian: php-nyholm-psr7).'
            . ' Another than those that are looked for is given as Factories.',
        );
    }
}
