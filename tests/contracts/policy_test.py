"""What docs/contracts.md promises and buf does not check: whatever is deprecated says since when and until when, and every
version has its part in CHANGELOG.md."""

import datetime
import os
import pathlib
import re
import subprocess

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
DAYS_MIN = 180  # From the deprecation of something to its removal.
DATES = re.compile(r"Deprecated since (\d{4}-\d\d-\d\d), removed after (\d{4}-\d\d-\d\d)")
DEPRECATED = re.compile(r"\bdeprecated\s*=\s*true\b")


def undated(text):
    """The lines of a proto that deprecate something without saying for how long, in the comment above or beside it."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not DEPRECATED.search(line):
            continue
        first = number
        while first > 0 and (lines[first - 1].lstrip().startswith("//") or lines[first - 1].rstrip().endswith("{")):
            first -= 1
        dates = DATES.search(" ".join(part.strip().lstrip("/ ") for part in lines[first:number + 1]))
        since, until = map(datetime.date.fromisoformat, dates.groups()) if dates else (None, None)
        if not dates or (until - since).days < DAYS_MIN:
            found.append(number + 1)
    return found


def test_undated():
    dated = "// Deprecated since 2027-01-01, removed after {}: use b.\nstring a = 1 [deprecated = true];"
    assert undated(dated.format("2027-06-30")) == []
    assert undated(dated.format("2027-06-29")) == [2]
    assert undated("// Deprecated: use b.\nstring a = 1 [deprecated = true];") == [2]
    assert undated("// Deprecated since 2027-01-01,\n// removed after 2028-01-01: use T.\nrpc S(A) returns (B) {\n"
                   "  option deprecated = true;\n}") == []


def test_contracts():
    for path in sorted((SOURCE / "proto/octavo").rglob("*.proto")):
        lines = undated(path.read_text(encoding="utf-8"))
        assert not lines, (f"{path.relative_to(SOURCE)}, lines {lines}: the comment says \"Deprecated since YYYY-MM-DD, "
                           f"removed after YYYY-MM-DD: …\", at least {DAYS_MIN} days later")


def test_changelog():
    parts = re.findall(r"^## (\d+\.\d+\.\d+) — (\d{4}-\d\d-\d\d)$", (SOURCE / "CHANGELOG.md").read_text(encoding="utf-8"),
                       re.MULTILINE)
    versions = [tuple(map(int, version.split("."))) for version, _ in parts]
    assert versions == sorted(set(versions), reverse=True), f"CHANGELOG.md has the newest version first, each once: {parts}"
    ours = re.search(r"^project\(octavo VERSION (\S+)", (SOURCE / "CMakeLists.txt").read_text(encoding="utf-8"), re.MULTILINE)[1]
    tags = subprocess.run(["git", "tag", "--list", "v*"], cwd=SOURCE, text=True, capture_output=True, check=False).stdout.split()
    for version in {ours} | {tag.removeprefix("v") for tag in tags}:
        assert version in dict(parts), f"CHANGELOG.md has no part \"## {version} — date\""


def main():
    test_undated()
    test_contracts()
    test_changelog()


main()
