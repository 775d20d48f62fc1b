"""Rules about where files are: every file has an owner."""

import re

from source import Finding

# What each folder at the top is for. A new one needs a line here and in ARCHITECTURE.md.
TOP_FOLDERS = {
    ".ci": "what a build server runs",
    ".github": "templates for the place where the code is hosted",
    "apps": "the programs that put modules together",
    "bench": "benchmarks",
    "cmake": "the build's functions and outside libraries",
    "demo": "the demo catalogue and readers",
    "deploy": "units, containers, manifests",
    "docs": "guides and decisions",
    "examples": "small programs to learn from",
    "lib": "what services stand on",
    "proto": "contracts",
    "recommender": "the engine",
    "services": "the services",
    "tests": "whole-shop scenarios",
    "tools": "import, load, house rules",
}
TOP_FILES = re.compile(
    r"""(README|ARCHITECTURE|CONTRIBUTING|CHANGELOG|SECURITY|LICENSE)(\.md)? | run | test
      | CMakeLists\.txt | CMakePresets\.json | buf\.yaml | package(-lock)?\.json
      | \.clang-(format|tidy) | \.git(ignore|attributes) | \.editorconfig | \.dockerignore""", re.VERBOSE)
NAMELESS = {"common", "util", "utils", "helper", "helpers", "misc"}
FOREIGN = re.compile(r"^proto/(google|opentelemetry)/")  # Published by others, with the folders that they chose.
BUILT = re.compile(r"^(lib|services|recommender|apps|tools|examples|bench|tests)/.*\.cc$")


def check_places(tree):
    for file in tree:
        parts = file.path.split("/")
        if len(parts) == 1 and not TOP_FILES.fullmatch(parts[0]):
            yield Finding(file.path, 1, "no file of this name is expected at the top of the tree; put it into the folder "
                          "that owns it")
        if len(parts) > 1 and parts[0] not in TOP_FOLDERS:
            yield Finding(file.path, 1, f"{parts[0]}/ is not a folder of the tree; tools/tidy/tree_rules.py lists them")
        for name in NAMELESS.intersection(parts[:-1]):
            if not FOREIGN.match(file.path):
                yield Finding(file.path, 1, f"a folder named {name} owns everything and nothing; name what is in it")


def check_owners(tree):
    """Every .cc is in a CMakeLists.txt of its folder or one above, every header is included, every proto is compiled."""
    builds = {file.folder: file.text for file in tree if file.name == "CMakeLists.txt"}
    included = {include.name for file in tree if file.is_cpp for include in file.includes}
    for file in tree:
        if BUILT.match(file.path) and not _is_built(file, builds):
            yield Finding(file.path, 1, "no CMakeLists.txt builds it; add it or delete it")
        if file.name.endswith(".h") and file.path not in included:
            yield Finding(file.path, 1, "nothing includes it; use it or delete it")
        if file.name.endswith(".proto") and file.path.startswith("proto/"):
            listed = file.path.removeprefix("proto/").removeprefix("classic/")
            if listed not in builds.get("proto", ""):
                yield Finding(file.path, 1, "proto/CMakeLists.txt does not compile it; add it or delete it")


def _is_built(file, builds):
    folder = file.folder
    while True:
        relative = file.path.removeprefix(folder + "/") if folder else file.path
        text = builds.get(folder, "")
        if re.search(rf"(?<![\w/.]){re.escape(relative)}(?!\w)", text) or _matches_pattern(relative, text):
            return True
        if not folder:
            return False
        folder = folder.rpartition("/")[0]


def _matches_pattern(relative, text):
    """Whether a loop builds it: cpp/${kind}_server.cc."""
    for name in re.findall(r"[\w/.-]*\$\{\w+\}[\w/.-]*\.cc", text):
        if re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", r"\\w+", re.escape(name)), relative):
            return True
    return False
