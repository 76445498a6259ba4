<?php

return [
    'defaults' => ['guard' => 'web'],
    'guards' => ['web' => ['driver' => 'session', 'provider' => 'accounts']],
    'providers' => ['accounts' => ['driver' => 'accounts']],
];
