"""The program as its owner meets it: the demo in and out, options that are refused, logs for machines, Prometheus' page, the end
by a signal."""

import csv
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import urllib.request

from processes import BINARY, CLIENT_SECONDS_MAX, SHOP, SOURCE, expect, expect_equal, run, serving

REFUSED = [
    (["--nonsense"], {}, 'octavo: unknown option "--nonsense"; --help lists the known ones\n'),
    (["stray"], {}, 'octavo: unknown command "stray"; octavo help lists the known ones\n'),
    ([], {"OCTAVO_NONSENSE": "1"}, "octavo: unknown option OCTAVO_NONSENSE in the environment; --help lists the known ones\n"),
    ([], {"OCTAVO_LOG_FORMAT": "xml"}, "octavo: --log-format=xml: must be logfmt or json\n"),
    (["--catalog.threads=many"], {}, "octavo: --catalog.threads=many: must be a whole number, 0 or more\n"),
]
# What a dashboard asks for: OpenTelemetry's names in Prometheus' form.
SAMPLE = re.compile(r'^rpc_server_duration_seconds_count\{rpc_grpc_status_code="0",rpc_method="ListCategories",'
                    r'rpc_service="octavo\.catalog\.v1\.CatalogService",rpc_system="grpc"\} \d+$', re.MULTILINE)


def test_refusals(folder):
    for arguments, environment, message in REFUSED:
        done = subprocess.run([BINARY / "octavo", *arguments], env=os.environ | environment, cwd=folder, text=True,
                              capture_output=True, timeout=CLIENT_SECONDS_MAX, check=False)
        expect_equal((done.returncode, done.stderr), (2, message), f"octavo {arguments} {environment}")
    expect_equal(os.listdir(folder), [], "what a refused program leaves behind")


def test_network_addresses():
    """Neither gRPC nor the pages open themselves to a network without TLS or the owner's word."""
    for option in ("--listen", "--marketplace.listen"):
        with tempfile.TemporaryDirectory(prefix="octavo-operator-") as folder:
            command = [*SHOP, f"{option}=0.0.0.0:0"]
            done = subprocess.run([str(part) for part in command], cwd=folder, text=True, capture_output=True,
                                  timeout=CLIENT_SECONDS_MAX, check=False)
        expect_equal(done.returncode, 2, f"how octavo ended with {option} on a network:\n{done.stderr}")
        expect(f"{option}=0.0.0.0:0: is open to the network" in done.stderr, f"octavo said\n{done.stderr}")


def test_a_life(folder):
    command = [*SHOP[:-1], "--metrics-listen=127.0.0.1:0", "--log-format=json"]
    with subprocess.Popen([str(part) for part in command], cwd=folder, text=True, stderr=subprocess.PIPE) as shop:
        try:
            events = []
            for line in shop.stderr:  # Every line is one event in JSON, or json.loads says which is not.
                events.append(json.loads(line))
                if events[-1]["event"] == "ready":
                    break
            with urllib.request.urlopen(f"http://127.0.0.1:{events[-1]['metrics']}/metrics") as page:
                expect(page.headers["Content-Type"].startswith("text/plain; version=0.0.4"), "Prometheus' format")
                text = page.read().decode()
            expect(SAMPLE.search(text), f"the metrics are\n{text}")
            shop.send_signal(signal.SIGTERM)
            events += [json.loads(line) for line in shop.stderr]
            expect_equal(shop.wait(CLIENT_SECONDS_MAX), 0, "how the shop ended")
        except BaseException:
            shop.kill()
            raise
    expect(all({"time", "level", "event"} <= event.keys() for event in events), f"the events are {events}")
    expect_equal([event["event"] for event in events[-2:]], ["stopping", "stopped"], "the last events")


def test_under_systemd(folder):
    """It tells systemd when it is ready, that it is alive, and that it stops; and it has a page for its operator."""
    socket_path = folder / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(socket_path))
        systemd.settimeout(CLIENT_SECONDS_MAX)
        told = []
        environment = os.environ | {"NOTIFY_SOCKET": str(socket_path), "WATCHDOG_USEC": "1000000"}
        command = [*SHOP[:-1], "--metrics-listen=127.0.0.1:0", "--log-format=json"]
        with subprocess.Popen([str(part) for part in command], cwd=folder, env=environment, text=True,
                              stderr=subprocess.PIPE) as shop:
            try:
                while told.count("WATCHDOG=1") < 2 or "READY=1" not in told:
                    told.append(systemd.recv(256).decode())
                ready = next(event for line in shop.stderr if (event := json.loads(line))["event"] == "ready")
                with urllib.request.urlopen(f"http://127.0.0.1:{ready['metrics']}/status") as page:
                    status = page.read().decode()
                shop.send_signal(signal.SIGTERM)
                while told[-1] != "STOPPING=1":
                    told.append(systemd.recv(256).decode())
                shop.communicate(timeout=CLIENT_SECONDS_MAX)
            except BaseException:
                shop.kill()
                raise
    expect_equal(shop.returncode, 0, "how the shop ended")
    expect_equal(set(told), {"READY=1", "WATCHDOG=1", "STOPPING=1"}, "what systemd was told")
    for words in ("octavo.catalog.v1.CatalogService", "accounts_sweep", "octavo.background_work"):
        expect(words in status, f"the status page has no {words}:\n{status}")
    expect("does not serve" not in status, f"a service does not serve:\n{status}")


def test_files_are_for_their_user_alone(folder):
    kept = [folder / "data", *(folder / "data").rglob("*")]
    expect(len(kept) > 8, f"the shop keeps {kept}")
    for path in kept:
        expect_equal(path.stat().st_mode & 0o077, 0, f"what others may do with {path}")
    (folder / "data/accounts/accounts.db").chmod(0o644)
    with subprocess.Popen([BINARY / "octavo-accounts", f"--data-dir={folder}/data", "--listen=127.0.0.1:0"], text=True,
                          stderr=subprocess.PIPE) as accounts:
        line = accounts.stderr.readline()
        accounts.terminate()
        accounts.communicate(timeout=CLIENT_SECONDS_MAX)
    expect(re.search(r"open_to_others.*accounts\.db.*0644", line), f"the start says {line}")


def test_stores_that_may_only_be_read(folder):
    """What is needed to sell refuses in one line that names the file; what is not needed stands back, and the shop sells."""
    # Root may write to what nobody may, unless this right of its is taken away.
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    for module in ("catalog", "inventory", "cart", "promotions", "transactions", "payments", "accounts"):
        [file] = [path for path in (folder / "data" / module).iterdir() if path.suffix in (".db", ".sqlite")]
        file.chmod(0o400)
        try:
            done = subprocess.run([*bound, *SHOP], cwd=folder, text=True, capture_output=True, timeout=CLIENT_SECONDS_MAX,
                                  check=False)
        finally:
            file.chmod(0o600)
        expect_equal(done.returncode, 1, f"how the shop ended that may not write to {file}:\n{done.stderr}")
        lines = [line for line in done.stderr.splitlines() if file.name in line]
        expect(len(lines) == 1 and "make it writable" in lines[0], f"{module}: the shop said\n{done.stderr}")


def test_the_demo():
    with open(SOURCE / "demo/books.csv", encoding="utf-8", newline="") as file:
        books = len(list(csv.DictReader(file)))
    with serving(SHOP) as address:
        demo = [BINARY / "octavo", "demo", f"--folder={SOURCE / 'demo'}", f"--address={address}"]
        for step, said in [("load", rf"created +{books}$"), ("load", rf"unchanged +{books}$"),
                           ("remove", rf"^Removed {books} books"), ("remove", "^Removed 0 books"),
                           ("load", rf"created +{books}$"), ("remove", rf"^Removed {books} books")]:
            text = run([*demo, step])
            expect(re.search(said, text, re.MULTILINE), f"octavo demo {step} does not say {said!r} but\n{text}")


def main():
    test_the_demo()
    test_network_addresses()
    with tempfile.TemporaryDirectory(prefix="octavo-operator-") as folder:
        test_refusals(folder)
        test_a_life(folder)
        test_under_systemd(pathlib.Path(folder))
        test_files_are_for_their_user_alone(pathlib.Path(folder))
        test_stores_that_may_only_be_read(pathlib.Path(folder))


main()
