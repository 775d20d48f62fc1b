#!/usr/bin/env bash
# Lighthouse over the front of the shop, a category and a book; see README.md. Usage: bench/lighthouse/run.sh [reports' folder]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly BIN=${SHOP_BIN:-build/release/bin}
readonly REPORTS=${1:-build/lighthouse}
readonly TOOL=${LIGHTHOUSE_DIR:-build/lighthouse-tool}
folder=$(mktemp --directory --tmpdir octavo-lighthouse-XXXXXX)
pid=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

# A version that Debian 12's Node 18 runs; too large (190 MB) and too slow for what ./test installs.
if ! [ -x "$TOOL/node_modules/.bin/lighthouse" ]; then
  npm install --prefix "$TOOL" --no-audit --no-fund --no-save --ignore-scripts lighthouse@12 >"$folder/npm.log" 2>&1 ||
    { cat "$folder/npm.log" >&2; exit 1; }
fi

"$BIN/octavo" --data-dir="$folder/data" --listen=127.0.0.1:0 --metrics-listen= --marketplace.listen=127.0.0.1:0 \
  >"$folder/log" 2>&1 &
pid=$!
found() {
  for _ in $(seq 600); do
    grep -oEm1 "$1" "$folder/log" && return
    sleep 0.1
  done
  cat "$folder/log" >&2
  return 1
}
base=$(found 'http://127\.0\.0\.1:[0-9]+')
port=$(found 'event=ready .*port=[0-9]+' | grep -oE '[0-9]+$')
"$BIN/octavo" demo load --data-dir="$folder/data" --address="127.0.0.1:$port" >"$folder/demo.log" 2>&1

mkdir -p "$REPORTS"
worst=100
for preset in mobile desktop; do
  for page in home:/ category:/categories/fantasy book:/books/20; do
    name=${page%%:*}-$preset
    options=()
    if [ $preset = desktop ]; then options=(--preset=desktop); fi
    CHROME_PATH=${CHROME_PATH:-/usr/bin/chromium} "$TOOL/node_modules/.bin/lighthouse" "$base${page#*:}" "${options[@]}" \
      --quiet --output=json --output=html --output-path="$REPORTS/$name" \
      --chrome-flags="--headless=new --no-sandbox --disable-gpu" >"$folder/lighthouse.log" 2>&1 ||
      { cat "$folder/lighthouse.log" >&2; exit 1; }
    node bench/lighthouse/scores.mjs "$REPORTS/$name.report.json" "$name" | tee "$folder/scores"
    lowest=$(grep -oE 'lowest [0-9]+' "$folder/scores" | grep -oE '[0-9]+')
    if [ "$lowest" -lt "$worst" ]; then worst=$lowest; fi
  done
done
[ "$worst" = 100 ]
