#!/usr/bin/env bash
# Puts programs and what they need from this Debian into a folder, which is the root of an image: assemble.sh ROOT PROGRAM…
# Each file of Debian comes with its package's entry in var/lib/dpkg/status.d, where scanners look for known faults.
set -euo pipefail

root=$1
shift
readonly USER_ID=10001  # Nobody on the machine outside.

# copy FILE: with the folders above it, and as a file, not as a link.
copy() {
  install -D -m "$(stat --dereference --format=%a "$1")" "$1" "$root/$1"
  note_package "$1"
}

# Debian's list has some files of /usr/lib as /lib, which is the same folder.
note_package() {
  local file package
  file=$(readlink --canonicalize "$1")
  package=$(dpkg-query --search "$file" "${file#/usr}" 2>/dev/null | head -n 1 | cut -d: -f1) || true
  if [ -n "$package" ]; then dpkg-query --status "$package" >"$root/var/lib/dpkg/status.d/$package"; fi
}

# The libraries that a program loads, and the loader.
libraries() {
  ldd "$@" | grep -oE '/[^ ]+\.so[^ ]*' | sort -u
}

mkdir -p "$root"/{etc/ssl/certs,proc,tmp,usr/bin,usr/lib,usr/local/bin,usr/sbin,var/lib/dpkg/status.d,var/lib/octavo}
# As in Debian itself.
for folder in bin lib sbin; do ln -s "usr/$folder" "$root/$folder"; done
ln -s usr/lib64 "$root/lib64"
mkdir -p "$root/usr/lib64"
chmod 1777 "$root/tmp"
chown "$USER_ID:$USER_ID" "$root/var/lib/octavo"
chmod 700 "$root/var/lib/octavo"

install --strip "$@" "$root/usr/local/bin/"
# install: on Kubernetes marketplace's first containers put a key in its place with it.
copy /usr/bin/install
found=$(libraries "$@" /usr/bin/install)
while IFS= read -r library; do copy "$library"; done <<<"$found"
# Which mail servers to trust.
copy /etc/ssl/certs/ca-certificates.crt
echo "octavo:x:$USER_ID:$USER_ID:Octavo:/var/lib/octavo:/usr/sbin/nologin" >"$root/etc/passwd"
echo "octavo:x:$USER_ID:" >"$root/etc/group"
cp /etc/os-release "$root/etc/os-release"
