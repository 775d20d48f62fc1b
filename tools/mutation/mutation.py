#!/usr/bin/python3
"""Asks of every small change in a domain whether a test finds it: mutation.py [options] [DOMAIN…]

A domain is the name of a service, for services/NAME/domain/, or recommender; without one, all of them. Each change of one token
(changes.py says which) is made in a copy of the tree, the domain's own tests are built with it and run, and then, unless they
found it, the other tests of that service, with SQLite alone. A change that does not compile does not count. One that cannot alter
behaviour stands in without_effect.txt with the reason. What remains lives: there a test is missing, or nobody needs the code.

  --own          only the domain's own tests
  --list         the changes, without making them
  --fresh        asks again what is known; otherwise a change that was found stays found, and one that lives is asked again once
                 the service's files have changed
  --every N      one change of N, spread over all files: enough to estimate the share of a large domain
  --at-least X   ends with 1 when a domain's share of found changes is below X

Everything is in build/mutation: the copy, its build, and results.txt, from which a run that was stopped goes on. One compiler or
test runs at a time, at low priority."""

import argparse
import hashlib
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

import changes as changes_of_files

TOP = pathlib.Path(__file__).resolve().parents[2]
MEMORY_BYTES_MAX = 6 << 30  # Of a test: a change may make a loop that never ends.
BUILD_SECONDS_MAX = 1800
DOES_NOT_COMPILE = "does not compile"
LIVES = "lives"
TEST = re.compile(r"octavo_test\((\w+)\s+SOURCES\s+([^)]*?)\s+DEPS\s+([^)]*)\)")


class Domain:
    """A folder of rules with the tests that may find a change in it."""

    def __init__(self, top, name):
        self.name = name
        self.home = "recommender" if name == "recommender" else f"services/{name}"
        self.folder = self.home if name == "recommender" else f"{self.home}/domain"
        self.own_tests, self.other_tests = _tests_of(top / self.home, self.folder.removeprefix(self.home).strip("/"))

    def changes(self, top):
        """Those of headers last: more is compiled for them."""
        for path in sorted((top / self.folder).iterdir(), key=lambda path: (path.suffix == ".h", path)):
            if path.suffix in (".cc", ".h") and not path.name.endswith("_test.cc"):
                yield from changes_of_files.changes_of(path.relative_to(top).as_posix(), path.read_text())

    def fingerprint(self, top):
        """Of all files of the service: what lives may be found after any of them has changed."""
        hashed = hashlib.sha256()
        for path in sorted((top / self.home).rglob("*")):
            if path.suffix in (".cc", ".h", ".sql", ".txt"):
                hashed.update(path.read_bytes())
        return hashed.hexdigest()[:16]


def _tests_of(home, domain_folder):
    """The names of the domain's own tests and of the others, from the lists of the build."""
    own, others = [], []
    for lists in sorted(home.rglob("CMakeLists.txt")):
        folder = lists.parent.relative_to(home).as_posix().removeprefix(".")
        for name, sources, rest in TEST.findall(lists.read_text()):
            paths = [f"{folder}/{source}".strip("/") for source in sources.split()]
            if "process" in rest.split():
                continue
            (own if all(path.startswith(domain_folder) for path in paths) else others).append(name)
    return own, others


def domains_of(top):
    return [path.parent.name for path in sorted(top.glob("services/*/domain"))] + ["recommender"]


def read_without_effect(text):
    """{key of a change: reason}. A path stands alone in its line, below it each line of code by two blanks, below that its
    changes by four: `>` -> `>=`: the reason."""
    reasons = {}
    path = source = None
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith("  "):
            path = line.strip()
        elif not line.startswith("    "):
            source = line.strip()
        else:
            match = re.fullmatch(r"\s+(`[^`]*` -> `[^`]*`(?: #\d+)?): (.+)", line)
            if match is None:
                raise ValueError(f"not a change with its reason: {line}")
            reasons[f"{path}\t{source}\t{match[1]}"] = match[2]
    return reasons


class Results:
    """What is known of each change. One line each: verdict, fingerprint of the service, key; of several lines the last counts."""

    def __init__(self, path):
        self._path = path
        self._known = {}
        if path.exists():
            for line in path.read_text().splitlines():
                verdict, fingerprint, key = line.split("\t", 2)
                self._known[key] = (verdict, fingerprint)

    def verdict(self, change, fingerprint):
        """None: to be asked."""
        verdict, of = self._known.get(change.key, (None, None))
        return None if verdict is None or (verdict.startswith(LIVES) and of != fingerprint) else verdict

    def last_verdict(self, change):
        return self._known.get(change.key, (None, None))[0]

    def add(self, change, fingerprint, verdict):
        self._known[change.key] = (verdict, fingerprint)
        with self._path.open("a") as file:
            file.write(f"{verdict}\t{fingerprint}\t{change.key}\n")


class Workshop:
    """A copy of the tree and its build, in which changes are made."""

    def __init__(self, top, folder):
        self._top = top
        self.tree = folder / "tree"
        self._build = self.tree / "build/mutation"
        self._ninja = ["ninja", "-C", str(self._build), "-j1"]
        self._temporary = folder / "tmp"
        self._programs = {}  # Of each test.
        self._seconds = {}   # That a test takes without a change.

    def copy(self):
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=self._top,
                                check=True, capture_output=True, text=True).stdout
        paths = {path for path in listed.split("\0") if path and (self._top / path).is_file()}
        for path in paths:
            source, target = self._top / path, self.tree / path
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                shutil.copymode(source, target)
        for target in list(self.tree.rglob("*")):
            path = target.relative_to(self.tree)
            if path.parts[0] != "build" and target.is_file() and path.as_posix() not in paths:
                target.unlink()

    def prepare(self, tests):
        """Builds and runs the tests without a change; ends the program when that fails."""
        self._run_or_end(["cmake", "--preset", "mutation"])
        self._run_or_end([*self._ninja, *tests])
        for test in tests:
            self._programs[test] = next(path for path in self._build.rglob(test) if path.is_file())
            began = time.monotonic()
            if not self._passes(test, seconds_max=600):
                sys.exit(f"without any change this fails or takes ten minutes: {self._programs[test]}")
            self._seconds[test] = time.monotonic() - began

    def verdict(self, change, tests):
        path = self.tree / change.path
        text = path.read_text()
        path.write_text(change.applied_to(text))
        try:
            for test in tests:
                built = subprocess.run([*self._ninja, test], capture_output=True, timeout=BUILD_SECONDS_MAX)
                if built.returncode != 0:
                    return DOES_NOT_COMPILE
                if not self._passes(test, seconds_max=max(20.0, 10 * self._seconds[test])):
                    return f"found by {test}"
            return LIVES
        finally:
            path.write_text(text)

    def _run_or_end(self, command):
        ran = subprocess.run(command, cwd=self.tree, capture_output=True, text=True)
        if ran.returncode != 0:
            sys.exit((ran.stdout + ran.stderr)[-8000:])

    def _passes(self, test, seconds_max):
        shutil.rmtree(self._temporary, ignore_errors=True)
        self._temporary.mkdir(parents=True)
        environment = os.environ | {"OCTAVO_TEST_SOURCE_DIR": str(self.tree), "TMPDIR": str(self._temporary),
                                    "OCTAVO_TEST_BINARY_DIR": str(self._build / "bin")}
        child = subprocess.Popen([self._programs[test], "--gtest_fail_fast", "--gtest_filter=-*Postgres*"],
                                 cwd=self._temporary, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, start_new_session=True, preexec_fn=_limit_memory)
        try:
            return child.wait(seconds_max) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()


def _limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def ask(domain, workshop, results, without_effect, options):
    tests = domain.own_tests + ([] if options.own else domain.other_tests)
    fingerprint = domain.fingerprint(workshop.tree) + (".own" if options.own else "")
    asked = [change for change in list(domain.changes(workshop.tree))[::options.every]
             if change.key not in without_effect and (options.fresh or results.verdict(change, fingerprint) is None)]
    print(f"{domain.name}: {len(asked)} changes to ask of {', '.join(tests)}", flush=True)
    if not asked:
        return
    workshop.prepare(tests)
    for done, change in enumerate(asked, start=1):
        began = time.monotonic()
        verdict = workshop.verdict(change, tests)
        results.add(change, fingerprint, verdict)
        print(f"[{done}/{len(asked)}, {time.monotonic() - began:.1f} s] {verdict}: {change}", flush=True)


def report(domain, tree, results, without_effect):
    """Prints what lives and the share that was found; gives the share, 1 if nothing counts."""
    changes = list(domain.changes(tree))
    verdicts = {change: "without effect" if change.key in without_effect else results.last_verdict(change) for change in changes}
    for change, verdict in verdicts.items():
        if verdict == LIVES:
            print(f"lives: {change}")
    verdicts = list(verdicts.values())
    lives, unknown = verdicts.count(LIVES), verdicts.count(None)
    not_compiled, no_effect = verdicts.count(DOES_NOT_COMPILE), verdicts.count("without effect")
    found = len(changes) - lives - unknown - not_compiled - no_effect
    share = found / (found + lives) if found + lives else 1.0
    print(f"{domain.name}: {found} of {found + lives} found ({share:.3f}); {not_compiled} do not compile, "
          f"{no_effect} have no effect, {unknown} not asked yet")
    return share


def check_list(domains, tree, without_effect):
    """Entries for lines that are no longer there."""
    keys = {change.key for domain in domains for change in domain.changes(tree)}
    folders = tuple(domain.folder + "/" for domain in domains)
    return [key for key in without_effect if key.startswith(folders) and key not in keys]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("domains", nargs="*", metavar="DOMAIN")
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    parser.add_argument("--at-least", type=float, default=0.0, metavar="X")
    options = parser.parse_args()
    known = domains_of(TOP)
    if set(options.domains) - set(known):
        parser.error(f"the domains are {', '.join(known)}")
    domains = [Domain(TOP, name) for name in options.domains or known]
    without_effect = read_without_effect(pathlib.Path(__file__).with_name("without_effect.txt").read_text())
    for key in check_list(domains, TOP, without_effect):
        sys.exit("without_effect.txt names a change that cannot be made: " + " | ".join(key.split("\t")))
    if options.list:
        for domain in domains:
            print(*domain.changes(TOP), sep="\n")
        return

    os.nice(15)
    folder = TOP / "build/mutation"
    folder.mkdir(parents=True, exist_ok=True)
    workshop = Workshop(TOP, folder)
    workshop.copy()
    results = Results(folder / "results.txt")
    for domain in domains:
        ask(domain, workshop, results, without_effect, options)
    shares = [report(domain, TOP, results, without_effect) for domain in domains]
    sys.exit(1 if min(shares) < options.at_least else 0)


if __name__ == "__main__":
    main()
