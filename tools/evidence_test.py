"""evidence.py on results like those that ctest and GoogleTest write."""

import pathlib
import tempfile
import unittest

import evidence

REPORT = """<testsuite>
<testcase name="rpc_test" status="fail"/><testcase name="deploy.a" status="run"/><testcase name="deploy.b" status="run"/>
<testcase name="deploy.c" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase></testsuite>"""
CASES = """<testsuites><testsuite>
<testcase classname="TlsTest" name="LetsIn" status="run" result="completed"/>
<testcase classname="TlsTest" name="Refuses" status="run" result="completed"><failure message="no"/></testcase>
</testsuite></testsuites>"""


def rows_of(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return evidence.read_rows(file.name)


class TestEvidence(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory() as folder:
            run = pathlib.Path(folder, "dev")
            run.mkdir()
            (run / "ctest.xml").write_text(REPORT)
            (run / "rpc_test.xml").write_text(CASES)
            self.results = evidence.Results(pathlib.Path(folder))

    def test_results(self):
        self.assertEqual(self.results.of("deploy.a"), "passed")
        self.assertEqual(self.results.of("deploy.c"), "skipped")
        self.assertEqual(self.results.of("deploy.*"), "2 passed, 1 skipped")
        self.assertEqual(self.results.of("rpc_test"), "failed")
        self.assertEqual(self.results.of("rpc_test/TlsTest.LetsIn"), "passed")
        self.assertEqual(self.results.of("rpc_test/TlsTest.*"), "1 failed, 1 passed")
        self.assertEqual(self.results.of("campaigns.*"), "not run")

    def test_page(self):
        rows = rows_of('[[row]]\narea = "A"\nasked = "one"\ntests = ["deploy.a", "absent"]\n'
                       '[[row]]\narea = "A"\nasked = "two"\ncommand = "do it"\ngave = "2026-11-30: 3"\nopen = "the rest"\n')
        text = evidence.page(rows, self.results)
        self.assertIn("| one | `deploy.a`<br>`absent` | passed<br>not run |", text)
        self.assertIn("| two | `do it`<br>open | 2026-11-30: 3<br>the rest |", text)
        other = evidence.page(rows, evidence.Results(pathlib.Path("/absent")))
        self.assertIn("Last run that was read: never.", other)
        self.assertEqual(evidence.without_results(text), evidence.without_results(other))

    def test_missing(self):
        rows = [{"tests": ["deploy.*", "rpc_test/TlsTest.LetsIn", "gone"]}]
        self.assertEqual(evidence.missing_tests(rows, ["deploy.a", "rpc_test"]), ["gone"])

    def test_a_row_that_shows_nothing_is_refused(self):
        for row in ('asked = "one"', 'area = "A"\nasked = "one"', 'area = "A"\nasked = "one"\ncommand = "c"',
                    'area = "A"\nasked = "one"\ntest = ["t"]'):
            with self.assertRaises(SystemExit):
                rows_of(f"[[row]]\n{row}\n")


unittest.main()
