<?php

declare(strict_types=1);

/** Calls and answers in SOAP 1.1, as far as the poll API needs them. Written out, so that it runs where PHP has no XML. */
final class Client_Soap
{
    private const ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/';

    /** A call without arguments. */
    public static function call(string $method, string $namespace): string
    {
        return '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="' . self::ENVELOPE . '">'
            . "<e:Body><$method xmlns=\"$namespace\"/></e:Body></e:Envelope>";
    }

    /**
     * The result, whose maps are lists of entries with key and value.
     *
     * @return string|array<string, mixed>
     * @throws RuntimeException if it is a fault, or no answer at all
     */
    public static function result(string $answer): string|array
    {
        if (preg_match('~<faultstring[^>]*>(.*?)</faultstring>~s', $answer, $fault)) {
            throw new RuntimeException('fault: ' . self::text($fault[1]));
        }
        $at = strpos($answer, '<return>');
        if ($at === false) {
            throw new RuntimeException("no SOAP: $answer");
        }
        $at += strlen('<return>');

        return self::value($answer, $at);
    }

    /**
     * The value that begins at $at, which moves to its end.
     *
     * @return string|array<string, mixed>
     */
    private static function value(string $xml, int &$at): string|array
    {
        $map = [];
        while (preg_match('~\G<entry><key>([^<]*)</key><value>~', $xml, $entry, 0, $at)) {
            $at += strlen($entry[0]);
            $map[self::text($entry[1])] = self::value($xml, $at);
            $at += strlen('</value></entry>');
        }
        if ($map !== []) {
            return $map;
        }
        $end = strpos($xml, '<', $at) ?: throw new RuntimeException('the XML ends too early');
        $text = self::text(substr($xml, $at, $end - $at));
        $at = $end;

        return $text;
    }

    private static function text(string $xml): string
    {
        return html_entity_decode($xml, ENT_XML1 | ENT_QUOTES, 'UTF-8');
    }
}
