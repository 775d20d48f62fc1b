"""deploy/container: the image's contents, made by assemble.sh from this machine's Debian, are enough for a shop to open on a root
that is read-only, as a user that is not root. Needs root and the right to make namespaces; else skipped."""

import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import urllib.request

SOURCE = pathlib.Path(os.environ["OCTAVO_TEST_SOURCE_DIR"])
BINARY = pathlib.Path(os.environ["OCTAVO_TEST_BINARY_DIR"])
CONTAINER = SOURCE / "deploy/container"
USER_ID = 10001
SKIPPED = 77  # What CMakeLists.txt says to ctest.
ADDRESS = re.compile(r"event=shop_open address=\"?(http://[^\s\"]+)")
# As a container runtime would: the root is read-only, the data folder is a volume.
RUN = """
mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && mount -t proc proc "$0/proc" &&
mount -t tmpfs -o uid=$1,gid=$1,mode=700 tmpfs "$0/var/lib/octavo" &&
exec chroot --userspec=$1:$1 "$0" /usr/local/bin/octavo --listen=127.0.0.1:0 --marketplace.listen=127.0.0.1:0 --metrics-listen=
"""
NAMESPACES = ["unshare", "--mount", "--pid", "--fork"]


def can_have_namespaces():
    return os.getuid() == 0 and subprocess.run([*NAMESPACES, "true"], check=False, capture_output=True).returncode == 0


def test_containerfile():
    text = (CONTAINER / "Containerfile").read_text(encoding="utf-8")
    images = [stage for stage in re.split(r"^FROM ", text, flags=re.MULTILINE) if stage.startswith("scratch ")]
    assert len(images) == 2, "two images"
    for image in images:
        assert f"\nUSER {USER_ID}:{USER_ID}\n" in image, "an image runs as its own user"


def test_contents(root):
    subprocess.run([CONTAINER / "assemble.sh", root, BINARY / "octavo"], check=True)
    packages = {path.name for path in (root / "var/lib/dpkg/status.d").iterdir()}
    assert packages >= {"libc6", "libgrpc29", "coreutils"}, f"the packages are {packages}"
    for path in root.rglob("*"):
        status = path.lstat()
        assert not status.st_mode & (stat.S_ISUID | stat.S_ISGID), f"{path} runs as somebody else"
        is_data = path == root / "var/lib/octavo"
        assert status.st_uid == (USER_ID if is_data else 0), f"{path} belongs to {status.st_uid}"


def test_opens(root):
    environment = {"OCTAVO_DATA_DIR": "/var/lib/octavo", "ASAN_OPTIONS": "detect_leaks=0"}  # Leaks are looked for with ptrace.
    command = [*NAMESPACES, "sh", "-c", RUN, root, str(USER_ID)]
    with subprocess.Popen(command, env=environment | {"PATH": os.environ["PATH"]}, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as shop:
        try:
            said = []
            for line in shop.stdout:
                said.append(line)
                if address := ADDRESS.search(line):
                    break
            else:
                raise AssertionError("the shop ended:\n" + "".join(said))
            with urllib.request.urlopen(address[1] + "healthz", timeout=30) as answer:
                assert answer.status == 200
        finally:
            for child in pathlib.Path(f"/proc/{shop.pid}/task/{shop.pid}/children").read_text(encoding="ascii").split():
                os.kill(int(child), signal.SIGTERM)
            rest = shop.stdout.read()
    assert shop.returncode == 0, f"the shop ended with {shop.returncode}:\n{rest}"


def main():
    test_containerfile()
    if not can_have_namespaces():
        print("this user may not make namespaces")
        sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="octavo-image-") as folder:
        os.chmod(folder, 0o755)
        test_contents(pathlib.Path(folder))
        test_opens(pathlib.Path(folder))


main()
