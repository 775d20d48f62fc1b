"""Each rule of tidy finds what is planted for it, and says nothing about what is right."""

import pathlib
import tempfile
import unittest

import tidy
from source import File, read_tree

HEADER = "// What it is.\n#pragma once\n"


def findings(files):
    """What tidy says about a tree of these files."""
    tree = [File(path, text if isinstance(text, bytes) else text.encode()) for path, text in files.items()]
    return [f"{finding.path}:{finding.line}: {finding.message}" for finding in tidy.check(tree)]


def findings_of_one(path, text):
    """The same for a tree of one file, which nothing builds or includes."""
    return [found for found in findings({path: text}) if "add it or delete it" not in found and "use it or" not in found]


class TidyTest(unittest.TestCase):
    def assert_finds(self, path, text, line, words):
        """Exactly one finding, at that line, with these words."""
        found = findings_of_one(path, text)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(f"{path}:{line}: "), found)
        self.assertIn(words, found[0])

    def assert_clean(self, path, text):
        self.assertEqual(findings_of_one(path, text), [])


class Includes(TidyTest):
    def test_what_the_table_forbids(self):
        for path, include, words in [
                ("lib/base/x.cc", "lib/db/database.h", "base may include base"),
                ("lib/obs/x.cc", "lib/rpc/call.h", "obs may include base obs"),
                ("lib/rpc/x.cc", "lib/runtime/module.h", "rpc may include"),
                ("lib/runtime/x.cc", "services/cart/module.h", "runtime may include"),
                ("lib/db/x_test.cc", "services/cart/store.h", "db may include"),
                ("recommender/x.cc", "lib/db/database.h", "recommender may include"),
                ("services/cart/domain/x.cc", "services/cart/store.h", "domain may include base calendar domain"),
                ("services/cart/domain/x.cc", "lib/db/database.h", "domain may include"),
                ("services/cart/memory_store.cc", "lib/db/database.h", "store may include"),
                ("services/cart/service.cc", "services/cart/sql_store.h", "service may include"),
                ("services/cart/service.cc", "lib/db/database.h", "service may include"),
                ("services/cart/checkout.cc", "lib/rpc/client.h", "own may include"),
                ("services/cart/domain/x.cc", "lib/rpc/limits.h", "domain may include"),
                ("services/cart/service.cc", "services/catalog/store.h", "services speak proto"),
                ("services/cart/service_test.cc", "services/catalog/domain/book.h", "services speak proto"),
                ("services/marketplace/pages/home.cc", "services/catalog/domain/book.h", "services speak proto"),
                ("services/marketplace/pages/home.cc", "lib/db/database.h", "marketplace may include"),
                ("tests/x_test.cc", "bench/cart/load.h", "tests may include"),
                ("examples/cpp/x.cc", "lib/base/result.h", "examples may include nothing"),
                ("lib/base/x.cc", "result.h", "not a path from the top"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_finds(path, f'#include <string>\n#include "{include}"\n', 2, words)

    def test_what_the_table_allows(self):
        for path, include in [
                ("lib/db/x.cc", "lib/base/result.h"),
                ("lib/runtime/x.cc", "lib/rpc/service.h"),
                ("services/cart/checkout.cc", "lib/rpc/limits.h"),
                ("lib/base/x_test.cc", "lib/testing/matchers.h"),
                ("services/cart/sql_store.cc", "lib/db/database.h"),
                ("services/cart/service.cc", "services/cart/domain/cart.h"),
                ("services/cart/service_test.cc", "services/cart/memory_store.h"),
                ("services/cart/store_contract_test.cc", "services/cart/sql_store.h"),
                ("services/cart/module.cc", "services/cart/sql_store.h"),
                ("services/marketplace/pages/home.cc", "services/marketplace/site.h"),
                ("apps/octavo/main.cc", "services/cart/module.h"),
                ("apps/octavo/audit/stores.cc", "services/cart/sql_store.h"),
                ("tests/x_test.cc", "services/cart/module.h"),
                ("tests/x_test.cc", "services/cart/sql_store.h"),
        ]:
            with self.subTest(path=path, include=include):
                self.assert_clean(path, f'#include "{include}"\n')

    def test_grpc_and_protobuf_stay_in_the_adapters(self):
        for path in ["lib/base/x.cc", "lib/db/x.cc", "lib/obs/x.cc", "recommender/x.cc", "services/cart/domain/x.cc",
                     "services/cart/sql_store.cc", "services/cart/memory_store.cc", "services/cart/expiry.cc"]:
            for include in ["<grpcpp/grpcpp.h>", "<google/protobuf/message.h>", '"octavo/cart/v1/cart.pb.h"']:
                with self.subTest(path=path, include=include):
                    self.assert_finds(path, f"#include {include}\n", 1, "free of gRPC and protobuf")
        for path in ["lib/rpc/x.cc", "services/cart/service.cc", "services/cart/module.cc", "services/cart/service_test.cc",
                     "services/marketplace/pages/home.cc"]:
            with self.subTest(path=path):
                self.assert_clean(path, '#include <grpcpp/grpcpp.h>\n#include "octavo/cart/v1/cart.pb.h"\n')


class BannedCalls(TidyTest):
    def test_are_found_with_what_to_use_instead(self):
        for call, words in [
                ("std::rand()", "octavo::Random"),
                ("std::random_device seed;", "octavo::Random"),
                ("std::mt19937 generator;", "octavo::Random"),
                ("auto now = std::chrono::system_clock::now();", "octavo::Clock::Now"),
                ("auto now = time(nullptr);", "octavo::Clock::Now"),
                ("auto now = std::chrono::steady_clock::now();", "MonotonicNow"),
                ("std::this_thread::sleep_for(1s);", "waiting for the condition"),
                ("usleep(10);", "waiting for the condition"),
                ("while (!done) std::this_thread::yield();", "octavo::WaitUntil"),
                ("std::getenv(\"HOME\");", "an option of the module"),
                ("gmtime(&now);", "not thread-safe"),
                ("sprintf(buffer, format);", "no bounds"),
                ("atoi(text);", "std::from_chars"),
        ]:
            with self.subTest(call=call):
                self.assert_finds("lib/db/x.cc", f"void F() {{\n  {call}\n}}\n", 2, words)

    def test_stand_where_they_belong(self):
        self.assert_clean("lib/base/clock.cc", "auto Now() { return std::chrono::system_clock::now(); }\n")
        self.assert_clean("lib/rpc/x_test.cc", "void F() { server->Shutdown(std::chrono::system_clock::now() + 5s); }\n")

    def test_in_comments_strings_and_longer_names_are_something_else(self):
        self.assert_clean("lib/db/x.cc", "// Never std::rand().\n/* usleep(1) */\n"
                          "auto a = \"sleep_for(\";\nauto b = R\"(getenv()\";\n"
                          "auto c = call.time(0) + Operand() + 'x' + 1'000;\nvoid my_usleep();\n")


class SqlStyle(TidyTest):
    def test_statements_that_are_no_constant_or_of_another_type(self):
        for line in ['t.Execute("DELETE FROM carts");', 'constexpr char kDelete[] = "DELETE FROM carts";',
                     'constexpr const char* kDelete = "DELETE FROM carts";']:
            with self.subTest(line=line):
                self.assert_finds("services/cart/sql_store.cc", f"int a;\n{line}\n", 2, "std::string_view kVerb")

    def test_others(self):
        self.assert_clean("services/cart/sql_store.cc",
                          'constexpr std::string_view kDelete = "DELETE FROM carts";\nint a = t.Execute(kDelete, "c-7");\n')


class UncheckedRows(TidyTest):
    def test_are_found(self):
        for use in ["t.QueryOne(kSum, Of(a))->Int(0)", "ToOrder(*t.QueryOne(kFind, key))", "t->QueryOne(kSum).value()"]:
            with self.subTest(use=use):
                self.assert_finds("services/cart/sql_store.cc", f"auto a =\n    {use};\n", 2, "QueryTheOne")

    def test_a_row_that_may_not_be_there_is_right(self):
        self.assert_clean("services/cart/sql_store.cc", "const auto row = t.QueryOne(kFind, key);\n"
                          "auto a = t.QueryTheOne(kSum).Int(0);\nbool b = t.QueryOne(kFind).has_value();\n")


class TryInLists(TidyTest):
    def test_behind_another_member_is_found(self):
        self.assert_finds("lib/rpc/x.cc", "A F() {\n  return A{.name = Name(),\n           .age = TRY(Age())};\n}\n", 3,
                          "TRY behind another member")

    def test_in_the_first_member_before_the_list_or_in_a_function_of_its_own_is_right(self):
        for line in ["const int age = TRY(Age());", "return A{.age = TRY(Age()), .name = name};",
                     "return A{.name = name, .age = [] { return TRY(Age()); }};"]:
            self.assert_clean("lib/rpc/x.cc", "A F() {\n  " + line + "\n}\n")


class Functions(TidyTest):
    def test_too_long_is_found_at_its_beginning(self):
        body = "  Work();\n" * 59
        for head in ["void Service::Long(int a)", "Service::Service(int a) : a_{a}, b_(a)", "auto Long() -> int",
                     "bool operator==(const A& a) const", "template <typename T>\nT Long(T t) noexcept"]:
            with self.subTest(head=head):
                text = f"namespace x {{\nclass A {{\n public:\n{head} {{\n{body}}}\n}};\n}}\n"
                self.assert_finds("lib/db/x.cc", text, 4 + head.count("\n"), "has 61 lines")

    def test_as_long_as_allowed_is_right(self):
        self.assert_clean("lib/db/x.cc", "void F() {\n" + "  Work();\n" * 58 + "}\n")
        self.assert_clean("lib/db/x_test.cc", "TEST(A, B) {\n" + "  Work();\n" * 98 + "}\n")

    def test_tables_and_classes_may_be_long(self):
        self.assert_clean("lib/db/x.cc", "const Row kRows[] = {\n" + "  {\"a\", F(1)},\n" * 80 + "};\n")
        self.assert_clean("lib/db/x.cc", "class A {\n" + "  void F() { G(); }\n" * 80 + "};\n")

    def test_braces_in_strings_do_not_count(self):
        self.assert_clean("lib/db/x.cc", "void F() {\n  Print(\"{\"); Print('{');  // {\n}\n" + "void G() {}\n" * 70)


class Sql(TidyTest):
    def test_outside_of_the_stores_is_found(self):
        for statement in ["SELECT id FROM books", "INSERT INTO books VALUES ($1)", "UPDATE books SET title = $1",
                          "DELETE FROM books", "CREATE TABLE books (id INTEGER)"]:
            with self.subTest(statement=statement):
                self.assert_finds("services/cart/service.cc", f"auto a =\n    \"{statement}\";\n", 2, "SQL stands only")
        self.assert_finds("services/cart/module.cc", "auto a = R\"(\n  SELECT id\n  FROM books)\";\n", 1, "SQL stands only")

    def test_in_a_store_is_right_and_so_is_prose(self):
        self.assert_clean("services/cart/sql_store.cc", "auto a = \"SELECT id FROM carts\";\n")
        self.assert_clean("services/cart/service.cc", "auto a = \"Select a book from the list\";\n")


class Texts(TidyTest):
    def test_lines_and_ends(self):
        self.assert_finds("lib/db/x.cc", "// " + "x" * tidy.text_rules.COLUMNS_MAX + "\n", 1, "columns")
        self.assert_finds("lib/db/x.cc", "int a;\nint b; \n", 2, "blanks at the end")
        self.assert_finds("lib/db/x.cc", "int a;\nint b;", 2, "has no end")
        self.assert_finds("docs/x.md", "one\ntwo\r\n", 2, "LF, not CRLF")
        self.assert_clean("lib/db/x.cc", "// " + "ü" * (tidy.text_rules.COLUMNS_MAX - 3) + "\n")
        self.assert_clean("docs/x.png", b"\0\r\n  \n\r\n")

    def test_a_todo_has_an_issue(self):
        self.assert_finds("lib/db/x.cc", "// TODO: later\n", 1, "number of its issue")
        self.assert_finds("docs/x.md", "<!-- FIXME -->\n", 1, "number of its issue")
        self.assert_clean("lib/db/x.cc", "// TODO(#12): when there are two.\n// mkdtemp wants XXXXXX; a TODO is none.\n")

    def test_nothing_of_one_machine_leaks(self):
        self.assert_finds("docs/x.md", "see /home/ann/octavo\n", 1, "a path of one machine")
        self.assert_finds("cmake/x.cmake", "set(A /root/x)\n", 1, "a path of one machine")
        self.assert_finds("docs/x.md", "https://ann:secret@example.org/\n", 1, "a password")
        self.assert_finds("docs/x.md", "http://10.1.2.3/debian\n", 1, "private network")
        self.assert_finds("package-lock.json", '{"resolved": "https://npm.example.org/a.tgz"}\n', 1, "package mirror")
        self.assert_clean("docs/x.md", "postgresql://octavo@127.0.0.1/shop, ~/octavo, http://127.0.0.1:8080/\n")

    def test_a_template_escapes(self):
        for name in ["templates/home.tpl", "templates/parts/card.tpl"]:
            with self.subTest(name=name):
                self.assert_finds(f"services/marketplace/{name}", "<p>{{TITLE}}</p>\n", 1, "AUTOESCAPE")
                self.assert_clean(f"services/marketplace/{name}", '{{%AUTOESCAPE context="HTML"}}\n<p>{{TITLE}}</p>\n')


class Protos(TidyTest):
    PATH = "proto/octavo/cart/v1/cart.proto"

    def test_an_rpc_says_what_it_does_how_it_fails_and_what_repeating_does(self):
        access = "    option (octavo.type.v1.access) = {owner: \"name\"};\n"
        rpc = "  rpc AddItem(AddItemRequest) returns (Cart) {\n" + access + "  }\n"
        bare = "  // Adds. Repeating it adds again.\n  // Errors as GetCart.\n  rpc AddItem(AddItemRequest) returns (Cart) {}\n"
        self.assert_finds(self.PATH, bare, 3, "who may call it")
        self.assert_finds(self.PATH, f"service Cart {{\n{rpc}}}\n", 2, "AddItem lacks its effect")
        self.assert_finds(self.PATH, f"  // Errors: none of its own. Repeating it succeeds.\n{rpc}", 2, "its effect")
        self.assert_finds(self.PATH, f"  // Adds. Repeating it succeeds.\n{rpc}", 2, "Errors:")
        self.assert_finds(self.PATH, f"  // Adds.\n  // Errors: none of its own.\n{rpc}", 3, "repeating")
        self.assert_clean(self.PATH, f"  // Adds. Repeating it adds again.\n  // Errors as GetCart.\n{rpc}")
        options = access + "    option idempotency_level = IDEMPOTENT;\n"
        self.assert_clean(self.PATH, f"  // Adds. Errors: none of its own.\n{rpc.replace(access, options)}")
        self.assert_clean("proto/classic/unary.proto", rpc)


class Places(TidyTest):
    def test_unknown_places_are_found(self):
        self.assert_finds("notes.txt", "x\n", 1, "at the top of the tree")
        self.assert_finds("stuff/x.md", "x\n", 1, "not a folder of the tree")
        self.assert_finds("docs/misc/x.md", "x\n", 1, "a folder named misc")

    def test_a_header_says_what_it_is(self):
        self.assertIn("lib/db/x.h:1: a header needs #pragma once", findings({"lib/db/x.h": "// What it is.\n"}))
        self.assertIn("lib/db/x.h:1: a header begins with a comment: what it is and what may be relied on",
                      findings({"lib/db/x.h": "#pragma once\n"}))

    def test_every_file_has_an_owner(self):
        files = {
            "lib/db/CMakeLists.txt": "octavo_library(db SOURCES database.cc)\n",
            "lib/db/database.cc": '#include "lib/db/database.h"\n',
            "lib/db/database.h": HEADER,
            "examples/CMakeLists.txt": "octavo_binary(a SOURCES cpp/${kind}_server.cc)\n",
            "examples/cpp/unary_server.cc": "int main() {}\n",
            "proto/CMakeLists.txt": "octavo_proto(cart PROTOS octavo/cart/v1/cart.proto)\n",
            "proto/octavo/cart/v1/cart.proto": "// The cart.\n",
        }
        self.assertEqual(findings(files), [])
        files |= {"lib/db/base.cc": "int a;\n", "lib/db/old.h": HEADER, "proto/octavo/cart/v1/old.proto": "// Old.\n"}
        self.assertEqual(findings(files), [
            "lib/db/base.cc:1: no CMakeLists.txt builds it; add it or delete it",
            "lib/db/old.h:1: nothing includes it; use it or delete it",
            "proto/octavo/cart/v1/old.proto:1: proto/CMakeLists.txt does not compile it; add it or delete it",
        ])


class Tree(unittest.TestCase):
    def test_is_read_without_what_is_built(self):
        with tempfile.TemporaryDirectory() as folder:
            for path in ["lib/a.h", "build/dev/b.h", "node_modules/c/c.h"]:
                file = pathlib.Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(HEADER)
            self.assertEqual([file.path for file in read_tree(folder)], ["lib/a.h"])


unittest.main()
