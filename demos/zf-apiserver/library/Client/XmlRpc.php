<?php

declare(strict_types=1);

/**
 * Calls and answers in XML-RPC, as far as the poll API needs them. Written out, so that it runs where PHP has no XML.
 */
final class Client_XmlRpc
{
    /** @param list<string> $tokens tags and the texts between them */
    private function __construct(private array $tokens) {}

    /** A call; the arguments are strings. */
    public static function call(string $method, string ...$arguments): string
    {
        $escape = static fn(string $text): string => htmlspecialchars($text, ENT_XML1 | ENT_NOQUOTES);
        $params = '';
        foreach ($arguments as $argument) {
            $params .= "<param><value><string>{$escape($argument)}</string></value></param>";
        }

        return '<?xml version="1.0" encoding="UTF-8"?>'
            . "<methodCall><methodName>{$escape($method)}</methodName><params>$params</params></methodCall>";
    }

    /** @throws RuntimeException if it is a fault, or no answer at all */
    public static function result(string $answer): mixed
    {
        if (!preg_match('~<methodResponse>\s*<(fault|params>\s*<param)>\s*(<value.*</value>)~s', $answer, $found)) {
            throw new RuntimeException("no XML-RPC: $answer");
        }
        preg_match_all('~<[^>]+>|[^<]+~', preg_replace('~>\s+<~', '><', $found[2]), $tokens);
        $value = (new self($tokens[0]))->value();

        return $found[1] === 'fault'
            ? throw new RuntimeException("fault {$value['faultCode']}: {$value['faultString']}")
            : $value;
    }

    /** <value>, what is in it, </value> */
    private function value(): mixed
    {
        if ($this->next() === '<value/>') {
            return '';
        }
        $token = $this->next();
        $value = match ($token) {
            '<struct>' => $this->struct(),
            '<array>' => $this->array(),
            '</value>', '<string/>' => '',
            '<struct/>' => [],
            default => $token[0] === '<' ? $this->scalar($token) : $this->text($token),
        };
        if ($token !== '</value>') {
            $this->next();
        }

        return $value;
    }

    /** @return array<string, mixed> */
    private function struct(): array
    {
        $members = [];
        while ($this->next() === '<member>') {
            $this->next();
            $name = $this->scalar('<name>');
            $members[$name] = $this->value();
            $this->next();
        }

        return $members;
    }

    /** @return list<mixed> */
    private function array(): array
    {
        $values = [];
        if ($this->next() === '<data>') {
            while (current($this->tokens) !== '</data>') {
                $values[] = $this->value();
            }
            $this->next();
        }
        $this->next();

        return $values;
    }

    private function scalar(string $type): string|int|float|bool
    {
        $token = $this->next();
        $isEmpty = $token === '</' . substr($type, 1);
        $text = $isEmpty ? '' : $this->text($token);
        if (!$isEmpty) {
            $this->next();
        }

        return match ($type) {
            '<int>', '<i4>', '<i8>' => (int) $text,
            '<double>' => (float) $text,
            '<boolean>' => $text === '1',
            default => $text,
        };
    }

    private function text(string $token): string
    {
        return html_entity_decode($token, ENT_XML1 | ENT_QUOTES, 'UTF-8');
    }

    private function next(): string
    {
        $token = current($this->tokens);
        next($this->tokens);

        return $token === false ? throw new RuntimeException('the XML ends too early') : $token;
    }
}
