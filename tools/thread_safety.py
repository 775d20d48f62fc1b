#!/usr/bin/env python3
"""Has Clang check the locks of lib/ (lib/base/mutex.h): who touches a guarded member holds its lock.

    tools/thread_safety.py BUILD_FOLDER

Reads how the files are compiled from BUILD_FOLDER/compile_commands.json, compiles nothing, prints what is wrong."""

import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

TREE = pathlib.Path(__file__).resolve().parent.parent
CLANG = "clang++-14"


def uses_locks(source):
    """Whether a file or a header of its own names a Mutex."""
    names = [source, *source.parent.glob("*.h")]
    return any("Mutex" in name.read_text(encoding="utf-8") for name in names)


def check(entry):
    given = shlex.split(entry["command"])
    flags = ["-std=c++20"]
    for i, word in enumerate(given):
        if word.startswith(("-I", "-D")):
            flags.append(word)
        elif word == "-isystem":
            flags += [word, given[i + 1]]
    command = [CLANG, *flags, "-fsyntax-only", "-Wthread-safety", "-Werror=thread-safety", entry["file"]]
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True, check=False)
    return done.stderr if done.returncode != 0 else ""


def main():
    entries = json.loads((pathlib.Path(sys.argv[1]) / "compile_commands.json").read_text(encoding="utf-8"))
    lib = TREE / "lib"
    wanted = []
    for entry in entries:
        source = pathlib.Path(entry["file"])
        if lib in source.parents and not source.stem.endswith("_test") and uses_locks(source):
            wanted.append(entry)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = [text for text in pool.map(check, wanted) if text]
    print("\n".join(complaints))
    print(f"{len(wanted)} files, {len(complaints)} to mend")
    return 1 if complaints or not wanted else 0


if __name__ == "__main__":
    sys.exit(main())
