<?php

declare(strict_types=1);

/* A page without a framework: a function, a query, a table. */

function row(string $name, int $price): string
{
    return sprintf("<tr><td>%s</td><td>%.2f</td></tr>\n", htmlspecialchars($name), $price / 100);
}

$goods = ['Apples & pears' => 249, 'Bread' => 320, 'Cheese' => 1199, 'Dates' => 499, 'Eggs' => 389];
$limit = (int) ($_GET['limit'] ?? 10);

header('Content-Type: text/html; charset=utf-8');
echo "<!doctype html>\n<title>Goods</title>\n<table>\n";
foreach (array_slice($goods, 0, $limit) as $name => $price) {
    echo row($name, $price);
}
echo "</table>\n";
