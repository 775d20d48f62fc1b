"""The files that tidy looks at, and C++ as tidy sees it: code without comments and strings, includes, functions."""

import dataclasses
import functools
import pathlib
import re
import subprocess

IGNORED_FOLDERS = {"build", "data", "node_modules", "__pycache__", ".git", ".cache"}


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


@dataclasses.dataclass(frozen=True)
class Include:
    line: int
    name: str
    is_ours: bool  # In quotes, and not made from a proto.


@dataclasses.dataclass(frozen=True)
class Function:
    line: int
    name: str
    lines: int


class File:
    """One file of the tree. `path` is relative to its top, with slashes."""

    def __init__(self, path, content):
        self.path = path
        self.content = content

    @functools.cached_property
    def name(self):
        return self.path.rsplit("/", 1)[-1]

    @functools.cached_property
    def folder(self):
        return self.path.rsplit("/", 1)[0] if "/" in self.path else ""

    @functools.cached_property
    def is_text(self):
        return b"\0" not in self.content

    @functools.cached_property
    def text(self):
        return self.content.decode("utf-8", errors="replace")

    @functools.cached_property
    def is_cpp(self):
        return self.name.endswith((".h", ".cc"))

    @functools.cached_property
    def is_test(self):
        """Tests and what only tests use, which stands beside them."""
        return bool(re.search(r"(^|/)(tests|testing|bench)/|_test\.|(^|/)(test|fake)_\w+\.|_contract\.", self.path))

    @functools.cached_property
    def code(self):
        """C++ with every comment and the inside of every string blanked out; lines stay where they are."""
        return _TOKENS.sub(_blank, self.text)

    @functools.cached_property
    def strings(self):
        """(line, content) of every string literal."""
        found = []
        for token in _TOKENS.finditer(self.text):
            literal = token["raw"] if token["raw"] is not None else token["string"]
            if literal is not None:
                found.append((self.line_at(token.start()), literal))
        return found

    @functools.cached_property
    def includes(self):
        found = []
        for match in re.finditer(r'^#include ([<"])([^>"]+)[>"]', self.text, re.MULTILINE):
            is_ours = match[1] == '"' and not match[2].endswith(".pb.h")
            found.append(Include(self.line_at(match.start()), match[2], is_ours))
        return found

    @functools.cached_property
    def functions(self):
        return list(_functions(self))

    def line_at(self, offset):
        return self.text.count("\n", 0, offset) + 1


_TOKENS = re.compile(
    r"""//[^\n]* | /\*.*?\*/
      | R"(?P<mark>[^()\s\\]{0,16})\((?P<raw>.*?)\)(?P=mark)"
      | "(?P<string>(?:\\.|[^"\\\n])*)"
      | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.DOTALL | re.VERBOSE)


def _blank(token):
    text = token[0]
    if text.startswith(("//", "/*")):
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


def _functions(file):
    """The outermost function bodies, found by their braces: `{` behind a `(` where only namespaces and classes are
    open."""
    code = file.code
    # For each open brace: None for a namespace or class, (name, place) for a function, "" for anything else.
    open_braces = []
    begin = 0  # Where the text that belongs to the next brace begins.
    for match in re.finditer(r"[{};]", code):
        at, what = match.start(), match[0]
        if what == "{":
            head = re.sub(r"^\s*#.*$", "", code[begin:at], flags=re.MULTILINE)
            open_braces.append(_kind(head, at) if all(brace is None for brace in open_braces) else "")
        elif what == "}" and open_braces:
            kind = open_braces.pop()
            if isinstance(kind, tuple):
                name, start = kind
                yield Function(file.line_at(start), name, code.count("\n", start, at) + 1)
        begin = at + 1


def _kind(head, at):
    if re.search(r"\b(namespace|extern)\b", head) or re.search(r"\b(class|struct|union|enum)\b[^()]*$", head):
        return None
    name = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
    return (name[1], at) if name else ""


def read_tree(top):
    """Every file that git knows or would take in; without git, every file outside of the ignored folders."""
    top = pathlib.Path(top)
    if (top / ".git").exists():
        listed = subprocess.run(["git", "-C", top, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
                                capture_output=True, check=True).stdout.decode()
        paths = sorted({path for path in listed.split("\0") if path and (top / path).is_file()})
    else:
        paths = sorted(path.relative_to(top).as_posix() for path in top.rglob("*")
                       if path.is_file() and not IGNORED_FOLDERS.intersection(path.relative_to(top).parts))
    return [File(path, (top / path).read_bytes()) for path in paths]
