"""Servers and clients as processes, for the tests of other languages' clients."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["OCTAVO_TEST_BINARY_DIR"])
# The whole shop; every port is one that the system chooses.
SHOP = [BINARY / "octavo", "--listen=127.0.0.1:0", "--marketplace.listen=127.0.0.1:0", "--metrics-listen="]
CLIENT_SECONDS_MAX = 60

# "listening on 127.0.0.1:41234" of the examples; "… event=ready … port=41234" of the shop's own programs.
_READY = re.compile(r"^listening on \S+:(\d+)$|event=ready\b.*\bport=(\d+)")


@contextlib.contextmanager
def serving(command):
    """Runs a server on a port that it chooses; gives its address. It must stop cleanly when told to."""
    folder = tempfile.TemporaryDirectory(prefix="octavo-clients-")  # Where it keeps what it keeps: ./data.
    server = subprocess.Popen([str(part) for part in command], cwd=folder.name, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    os.environ["OCTAVO_DATA_DIR"] = f"{folder.name}/data"  # Where the owner's commands find the shop's keys.
    try:
        yield "127.0.0.1:" + _port(server)
        server.send_signal(signal.SIGTERM)
        rest, _ = server.communicate(timeout=CLIENT_SECONDS_MAX)
        if server.returncode != 0:
            fail(f"the server ended with {server.returncode}:\n{rest}")
    finally:
        del os.environ["OCTAVO_DATA_DIR"]
        server.kill()
        server.wait()
        folder.cleanup()


def _port(server):
    said = []
    for line in server.stdout:
        said.append(line)
        ready = _READY.search(line.rstrip("\n"))
        if ready:
            return ready[1] or ready[2]
    fail("the server ended before it was ready:\n" + "".join(said))


def client_command(language, name):
    """How to run the client `name` ("unary_client") of one language's examples."""
    if language == "cpp":
        return [BINARY / name]
    if language == "python":
        return ["/usr/bin/python3", SOURCE / f"examples/python/{name}.py"]
    return ["node", SOURCE / f"examples/node/{name}.mjs"]


def run(command, stdin="", status=0):
    """What the command writes to standard output; it must end with `status`."""
    done = subprocess.run([str(part) for part in command], input=stdin.encode(), capture_output=True,
                          timeout=CLIENT_SECONDS_MAX, check=False)
    if done.returncode != status:
        fail(f"{command} ended with {done.returncode}, not {status}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return (done.stdout if status == 0 else done.stderr).decode()


def expect_equal(actual, expected, what):
    if actual != expected:
        fail(f"{what}\n  is        {actual!r}\n  should be {expected!r}")


def expect(condition, what):
    if not condition:
        fail(what)


def fail(message):
    raise SystemExit(message)


if sys.version_info < (3, 11):
    fail("Debian 12's Python 3.11 or newer is needed")
