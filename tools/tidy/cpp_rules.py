"""Rules about C++: banned calls, long functions, SQL outside of the stores, headers."""

import re

from source import Finding

FUNCTION_LINES_MAX = 60
TEST_FUNCTION_LINES_MAX = 100  # A test tells a story; it may take longer.

# (what is banned, what to use instead)
BANNED = [
    (r"\bstd::s?rand\s*\(|(?<![\w:.>])s?rand\s*\(", "octavo::Random (lib/base/random.h), which a test can seed"),
    (r"\brandom_device\b|\bmt19937", "octavo::Random (lib/base/random.h), which a test can seed"),
    (r"\bsystem_clock::now\b|\bgettimeofday\s*\(|(?<![\w:.>])time\s*\(\s*(nullptr|NULL|0)\s*\)",
     "octavo::Clock::Now (lib/base/clock.h), which a test can set"),
    (r"\b(steady_clock|high_resolution_clock)::now\b",
     "octavo::Clock::MonotonicNow (lib/base/clock.h), which a test can set"),
    (r"\bsleep_(for|until)\b|(?<![\w:.>])(u|nano)?sleep\s*\(",
     "waiting for the condition itself: a condition_variable, a latch, poll"),
    (r"\bthis_thread::yield\b", "octavo::WaitUntil (lib/testing/wait_until.h), which gives up after a minute"),
    (r"\b(secure_)?getenv\s*\(",
     "an option of the module (lib/runtime/options.h), which reads the environment and is in --help"),
    (r"\b(localtime|gmtime|asctime|ctime|strtok)\s*\(",
     "octavo::ToString(Timestamp) or <chrono>; this function is not thread-safe"),
    (r"(?<![\w:.>])(sprintf|strcpy|strcat|gets)\s*\(",
     "std::string, fmt::format or snprintf; this function knows no bounds"),
    (r"\bato(i|l|ll|f)\s*\(", "std::from_chars, which says when the text is no number"),
]

# What must not stand elsewhere may stand here, for the reason given.
MAY = [
    (r"lib/base/", ".", "it is where these calls live"),
    (r"lib/testing/wait_until.h", "yield", "it is where that call lives"),
    (r"examples/", ".", "they show plain gRPC to newcomers, without lib/"),
    (r"", r"Shutdown\(std::chrono::system_clock::now\(\)", "gRPC's Shutdown takes that clock and no other"),
    (r"", r"getenv\(\"OCTAVO_TEST_|getenv\(kVariable\)", "how a test learns of its surroundings"),
    (r"lib/runtime/service_manager\.cc", r"getenv\(", "systemd tells its programs by these names, which are no options of ours"),
]

SQL = re.compile(
    r"""^\s*(SELECT\s+(\S+\s*,|\S+\s+FROM) | INSERT\s+INTO | UPDATE\s+\w+\s+SET | DELETE\s+FROM
      | CREATE\s+(UNIQUE\s+)?(TABLE|INDEX) | ALTER\s+TABLE | WITH\s+\w+.*\bAS\s*\()""", re.DOTALL | re.VERBOSE)
SQL_BELONGS = re.compile(r"^lib/(db|testing)/|^bench/|^services/\w+/(sql_store|migrations)")


def check_banned_calls(tree):
    for file in tree:
        if not file.is_cpp:
            continue
        lines = file.text.split("\n")
        for pattern, instead in BANNED:
            for match in re.finditer(pattern, file.code):
                number = file.line_at(match.start())
                if not _may(file.path, lines[number - 1]):
                    yield Finding(file.path, number, f"{match[0].strip()}: use {instead}")


def _may(path, line):
    return any(re.match(where, path) and re.search(what, line) for where, what, _ in MAY)


DESIGNATED = re.compile(r"\{\s*\.\w+\s*=")


def check_try_in_lists(tree):
    """GCC does not destroy the finished members of a braced list that TRY's return leaves: they leak."""
    for file in tree:
        if not file.is_cpp:
            continue
        for match in DESIGNATED.finditer(file.code):
            for at in _tries_in_list(file.code, match.end()):
                yield Finding(file.path, file.line_at(at), "TRY behind another member of a braced list leaks that member "
                              "when it returns; give its value a name before the list")


def _tries_in_list(code, begin):
    """Where TRY( stands in the list whose first member's value begins at `begin`, that value left out."""
    depth = 0
    seen_comma = False
    for at in range(begin, len(code)):
        if code[at] in "({[":
            depth += 1
        elif code[at] in ")}]":
            depth -= 1
            if depth < 0:
                return
        elif code[at] == "," and depth == 0:
            seen_comma = True
        elif seen_comma and depth == 0 and code.startswith("TRY(", at):
            yield at


def check_function_length(tree):
    for file in tree:
        if not file.is_cpp:
            continue
        most = TEST_FUNCTION_LINES_MAX if file.is_test else FUNCTION_LINES_MAX
        for function in file.functions:
            if function.lines > most:
                yield Finding(file.path, function.line, f"{function.name} has {function.lines} lines; {most} are the "
                              "most, so take out a part that has a name of its own")


def check_sql(tree):
    for file in tree:
        if not file.is_cpp or file.is_test or SQL_BELONGS.search(file.path):
            continue
        for line, text in file.strings:
            if SQL.match(text):
                yield Finding(file.path, line, "SQL stands only in sql_store.* and migrations; add a verb to store.h")


ENUM_OF_ROW = re.compile(r"static_cast<[\w:]+>\(\w+(\.|->)Int\(")
STORES = re.compile(r"^services/\w+/sql_store")


def check_enums_of_rows(tree):
    """A number that is no enumerator goes through a switch unseen; a damaged row must end its request."""
    for file in tree:
        if not STORES.search(file.path):
            continue
        for match in ENUM_OF_ROW.finditer(file.code):
            if not re.match(r"static_cast<(std::|int|bool|double)", match[0]):
                yield Finding(file.path, file.line_at(match.start()), "use Row::OneOf(column, first, last), which takes a "
                              "number that is no enumerator for damage")


# A statement in its call, or a constant of another type than the rest.
SQL_STYLE = re.compile(r"\b(Execute|Query|QueryOne|QueryTheOne)\(\"[^\"]*\"\s*[,)]|"
                       r"\bconstexpr (char \w+\[\]|(const )?char\* \w+) =")


def check_sql_style(tree):
    for file in tree:
        if not STORES.search(file.path) or file.is_test:
            continue
        for match in SQL_STYLE.finditer(file.text):
            yield Finding(file.path, file.line_at(match.start()), "a statement is `constexpr std::string_view kVerb = …`, "
                          "beside its use")


UNCHECKED_ROW = re.compile(r"\bQueryOne(?=\()")


def check_unchecked_rows(tree):
    """A row that must be there can be lost; reading an empty optional is undefined."""
    for file in tree:
        if not file.is_cpp:
            continue
        for match in UNCHECKED_ROW.finditer(file.code):
            after = _behind_call(file.code, match.end())
            before = re.search(r"\*\w+(\.|->)$", file.code[:match.start()])
            if after.startswith(("->", ".value()")) or before:
                yield Finding(file.path, file.line_at(match.start()), "use QueryTheOne for a row that is always there; it "
                              "takes a lost one for damage")


def _behind_call(code, at):
    depth = 0
    for end in range(at, len(code)):
        depth += {"(": 1, ")": -1}.get(code[end], 0)
        if depth == 0:
            return code[end + 1:end + 9]
    return ""


def check_headers(tree):
    for file in tree:
        if not file.name.endswith(".h"):
            continue
        if "#pragma once" not in file.text:
            yield Finding(file.path, 1, "a header needs #pragma once")
        if not file.text.startswith("//"):
            yield Finding(file.path, 1, "a header begins with a comment: what it is and what may be relied on")
