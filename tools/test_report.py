#!/usr/bin/python3
"""Counts what ctest ran and prints what failed: test_report.py RESULTS_FOLDER.

Every folder in it holds one run's ctest.xml (ctest --output-junit) and, for each GoogleTest program, the XML file
of its cases. A GoogleTest program counts as many as it has cases, any other test as one. A program that failed
although no case of it did (it crashed, hung, leaked) is one failure more. The last line is "N passed, N failed",
with ", N skipped" when there are any. Ends with 1 when anything failed or nothing passed."""

import dataclasses
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

OUTPUT_CHARACTERS_MAX = 20_000


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __iadd__(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        return self

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count_cases(path):
    """The cases of one GoogleTest program."""
    counts = Counts()
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None:
            counts.failed += 1
        elif case.get("status") == "notrun" or case.get("result") == "skipped":
            counts.skipped += 1
        else:
            counts.passed += 1
    return counts


def is_skipped(test):
    """Whether a test skipped itself or is disabled. A program that is missing is a failure, though ctest calls both
    "not run"."""
    skipped = test.find("skipped")
    return test.get("status") == "disabled" or (
        skipped is not None and skipped.get("message", "").startswith("SKIP_"))


def count_test(test, folder):
    """One entry of ctest's report."""
    if is_skipped(test):
        return Counts(skipped=1)
    went_well = test.get("status") == "run"
    cases = folder / f"{test.get('name')}.xml"
    try:
        counts = count_cases(cases) if cases.exists() else Counts(passed=int(went_well))
    except ElementTree.ParseError:  # It died while writing.
        counts = Counts()
    if not went_well and counts.failed == 0:
        counts.failed = 1
    return counts


def print_failure(test, run):
    output = test.findtext("system-out", "")
    print(f"\nFAILED {test.get('name')} ({run})\n{output[-OUTPUT_CHARACTERS_MAX:].rstrip()}")


def report(results):
    """Prints the failures; gives the counts of all runs."""
    total = Counts()
    for path in sorted(results.glob("*/ctest.xml")):
        for test in ElementTree.parse(path).iter("testcase"):
            counts = count_test(test, path.parent)
            if counts.failed:
                print_failure(test, path.parent.name)
            total += counts
    return total


def main():
    total = report(pathlib.Path(sys.argv[1]))
    print(total)
    sys.exit(0 if total.passed and not total.failed else 1)


if __name__ == "__main__":
    main()
