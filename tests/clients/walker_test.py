"""Nothing that a stranger sends ends the shop or makes it fail: a client walks over all methods that reflection knows, with
requests made at random (walker.mjs), and afterwards the shop is well, has logged no error and counted no bug.

    walker_test.py [SECONDS [SEED]]      SECONDS is 20 where nothing is said; the seed is printed."""

import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from processes import BINARY, SHOP, SOURCE, expect, fail

READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60


def wait_until_ready(server, log):
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        ready = re.search(r"event=ready\b.*\bport=(\d+).*\bmetrics=(\d+)", log.read_text(encoding="utf-8"))
        if ready:
            return f"127.0.0.1:{ready[1]}", f"http://127.0.0.1:{ready[2]}/metrics"
        if server.poll() is not None:
            fail("the shop ended before it was ready:\n" + log.read_text(encoding="utf-8"))
        try:
            server.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            pass
    return fail("the shop was not ready in time")


def tokens(data):
    """Of the owner, and of each service: together they may call everything."""
    kinds = [[], *(["--service=" + name] for name in ("accounts", "catalog", "marketplace", "payments", "transactions"))]
    make = [BINARY / "octavo", "token", f"--data-dir={data}", "--minutes=600"]
    return [subprocess.run([*make, *kind], check=True, capture_output=True, text=True).stdout.strip() for kind in kinds]


def walk(server, log, seconds, seed):
    address, metrics = wait_until_ready(server, log)
    walker = subprocess.run(["node", SOURCE / "tests/clients/walker.mjs", address, str(seconds), str(seed)], check=False,
                            env=os.environ | {"WALKER_TOKENS": ",".join(tokens(log.parent / "data"))}, capture_output=True,
                            text=True, timeout=seconds + 120)
    print(walker.stdout, walker.stderr)
    said = log.read_text(encoding="utf-8", errors="replace")
    expect(server.poll() is None, f"the shop ended with {server.poll()}:\n{said[-5000:]}")
    errors = [line for line in said.splitlines() if "level=error" in line or "runtime error" in line or "CHECK" in line]
    expect(not errors, "errors in the log:\n" + "\n".join(errors[:20]))
    with urllib.request.urlopen(metrics, timeout=20) as page:
        bugs = re.search(r"^bugs_total (\d+)$", page.read().decode(), re.MULTILINE)
    expect(bugs is not None and bugs[1] == "0", f"bugs_total is {bugs and bugs[1]}")
    expect(walker.returncode == 0, "the walker found answers that no request may bring about")


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
    print("seed", seed)
    with tempfile.TemporaryDirectory(prefix="octavo-walker-") as folder:
        log = pathlib.Path(folder) / "log"
        command = [str(part) for part in SHOP if "metrics" not in str(part)] + ["--metrics-listen=127.0.0.1:0"]
        with log.open("w", encoding="utf-8") as out:
            server = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        try:
            walk(server, log, seconds, seed)
            server.send_signal(signal.SIGTERM)
            status = server.wait(timeout=STOP_SECONDS_MAX)
            expect(status == 0, f"the shop ended with {status}:\n{log.read_text(encoding='utf-8', errors='replace')[-5000:]}")
        finally:
            server.kill()
            server.wait()


main()
