#!/usr/bin/env python3
"""Tests of the command lines of deploy/run.sh and deploy/test.sh: what they refuse before they touch
anything, and that every wrong call names what is wrong and the way out."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(script, *arguments):
    return subprocess.run([ROOT / "deploy" / script, *arguments], capture_output=True, text=True, timeout=30,
                          check=False)


class DeployTest(unittest.TestCase):

    def test_help_names_every_option(self):
        text = run("run.sh", "--help")
        self.assertEqual(text.returncode, 0)
        for option in ("--corpus DIR", "--data-dir DIR", "--port N", "--help"):
            self.assertIn(option, text.stdout)
        text = run("test.sh", "--help")
        self.assertEqual(text.returncode, 0)
        self.assertIn("--no-asan", text.stdout)

    def test_wrong_calls_are_refused_in_one_line(self):
        with tempfile.TemporaryDirectory() as empty:
            for script, *arguments in (("run.sh", "--nonsense"), ("run.sh", "--port"), ("run.sh", "--port", "x"),
                                       ("run.sh", "--port", "0"), ("run.sh", "--port", "65535"),
                                       ("run.sh", "--port", "7470; true"), ("run.sh", "--corpus", "/nowhere"),
                                       ("run.sh", "--corpus", empty), ("run.sh", "--data-dir", ""),
                                       ("test.sh", "everything")):
                with self.subTest(script=script, arguments=arguments):
                    result = run(script, *arguments)
                    self.assertEqual(result.returncode, 1)
                    self.assertEqual(result.stdout, "")
                    self.assertEqual(result.stderr.count("\n"), 1)
                    self.assertTrue(result.stderr.startswith(script + ": "), result.stderr)

    def test_the_list_of_packages_is_well_formed(self):
        names = []
        for line in (ROOT / "deploy/packages.txt").read_text().splitlines():
            if line.startswith("#") or not line.strip():
                continue
            kind, _, packages = line.partition(":")
            self.assertIn(kind, ("build", "test"))
            names += packages.split()
        self.assertEqual(len(names), len(set(names)), "a package twice")
        for name in names:
            self.assertRegex(name, r"^[a-z0-9][a-z0-9+.-]+$")

    def test_the_programs_are_executable(self):
        for path in ("deploy/run.sh", "deploy/test.sh", ".ci/run", "deploy/sample/generate.py"):
            self.assertTrue((ROOT / path).stat().st_mode & 0o111, path)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
