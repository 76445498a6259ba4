"""The poll application on Symfony."""

import unittest

from poll_pages import PollPages


class SymfonyPagesTest(PollPages, unittest.TestCase):
    APP, NAME = "symfony", "Symfony"
