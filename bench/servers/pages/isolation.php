<?php

declare(strict_types=1);

namespace Kargo\App;

/* The demos' Config names it, and behind nginx there is no extension that has it. */
enum Isolation
{
    case Off;
    case Log;
    case Reset;
    case Strict;
}
