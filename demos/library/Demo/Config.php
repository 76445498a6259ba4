<?php

declare(strict_types=1);

namespace Demo;

use Kargo\App\Isolation;
use UnexpectedValueException;

/**
 * What an application is told by its deploy/config.ini. The environment wins over the file: KARGO_DEMO_DSN,
 * KARGO_DEMO_USER, KARGO_DEMO_PASSWORD, KARGO_DEMO_WORKERS and KARGO_DEMO_ISOLATION.
 */
final readonly class Config
{
    /**
     * @param string $dsn as PDO takes it: sqlite:, mysql: or pgsql:
     * @param int|null $workers processes; null: one per core
     * @param Isolation $isolation what is done about that which a request leaves behind
     */
    public function __construct(
        public string $dsn,
        public string $user = '',
        #[\SensitiveParameter]
        public string $password = '',
        public ?int $workers = null,
        public Isolation $isolation = Isolation::Off,
    ) {}

    /**
     * Reads an .ini file. A relative path in an SQLite DSN begins at the folder of that file.
     *
     * @throws UnexpectedValueException if the file is missing or says something that can't be meant
     */
    public static function read(string $file): self
    {
        $sections = is_readable($file) ? parse_ini_file($file, true, INI_SCANNER_RAW) : false;
        if ($sections === false) {
            throw new UnexpectedValueException("$file can't be read");
        }
        $value = static function (string $section, string $key) use ($sections): string {
            $fromEnvironment = getenv('KARGO_DEMO_' . strtoupper($key));

            return $fromEnvironment === false ? $sections[$section][$key] ?? '' : $fromEnvironment;
        };
        $workers = $value('server', 'workers');
        if ($workers !== '' && !ctype_digit($workers)) {
            throw new UnexpectedValueException("$file: workers is \"$workers\"; a number, or nothing, is expected");
        }
        $isolation = ucfirst($value('server', 'isolation') ?: 'off');
        if (!in_array($isolation, array_column(Isolation::cases(), 'name'), true)) {
            throw new UnexpectedValueException("$file: isolation is \"$isolation\"; off, log, reset or strict is expected");
        }
        $folder = dirname(realpath($file));

        return new self(
            preg_replace('~^sqlite:(?!/)~', "sqlite:$folder/", $value('database', 'dsn')),
            $value('database', 'user'),
            $value('database', 'password'),
            $workers === '' ? null : (int) $workers,
            constant(Isolation::class . "::$isolation"),
        );
    }
}
