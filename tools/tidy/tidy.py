#!/usr/bin/python3
"""The house rules as a test: tidy.py [TOP] prints each breach with its place and what to do, and ends with 1 if there
are any."""

import pathlib
import sys

import cpp_rules
import include_rules
import proto_rules
import text_rules
import tree_rules
from source import read_tree

RULES = [
    include_rules.check_includes,
    cpp_rules.check_banned_calls,
    cpp_rules.check_function_length,
    cpp_rules.check_try_in_lists,
    cpp_rules.check_sql,
    cpp_rules.check_enums_of_rows,
    cpp_rules.check_sql_style,
    cpp_rules.check_unchecked_rows,
    cpp_rules.check_headers,
    proto_rules.check_rpcs,
    text_rules.check_text,
    text_rules.check_lock_file,
    text_rules.check_templates,
    tree_rules.check_places,
    tree_rules.check_owners,
]


def check(tree):
    return sorted((finding for rule in RULES for finding in rule(tree)), key=lambda f: (f.path, f.line, f.message))


def main():
    top = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    tree = read_tree(top)
    findings = check(tree)
    for finding in findings:
        print(finding)
    print(f"{len(tree)} files, {len(findings)} to mend")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
