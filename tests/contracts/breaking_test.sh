#!/usr/bin/env bash
# The contracts as they are now break no client of the last release: breaking_test.sh BUF
# The last release is the newest tag v…, where git has one, and else released.binpb beside this file (docs/contracts.md).
set -euo pipefail

buf=$1
released=$(dirname "${BASH_SOURCE[0]}")/released.binpb
folder=$(mktemp --directory --tmpdir octavo-contracts-XXXXXX)
trap 'rm -rf "$folder"' EXIT

if tag=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null); then
  mkdir "$folder/tag"
  git archive "$tag" buf.yaml proto | tar --extract --directory "$folder/tag"
  released=$folder/released.binpb
  "$buf" build "$folder/tag" --exclude-source-info --output "$released"
fi
echo "comparing with ${tag:-$released}"
# Two images: against an image, buf would take each folder of buf.yaml for the whole.
"$buf" build --exclude-source-info --output "$folder/now.binpb"
"$buf" breaking "$folder/now.binpb" --against "$released"
