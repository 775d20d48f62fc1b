#!/usr/bin/env bash
# The contracts as they are now break no client of the last release (before there is one, of the commit before
# this): breaking_test.sh BUF
set -euo pipefail
readonly SKIPPED=77  # What CMakeLists.txt says to ctest.

previous=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || git rev-parse --verify --quiet HEAD~1 || true)
if [ -z "$previous" ]; then
  echo "there is no earlier version to compare with (a copy without its history?)"
  exit "$SKIPPED"
fi

folder=$(mktemp --directory --tmpdir octavo-contracts-XXXXXX)
trap 'rm -rf "$folder"' EXIT
git archive "$previous" buf.yaml proto | tar --extract --directory "$folder"
echo "comparing with $(git log -1 --format='%h %s' "$previous")"
"$1" breaking --against "$folder"
