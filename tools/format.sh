#!/usr/bin/env bash
# Lays out every C++ file of the tree as .clang-format says; with --check changes nothing, names the files that differ and fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

options=(-i)
if [ "${1:-}" = --check ]; then options=(--dry-run -Werror); fi
find apps bench examples lib recommender services tests tools -name '*.cc' -print0 -o -name '*.h' -print0 |
  xargs -0 -n 20 -P "$(nproc)" clang-format-14 "${options[@]}"
