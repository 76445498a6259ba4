"""The poll application on Laravel."""

import unittest
from pathlib import Path

from poll_pages import PollPages


@unittest.skipUnless(Path("/usr/share/php/Illuminate/Foundation").is_dir(), "php-laravel-framework is not installed")
class LaravelPollsTest(PollPages, unittest.TestCase):
    APP, NAME = "laravel", "Laravel"
