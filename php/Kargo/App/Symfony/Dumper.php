<?php

declare(strict_types=1);

namespace Kargo\App\Symfony;

use Symfony\Component\VarDumper\Cloner\VarCloner;
use Symfony\Component\VarDumper\Dumper\HtmlDumper;
use Symfony\Component\VarDumper\VarDumper;

/**
 * dump() for a browser, though the process has a command line. A handler, and not the variable VAR_DUMPER_FORMAT: where that
 * is set, nobody may set another handler, and DebugBundle's toolbar would get nothing.
 *
 * @internal
 */
final class Dumper
{
    /** One for each request, since it writes its style once. */
    private static ?HtmlDumper $dumper = null;

    private function __construct() {}

    /** From now on, unless the environment has said what dump() writes. */
    public static function write(): void
    {
        if (isset($_SERVER['VAR_DUMPER_FORMAT']) || !class_exists(VarDumper::class)) {
            return;
        }
        VarDumper::setHandler(static function (mixed $value, ?string $label = null): void {
            self::$dumper ??= new HtmlDumper();
            $data = (new VarCloner())->cloneVar($value);
            self::$dumper->dump($label === null ? $data : $data->withContext(['label' => $label]));
        });
    }

    /** After a request. */
    public static function forget(): void
    {
        self::$dumper = null;
    }
}
