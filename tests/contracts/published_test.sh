#!/usr/bin/env bash
# The contracts that others published are, message for message and number for number, still those. Compared is
# what protoc makes of them: names, numbers and types, without comments.
set -euo pipefail

check() {
  local name=$1 expected=$2 actual
  actual=$(protoc --proto_path=proto/classic --descriptor_set_out=/dev/stdout "$name.proto" | sha256sum)
  actual=${actual%% *}
  if [ "$actual" != "$expected" ]; then
    echo "proto/classic/$name.proto is not as published: its descriptor has the checksum $actual, not $expected"
    exit 1
  fi
}

check recommendations 58c11dcf19d17783ff66e5a4144e97c0f97cf03bcf6358e361bf1acab55a8cb9
check unary 80a934d9b4eb94fedb8f7cec38d37e1807ccac4b30c23bbd9ce20ace59dacf36
check bidirectional 292e2e17d47525e922bc17df70df2f70033768d1aa04586a7f45e703a36473ce
