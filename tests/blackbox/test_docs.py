"""What docs/CLASSIC.md names is there, and what is there it names: asked of the extension itself."""

import json
import re
import subprocess
import unittest

from harness import PHP, ROOT, php_arguments

# Functions, methods, classes and constants of the extension, the classic ones apart.
_LIST = r"""
$extension = new ReflectionExtension('kargo_event');
$names = array_keys($extension->getFunctions());
foreach ($extension->getClasses() as $class) {
    $names[] = $class->getName();
    foreach ($class->getMethods() as $method) {
        $names[] = $class->getName() . '::' . $method->getName();
    }
}
echo json_encode(['names' => $names, 'constants' => $extension->getConstants() ?: []]);
"""


class ClassicTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        listed = subprocess.run([PHP, *php_arguments(), "-r", _LIST], check=True, capture_output=True, text=True)
        found = json.loads(listed.stdout)
        cls.names, cls.constants = set(found["names"]), found["constants"]
        cls.classic = {name for name in cls.names if "\\" not in name and "::" not in name}
        cls.text = (ROOT / "docs/CLASSIC.md").read_text()
        # What PHP's other servers have under these names belongs to applications.
        cls.text_of_applications = (ROOT / "docs/APPLICATION.md").read_text()

    def test_every_function_is_described(self):
        self.assertGreater(len(self.classic), 40)
        text = self.text + self.text_of_applications
        self.assertEqual({name for name in self.classic if f"`{name}(" not in text}, set())

    def test_every_constant_is_described(self):
        self.assertIn("EV_READ", self.constants)
        self.assertEqual({name for name in self.constants if f"`{name}`" not in self.text}, set())
        for name, value in re.findall(r"`([A-Z][A-Z_]+)` (\d+)", self.text.split("## What differs")[0]):
            self.assertEqual(self.constants[name], int(value), name)

    def test_every_name_exists(self):
        known = {name.lower() for name in self.names}
        named = re.findall(r"`(Kargo(?:\\\w+)+(?:::\w+)?)(\(\))?", self.text)
        self.assertGreater(len(named), 40)
        self.assertEqual({name for name, _ in named if name.lower() not in known}, set())
        classic = re.findall(r"`((?:event|evbuffer|bufferevent|evhttp)_\w+)\(", self.text)
        self.assertEqual({name for name in classic if name not in self.classic}, set())

    def test_links_lead_somewhere(self):
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("demos/**/*.md")]:
            for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
                if "://" not in target:
                    with self.subTest(page=str(page.relative_to(ROOT)), target=target):
                        self.assertTrue((page.parent / target).exists())
