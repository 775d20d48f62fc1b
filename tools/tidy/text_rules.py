"""Rules about the text of any file: lines, ends, TODOs, what must not leak, templates."""

import re

from source import Finding

COLUMNS_MAX = 130
CODE = (".h", ".cc", ".py", ".mjs", ".js", ".proto", ".cmake", ".sh", ".sql", ".css")
CODE_NAMES = {"CMakeLists.txt", "run", "test"}

TODO = re.compile(r"(//|#|/\*|--|\{\{!)\s*(TODO|FIXME|XXX)\b(?! ?\(#\d+)")
# Written by others, kept as it is.
FOREIGN = re.compile(r"(^|/)(package-lock\.json|LICENSE[^/]*)$|\.min\.js$|/static/(vendor/|htmx)|\.svg$|^tests/fuzz/corpus/")

LEAKS = [
    (re.compile(r"(?<![\w.$}~])/(home|Users|work|workspace|mnt)/[a-z]|(?<![\w.$}~])/root/"), "a path of one machine"),
    (re.compile(r"https?://[^\s/@\"']+:[^\s/@\"']+@"), "a password in an address"),
    (re.compile(r"https?://(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)"), "an address of a private network"),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b"), "a secret"),
]
REGISTRY = re.compile(r'"resolved": "(?!https://registry\.npmjs\.org/)')


def check_text(tree):
    for file in tree:
        if not file.is_text or FOREIGN.search(file.path):
            continue
        yield from _check_ends(file)
        for number, line in enumerate(file.text.split("\n"), start=1):
            yield from _check_line(file, number, line)


def _check_ends(file):
    if "\r\n" in file.text:
        line = file.line_at(file.text.index("\r\n"))
        yield Finding(file.path, line, "lines end with LF, not CRLF")
    if file.text and not file.text.endswith("\n"):
        yield Finding(file.path, file.line_at(len(file.text)), "the last line has no end")


def _check_line(file, number, line):
    is_code = file.name.endswith(CODE) or file.name in CODE_NAMES
    if is_code and len(line) > COLUMNS_MAX:
        yield Finding(file.path, number, f"{len(line)} columns; {COLUMNS_MAX} fit")
    if is_code and line != line.rstrip():
        yield Finding(file.path, number, "blanks at the end of the line")
    if TODO.search(line) and not file.path.startswith("tools/tidy/"):
        yield Finding(file.path, number, "a TODO has the number of its issue: TODO(#12)")
    for pattern, what in LEAKS:
        if pattern.search(line) and not file.path.startswith("tools/tidy/"):
            yield Finding(file.path, number, f"{what}: take it out")


def check_lock_file(tree):
    """package-lock.json names no registry but npm's own."""
    for file in tree:
        if file.name == "package-lock.json":
            for match in REGISTRY.finditer(file.text):
                yield Finding(file.path, file.line_at(match.start()), "the address of a package mirror: take it out")


def check_templates(tree):
    for file in tree:
        if re.match(r"services/marketplace/(\w+/)*templates/.*\.(tpl|html)$", file.path):
            if not re.match(r"\s*\{\{%AUTOESCAPE context=\"(HTML|XML|JSON|JAVASCRIPT|CSS)\"", file.text):
                yield Finding(file.path, 1, 'a template begins with {{%AUTOESCAPE context="HTML"}} or another context')
