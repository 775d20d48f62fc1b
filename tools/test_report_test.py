"""test_report.py against results like those that ctest and GoogleTest write."""

import pathlib
import tempfile
import unittest

import test_report


def ctest(*tests):
    return f"<testsuite>{''.join(tests)}</testsuite>"


def gtest(*cases):
    return f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>"


PASSED = '<testcase name="a" status="run" result="completed"/>'
FAILED = '<testcase name="b" status="run" result="completed"><failure message="no"/></testcase>'
SKIPPED = '<testcase name="c" status="run" result="skipped"><skipped/></testcase>'
DISABLED = '<testcase name="d" status="notrun" result="suppressed"/>'


class TestReport(unittest.TestCase):
    def count(self, report, **cases):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder, "dev")
            run.mkdir()
            (run / "ctest.xml").write_text(report)
            for name, text in cases.items():
                (run / f"{name}.xml").write_text(text)
            return str(test_report.report(pathlib.Path(folder)))

    def test_a_program_counts_its_cases(self):
        self.assertEqual(self.count(ctest('<testcase name="x_test" status="run"/>'), x_test=gtest(PASSED, PASSED)),
                         "2 passed, 0 failed")

    def test_any_other_test_counts_one(self):
        self.assertEqual(self.count(ctest('<testcase name="tidy" status="run"/>')), "1 passed, 0 failed")
        self.assertEqual(self.count(ctest('<testcase name="tidy" status="fail"/>')), "0 passed, 1 failed")

    def test_failed_and_skipped_cases_are_counted_apart(self):
        self.assertEqual(self.count(ctest('<testcase name="x_test" status="fail"/>'),
                                    x_test=gtest(PASSED, FAILED, SKIPPED, DISABLED)), "1 passed, 1 failed, 2 skipped")

    def test_a_program_that_dies_has_failed(self):
        self.assertEqual(self.count(ctest('<testcase name="x_test" status="fail"/>')), "0 passed, 1 failed")
        self.assertEqual(self.count(ctest('<testcase name="x_test" status="fail"/>'), x_test="<testsui"),
                         "0 passed, 1 failed")

    def test_a_program_that_dies_after_its_cases_has_failed(self):
        self.assertEqual(self.count(ctest('<testcase name="x_test" status="fail"/>'), x_test=gtest(PASSED)),
                         "1 passed, 1 failed")

    def test_a_missing_program_has_failed_but_a_skipped_one_has_not(self):
        missing = '<testcase name="x" status="notrun"><skipped message="Unable to find executable"/></testcase>'
        skipped = '<testcase name="y" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>'
        self.assertEqual(self.count(ctest(missing, skipped)), "0 passed, 1 failed, 1 skipped")


unittest.main()
