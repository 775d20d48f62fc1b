#!/usr/bin/python3
"""Writes docs/operations/evidence.md: what was asked for, what shows it, and how that went.

    tools/evidence.py               with the results of the last ./test
    tools/evidence.py --check DIR   only says whether the build folder DIR has each named test, and the page every row

The rows are in evidence.toml beside this file. A test is named as ctest names it ("deploy.*" for several), or as
"rpc_test/TlsTest.*" for cases of a GoogleTest program. A command is run by people, who write its result down with its date."""

import argparse
import datetime
import fnmatch
import json
import pathlib
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ElementTree

import test_report

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/operations/evidence.md"
HEAD = """# What was asked for, and what shows it

Made by `tools/evidence.py` from `tools/evidence.toml` and the results of the last `./test`; change it there. A row with a test
says how the test went; "not run" means that the last run left it out. A row with a command says what it gave, and when. Of what
nothing shows yet, the row says so.
"""


def read_rows(path):
    with open(path, "rb") as file:
        rows = tomllib.load(file)["row"]
    for row in rows:
        if not row.keys() <= {"area", "asked", "tests", "command", "gave", "open"} or not {"area", "asked"} <= row.keys():
            raise SystemExit(f"{path}: a row has area and asked, and any of tests, command with gave, open: {row}")
        if not row.keys() & {"tests", "command", "open"} or ("command" in row) != ("gave" in row):
            raise SystemExit(f"{path}: nothing shows \"{row['asked']}\", and no \"open\" says what is missing")
    return rows


class Results:
    """Of one or more runs: folders with ctest.xml and GoogleTest's files, as test_report.py reads them."""

    def __init__(self, folder):
        self.tests = {}  # Name to "passed", "failed" or "skipped".
        self.newest = None
        for path in sorted(folder.glob("*/ctest.xml")):
            written = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.timezone.utc)
            self.newest = max(written, self.newest or written)
            for test in ElementTree.parse(path).iter("testcase"):
                self._add(test.get("name"), test_report.count_test(test, path.parent))
                cases = path.parent / f"{test.get('name')}.xml"
                if cases.exists():
                    self._add_cases(test.get("name"), cases)

    def _add(self, name, counts):
        is_known = counts.failed or counts.passed
        self.tests[name] = "failed" if counts.failed else "passed" if is_known else "skipped"

    def _add_cases(self, program, path):
        for case in ElementTree.parse(path).iter("testcase"):
            went = "failed" if case.find("failure") is not None else "skipped" if case.get("result") != "completed" else "passed"
            self.tests[f"{program}/{case.get('classname')}.{case.get('name')}"] = went

    def of(self, pattern):
        """For people: "passed", "3 passed", "1 failed, 2 passed", "not run"."""
        found = [went for name, went in self.tests.items() if fnmatch.fnmatchcase(name, pattern)]
        counts = [(found.count(went), went) for went in ("failed", "passed", "skipped")]
        words = [f"{count} {went}" if len(found) > 1 else went for count, went in counts if count]
        return ", ".join(words) or "not run"


def table_row(row, results):
    shown = [f"`{name}`" for name in row.get("tests", [])] + ([f"`{row['command']}`"] if "command" in row else [])
    went = [results.of(name) for name in row.get("tests", [])] + ([row["gave"]] if "command" in row else [])
    if "open" in row:
        shown, went = [*shown, "open"], [*went, row["open"]]
    return f"| {row['asked']} | {'<br>'.join(shown)} | {'<br>'.join(went)} |"


def page(rows, results):
    when = results.newest.strftime("%Y-%m-%d %H:%M UTC") if results.newest else "never"
    lines = [HEAD, f"Last run that was read: {when}."]
    areas = list(dict.fromkeys(row["area"] for row in rows))
    for area in areas:
        lines += ["", f"## {area}", "", "| asked for | shown by | result |", "|---|---|---|"]
        lines += [table_row(row, results) for row in rows if row["area"] == area]
    return "\n".join(lines) + "\n"


def without_results(text):
    """A page's first two columns: what is the same after every run."""
    return [line.split("|")[1:3] for line in text.splitlines() if line.startswith("|")]


def names_of(build):
    done = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], text=True, capture_output=True, check=True)
    return [test["name"] for test in json.loads(done.stdout)["tests"]]


def missing_tests(rows, names):
    wanted = {name.partition("/")[0] for row in rows for name in row.get("tests", [])}
    return sorted(name for name in wanted if not fnmatch.filter(names, name))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--check", metavar="DIR")
    options = arguments.parse_args()
    rows = read_rows(ROOT / "tools/evidence.toml")
    text = page(rows, Results(ROOT / "build/results"))
    if options.check is None:
        PAGE.write_text(text, encoding="utf-8")
        return
    if missing := missing_tests(rows, names_of(options.check)):
        sys.exit(f"tools/evidence.toml names tests that are not there: {', '.join(missing)}")
    if without_results(text) != without_results(PAGE.read_text(encoding="utf-8")):
        sys.exit("docs/operations/evidence.md has other rows than tools/evidence.toml: run tools/evidence.py")


if __name__ == "__main__":
    main()
