<?php

declare(strict_types=1);

/* SOAP by PHP's own extension, from the WSDL that kargo-event has made of the measured class. */

final class SoapPolls
{
    /** Operations with a dot in their names come here. */
    public function __call(string $name, array $arguments): array
    {
        return ['return' => soap_map(POLLS)];
    }
}

function soap_map(array $map): array
{
    $entries = [];
    foreach ($map as $key => $value) {
        $entries[] = ['key' => $key, 'value' => is_array($value) ? soap_map($value) : $value];
    }

    return ['entry' => $entries];
}

function answer_soap(string $body): string
{
    $server = new SoapServer(__DIR__ . '/poll.wsdl', ['cache_wsdl' => WSDL_CACHE_BOTH, 'soap_version' => SOAP_1_1]);
    $server->setObject(new SoapPolls());
    ob_start();
    $server->handle($body);

    return (string) ob_get_clean();
}
