"""The changes are those that changes.py promises, results outlive a run, and the list of changes without effect is read."""

import pathlib
import tempfile
import unittest

import changes
import mutation


def changed(text):
    """Every text that a change can make of this one."""
    return [change.applied_to(text) for change in changes.changes_of("a.cc", text)]


class Changes(unittest.TestCase):
    def test_operators_between_blanks(self):
        for before, after in [("a < b", "a <= b"), ("a >= b", "a > b"), ("a == b", "a != b"), ("a && b", "a || b"),
                              ("a + b", "a - b"), ("a % b", "a * b"), ("a += b", "a -= b"), ("a << b", "a >> b"),
                              ("a & b", "a | b")]:
            with self.subTest(before):
                self.assertEqual(changed(f"x = {before};"), [f"x = {after};"])

    def test_an_operator_at_the_end_of_a_line(self):
        self.assertEqual(changed("x = a &&\n    b;"), ["x = a ||\n    b;"])

    def test_brackets_of_templates_references_and_names_of_operators_stay(self):
        for text in ["std::vector<int> a;", "const A& a", "A&& a", "A* a", "bool operator==(const A&) const = default;",
                     "auto operator<=>(const A&) const;", "return *a;"]:
            with self.subTest(text):
                self.assertEqual(changed(text), [])

    def test_texts_comments_and_directives_stay(self):
        for text in ['x = "a < 1";', "x = '1';", 'x = R"sql(a < 1)sql";', "// a < 1", "/* a < 1\n 2 */", "#define A 1 \\\n  2\n",
                     "static_assert(a < 1);", "a.reserve(b + 1);", "enum class A : int { kB = 1, kC = 2 };",
                     'x = "a" + b + "c";']:
            with self.subTest(text):
                self.assertEqual(changed(text), [])

    def test_numbers_by_one(self):
        self.assertEqual(changed("x = 1'000;"), ["x = 1001;", "x = 999;"])
        self.assertEqual(changed("x = 0;"), ["x = 1;"])
        self.assertEqual(changed("x = 15min;"), ["x = 14min;", "x = 16min;"])
        self.assertEqual(changed("x = 0x10u;"), ["x = 0x11u;"])
        self.assertEqual(changed("x = 0.5;"), ["x = (0.5 + 1);", "x = (0.5 - 1);"])
        self.assertEqual(changed("x = 1e-3;"), ["x = (1e-3 + 1);", "x = (1e-3 - 1);"])

    def test_what_a_member_begins_with_stays_unless_it_says_something(self):
        header = "struct A { int a = 0; bool b = false; int c = 1; };"
        self.assertEqual([change.original for change in changes.changes_of("a.h", header)], ["1", "1"])
        self.assertEqual(changed("int a = 0;"), ["int a = 1;"])

    def test_words(self):
        self.assertEqual(changed("x = true;"), ["x = false;"])
        self.assertEqual(changed("x = std::min(a, b);"), ["x = std::max(a, b);"])
        self.assertEqual(changed("int min;"), [])
        self.assertEqual(changed("for (;;) continue;"), ["for (;;) break;"])

    def test_prefixes_are_dropped_and_steps_turned(self):
        self.assertEqual(changed("x = !a;"), ["x = a;"])
        self.assertEqual(changed("x = f(-a, b);"), ["x = f(a, b);"])
        self.assertEqual(changed("++a;"), ["--a;"])

    def test_calls_are_dropped_where_they_are_a_statement(self):
        self.assertEqual(changed("{ a.b->C(d, E(f)); }"), ["{ ; }"])
        self.assertEqual(changed("else C();"), ["else ;"])
        self.assertEqual(changed("a[i].push_back(b);"), [";"])
        for text in ["x = C();", "return C();", "CHECK(a);", "Money C(int a);", "Sum(a).Sort();"]:
            with self.subTest(text):
                self.assertEqual(changed(text), [])

    def test_a_condition_without_an_operator_is_negated(self):
        self.assertEqual(changed("if (a.empty()) return;"), ["if (!a.empty()) return;"])
        self.assertEqual(changed("if (!a) return;"), ["if (a) return;"])
        self.assertEqual(changed("if (const auto a = B()) return;"), [])

    def test_say_where_they_are_whatever_stands_above(self):
        first, second = changes.changes_of("a.cc", "int a;\n  return 1 + 1;\n")[0:3:2]
        self.assertEqual((first.line, first.source, first.name), (2, "return 1 + 1;", "`1` -> `0`"))
        above = changes.changes_of("a.cc", "\n\nint a;\n  return 1 + 1;\n")[0]
        self.assertEqual(first.key, above.key)
        self.assertNotEqual(first.key, second.key)

    def test_the_same_change_twice_in_lines_of_one_text_is_numbered(self):
        names = [change.name for change in changes.changes_of("a.cc", "x = a < b;\nx = a < b;\n")]
        self.assertEqual(names, ["`<` -> `<=`", "`<` -> `<=` #2"])


class Lists(unittest.TestCase):
    def test_of_changes_without_effect(self):
        text = "# What it is.\n\na/b.cc\n  x = a < b;\n    `<` -> `<=`: They differ.\n    `<` -> `<=` #2: So do these.\n"
        self.assertEqual(mutation.read_without_effect(text), {
            "a/b.cc\tx = a < b;\t`<` -> `<=`": "They differ.", "a/b.cc\tx = a < b;\t`<` -> `<=` #2": "So do these."})

    def test_a_change_without_a_reason_is_refused(self):
        with self.assertRaises(ValueError):
            mutation.read_without_effect("a/b.cc\n  x = a < b;\n    `<` -> `<=`:\n")

    def test_the_tree_has_no_entry_for_a_line_that_is_gone(self):
        domains = [mutation.Domain(mutation.TOP, name) for name in mutation.domains_of(mutation.TOP)]
        text = pathlib.Path(__file__).with_name("without_effect.txt").read_text()
        self.assertEqual(mutation.check_list(domains, mutation.TOP, mutation.read_without_effect(text)), [])


class Domains(unittest.TestCase):
    def test_know_their_own_tests_and_the_others(self):
        with tempfile.TemporaryDirectory() as folder:
            home = pathlib.Path(folder, "services/cart")
            (home / "domain").mkdir(parents=True)
            (home / "CMakeLists.txt").write_text(
                "octavo_test(cart_domain_test SOURCES domain/cart_test.cc DEPS octavo::cart)\n"
                "octavo_test(cart_service_test\n  SOURCES service_test.cc\n  DEPS octavo::cart)\n"
                "octavo_test(cart_crash_test SOURCES crash_test.cc DEPS octavo::cart LABELS process)\n")
            (home / "domain/cart.cc").write_text("int a = 1;\n")
            (home / "domain/cart_test.cc").write_text("int a = 2;\n")
            domain = mutation.Domain(pathlib.Path(folder), "cart")
            self.assertEqual((domain.own_tests, domain.other_tests), (["cart_domain_test"], ["cart_service_test"]))
            self.assertEqual({change.path for change in domain.changes(pathlib.Path(folder))}, {"services/cart/domain/cart.cc"})


class ResultsOfRuns(unittest.TestCase):
    def test_are_there_in_the_next_run(self):
        change, = changes.changes_of("a.cc", "x = a < b;")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "results.txt")
            mutation.Results(path).add(change, "before", "found by a_test")
            self.assertEqual(mutation.Results(path).verdict(change, "after"), "found by a_test")

    def test_what_lives_is_asked_again_once_the_service_has_changed(self):
        change, = changes.changes_of("a.cc", "x = a < b;")
        with tempfile.TemporaryDirectory() as folder:
            results = mutation.Results(pathlib.Path(folder, "results.txt"))
            results.add(change, "before", mutation.LIVES)
            self.assertEqual(results.verdict(change, "before"), mutation.LIVES)
            self.assertIsNone(results.verdict(change, "after"))


if __name__ == "__main__":
    unittest.main()
