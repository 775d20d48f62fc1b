"""The units of deploy/systemd: systemd understands them, they take away what a shop does not need, and they start programs that
exist with options that those know."""

import os
import pathlib
import re
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["OCTAVO_TEST_BINARY_DIR"])
UNITS = SOURCE / "deploy/systemd"
EXPOSURE_MAX = 20  # In tenths, of systemd-analyze: 2.0 of 10.
INSTALLED = "/usr/local/bin/"


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", *map(str, arguments)], text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, f"systemd-analyze {arguments}:\n{done.stdout}{done.stderr}"
    return done.stderr


def test_hardening():
    for unit in UNITS.glob("*.service"):
        analyze("security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", "--no-pager", unit)


def test_systemd_understands_them(folder):
    for unit in UNITS.iterdir():
        if unit.suffix in (".service", ".target"):
            name = unit.name.replace("@.", "@cart.")
            text = unit.read_text(encoding="utf-8").replace(INSTALLED, f"{BINARY}/")
            (folder / name).write_text(text, encoding="utf-8")
    for unit in folder.iterdir():
        said = analyze("verify", "--man=no", unit).splitlines()
        complaints = [line for line in said if unit.name in line]
        assert not complaints, f"systemd says of {unit.name}: {complaints}"


def test_programs_and_options():
    for unit in UNITS.glob("*.service"):
        command = re.search(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE)[1].split()
        program = BINARY / command[0].removeprefix(INSTALLED).replace("%i", "cart")
        words = [word for word in command[1:] if not word.startswith("--")]
        help_text = subprocess.run([program, *words, "--help"], text=True, capture_output=True, timeout=60, check=True).stdout
        for option in command[1:]:
            name = option.split("=")[0]
            assert not name.startswith("--") or f"{name}=" in help_text or f"{name}\n" in help_text, f"{unit.name}: {name}"


def main():
    test_hardening()
    with tempfile.TemporaryDirectory(prefix="octavo-units-") as folder:
        test_systemd_understands_them(pathlib.Path(folder))
    test_programs_and_options()


main()
