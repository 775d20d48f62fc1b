#!/usr/bin/env bash
# Measures pages per second, their p99, and the processor's time for each page; see README.md.
# Usage: bench/pages/run.sh [seconds for each, 10]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly SECONDS_EACH=${1:-10}
readonly BIN=build/release/bin
folder=$(mktemp --directory --tmpdir octavo-bench-XXXXXX)
pid=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap finish EXIT

# Where the pages are, as soon as the log says so.
address() {
  for _ in $(seq 600); do
    grep -oEm1 'http://127\.0\.0\.1:[0-9]+' "$folder/log" && return
    sleep 0.1
  done
  cat "$folder/log" >&2
  return 1
}

# The processor's time that the shop has taken, in microseconds.
spent() { awk -v ticks="$(getconf CLK_TCK)" '{sub(/^.*\) /, ""); print ($12 + $13) * 1e6 / ticks}' "/proc/$pid/stat"; }

measure() {
  local what=$1 url=$2 before
  shift 2
  curl -sf -o /dev/null "$url"  # Warm, and known to work.
  before=$(spent)
  taskset -c 1 wrk -t1 -c"${CONNECTIONS:-32}" -d"${SECONDS_EACH}s" --latency "$@" "$url" >"$folder/wrk"
  awk -v what="$what" -v cpu="$(($(spent) - before))" '
    /Requests\/sec/{rate=$2} /requests in/{count=$1} /50%/{p50=$2} /99%/{p99=$2} /Non-2xx/{bad=$0}
    END{printf "%-20s %9.0f pages/s   p50 %8s   p99 %8s   %5.0f us CPU a page %s\n", what, rate, p50, p99, cpu / count, bad}' \
    "$folder/wrk"
}

round() {
  local base=$1 style cookie
  style=$(curl -s "$base/" | grep -oEm1 '/static/shop\.[0-9a-f]+\.css')
  cookie=$(curl -si "$base/" | sed -nE 's/^Set-Cookie: ([^;]+);.*/\1/p')
  measure "static file (13 kB)" "$base$style"
  measure "home" "$base/" -H "Cookie: $cookie"
  measure "home, gzip" "$base/" -H "Cookie: $cookie" -H 'Accept-Encoding: gzip'
  measure "book" "$base/books/20" -H "Cookie: $cookie"
  measure "search, one word" "$base/search?q=garden" -H "Cookie: $cookie"
  measure "search, every book" "$base/search?q=the" -H "Cookie: $cookie"
  measure "cover" "$base/covers/20.svg"
}

taskset -c 0 "$BIN/octavo" --data-dir="$folder/data" --listen=127.0.0.1:0 --metrics-listen= \
  --marketplace.listen=127.0.0.1:0 >"$folder/log" 2>&1 &
pid=$!
base=$(address)
until port=$(grep -oE 'event=ready .*port=[0-9]+' "$folder/log" | grep -oE '[0-9]+$'); do sleep 0.1; done
"$BIN/octavo" demo load --data-dir="$folder/data" --address="127.0.0.1:$port" >"$folder/demo.log" 2>&1
sleep 3  # The first model is being trained.
round "$base"
