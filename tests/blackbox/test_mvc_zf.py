"""The polls on Zend Framework 1, unpatched: where ZEND_DIR names a copy of its library/Zend."""

import os
import unittest
from pathlib import Path

from poll_pages import PollPages

ZEND = Path(os.environ.get("ZEND_DIR") or "/nonexistent")
needs_zend = unittest.skipUnless((ZEND / "Controller/Front.php").is_file(), "ZEND_DIR names no Zend Framework 1")


@needs_zend
class ZendTest(PollPages, unittest.TestCase):
    APP, NAME = "zf", "Zend Framework"
