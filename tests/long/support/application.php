<?php

declare(strict_types=1);

/** A classic application that uses sessions, uploads, cookies and buffers: php application.php ADDRESS WORKERS FOLDER */

[, $address, $workers, $folder] = $argv;
ini_set('session.save_path', $folder);
ini_set('session.gc_probability', '0');

Kargo\App\serve(function () use ($folder): void {
    session_start();
    $_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
    setcookie('seen', (string) $_SESSION['count'], ['httponly' => true]);
    header('X-Count: ' . $_SESSION['count']);
    foreach ($_FILES as $file) {
        is_uploaded_file($file['tmp_name']) || throw new RuntimeException('no upload');
        move_uploaded_file($file['tmp_name'], "$folder/moved") || throw new RuntimeException('not moved');
    }
    register_shutdown_function(fn () => print('.'));
    ob_start(fn (string $text): string => strtoupper($text));
    echo json_encode([$_GET, $_POST, array_keys($_FILES), $_REQUEST, $_SERVER['REQUEST_URI'], strlen(file_get_contents('php://input'))]);
    if (isset($_GET['memory'])) {
        gc_collect_cycles();
        header('X-Memory: ' . memory_get_usage());
    }
    isset($_GET['exit']) && exit;
}, $address, (int) $workers);
