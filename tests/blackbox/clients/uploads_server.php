<?php

declare(strict_types=1);

use Kargo\Http\Options;
use Kargo\Http\Request;
use Kargo\Http\Response;
use Kargo\Http\Server;
use Kargo\Http\UploadedFile;
use Kargo\Http\Uploads;

[, $directory] = $argv;
$server = Server::listen('127.0.0.1:0', new Options(uploads: new Uploads(
    totalBytes: 1 << 30,
    fileBytes: 1 << 30,
    diskBytes: 4 << 30,
    directory: $directory,
)));
$told = static fn(Request $request): array => [
    'form' => $request->form(),
    'files' => array_map(static fn(UploadedFile $file): array => [
        $file->field(), $file->clientFilename(), $file->clientMediaType(), $file->size(), hash_final(hash_of($file)),
    ], $request->files()),
];
$server->post('/', $told);
$server->post('/small', $told, new Uploads(fileBytes: 1000));
$server->post('/size', static fn(Request $request): array => array_map(static fn(UploadedFile $file) => $file->size(), $request->files()));
$server->get('/', static fn(): Response => Response::html(<<<'HTML'
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>Upload</title></head><body>
    <form method="post" enctype="multipart/form-data">
    <input name="text[a]" value="ü &quot;quoted&quot;"><textarea name="lines">one
    two</textarea><input type="checkbox" name="boxes[]" value="1" checked><input type="checkbox" name="boxes[]" value="2">
    <input type="file" name="one"><input type="file" name="many[]" multiple><input type="file" name="none">
    <button>Send</button></form></body></html>
    HTML));
$server->run(workers: 1);

function hash_of(UploadedFile $file): HashContext
{
    $hash = hash_init('sha256');
    hash_update_stream($hash, $file->stream());

    return $hash;
}
