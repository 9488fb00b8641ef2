#!/usr/bin/env python3
"""Tests of deploy/count_cases.py: what a suite counts when programs pass, fail, crash and are skipped."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "deploy"))
import count_cases  # noqa: E402


def suite(entries, reports=()):
    """Writes ctest.junit and the reports of GoogleTest, and counts them."""
    with tempfile.TemporaryDirectory() as folder:
        cases = "".join(f'<testcase name="{name}" status="{status}">{inner}</testcase>' for name, status, inner in entries)
        pathlib.Path(folder, "ctest.junit").write_text(f"<testsuite>{cases}</testsuite>")
        for name, text in reports:
            pathlib.Path(folder, name + ".xml").write_text(text)
        return count_cases.count_suite(folder)


GTEST = ('<testsuites><testsuite name="A"><testcase name="a" classname="A" result="completed"/>'
         '<testcase name="b" classname="A" result="completed">{}</testcase>'
         '<testcase name="c" classname="A" result="skipped"><skipped message="no corpus"/></testcase>'
         '</testsuite></testsuites>')


class CountCasesTest(unittest.TestCase):

    def counts(self, *arguments):
        return suite(*arguments)[:3]

    def test_cases_of_a_program_are_counted_one_by_one(self):
        self.assertEqual(self.counts([("p", "run", "")], [("p", GTEST.format(""))]), (2, 0, 1))

    def test_a_failed_case_is_named(self):
        passed, failed, skipped, lines = suite([("p", "fail", "")], [("p", GTEST.format('<failure message="x"/>'))])
        self.assertEqual((passed, failed, skipped), (1, 1, 1))
        self.assertEqual(lines, ["  FAILED A.b"])

    def test_a_program_that_ends_badly_after_good_cases_fails(self):
        self.assertEqual(self.counts([("p", "fail", "")], [("p", GTEST.format(""))]), (2, 1, 1))

    def test_a_program_that_died_while_reporting_fails(self):
        self.assertEqual(self.counts([("p", "fail", "")], [("p", "<testsuites><tests")]), (0, 1, 0))

    def test_a_program_without_report_counts_what_it_prints(self):
        self.assertEqual(self.counts([("p", "run", "<system-out>x\n7 passed, 0 failed\n</system-out>")]), (7, 0, 0))
        self.assertEqual(self.counts([("p", "fail", "<system-out>7 passed, 2 failed\n</system-out>")]), (7, 2, 0))
        self.assertEqual(self.counts([("p", "fail", "<system-out>7 passed, 0 failed\n</system-out>")]), (7, 1, 0))

    def test_a_plain_program_is_one_case(self):
        self.assertEqual(self.counts([("p", "run", ""), ("q", "fail", "")]), (1, 1, 0))

    def test_skipped_and_missing_programs_differ(self):
        skipped = '<skipped message="SKIP_RETURN_CODE"/>'
        self.assertEqual(self.counts([("p", "notrun", skipped)]), (0, 0, 1))
        self.assertEqual(self.counts([("p", "notrun", '<skipped message="SKIP_RETURN_CODE=77"/>')]), (0, 0, 1))
        self.assertEqual(self.counts([("p", "notrun", "")]), (0, 1, 0))
        self.assertEqual(self.counts([("p", "disabled", "")]), (0, 0, 1))

    def total(self, rows):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "counts.tsv")
            path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = count_cases.main(["--total", str(path)])
            return code, out.getvalue().splitlines()[-1]

    def test_the_last_line_is_the_sum(self):
        self.assertEqual(self.total([("a", 2, 0, 1), ("b", 3, 0, 0)]), (0, "5 passed, 0 failed, 1 skipped"))
        self.assertEqual(self.total([("a", 2, 1, 1)]), (1, "2 passed, 1 failed, 1 skipped"))

    def test_nothing_run_is_no_success(self):
        self.assertEqual(self.total([("a", 0, 0, 4)]), (1, "0 passed, 0 failed, 4 skipped"))


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=0).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(1 if bad else 0)
