#!/usr/bin/env bash
# ./run starts a program again that a signal ended, not for ever, and leaves the others alone: starts_again_test.sh TREE
set -euo pipefail
readonly TREE=$1
readonly PATIENCE_S=20

folder=$(mktemp --directory --tmpdir octavo-run-XXXXXX)
shop=
trap 'if [ -n "$shop" ]; then kill "$shop" 2>/dev/null || true; fi; rm -rf "$folder"' EXIT

fail() {
  printf 'failed: %s\n' "$*" >&2
  cat "$folder/output" >&2
  exit 1
}

# A tree with three services, which builds nothing.
mkdir -p "$folder"/{tools,build/release/bin,services/{books,orders,marketplace}}
touch "$folder"/services/{books,orders,marketplace}/main.cc
cp "$TREE/run" "$folder/run"
printf 'source %q\nbuild() { :; }\n' "$TREE/tools/setup.sh" >"$folder/tools/setup.sh"

# A program that tells of its start through a pipe and waits until a signal ends it; "fails" ends by itself at once.
mkfifo "$folder/starts"
exec 3<>"$folder/starts"
cat >"$folder/program" <<'TEXT'
#!/usr/bin/env bash
echo "${0##*/} $$" >starts
case " $* " in *" --fails "*) exit 3 ;; esac
exec tail -f /dev/null
TEXT
chmod +x "$folder/program"
for program in octavo octavo-books octavo-orders octavo-marketplace; do
  cp "$folder/program" "$folder/build/release/bin/$program"
done

open_shop() {
  # The port of the pages: none listens, and ./run only looks.
  "$folder/run" --no-setup --empty --port 1 "$@" >"$folder/output" 2>&1 3>&- &
  shop=$!
}

# await_start PROGRAM: until the next program starts, which has to be this one; its process is in `process` then.
await_start() {
  local program
  read -r -t "$PATIENCE_S" program process <&3 || fail "$1 did not start"
  if [ "$program" != "$1" ]; then fail "$program started, not $1"; fi
}

# await_starts PROGRAM…: until all of them have started, which they do side by side, so in any order; their processes are in
# `processes` then.
declare -A processes
await_starts() {
  local program started
  processes=()
  for _ in "$@"; do
    read -r -t "$PATIENCE_S" program started <&3 || fail "of $* only ${!processes[*]} started"
    processes[$program]=$started
  done
  for program in "$@"; do
    if [ -z "${processes[$program]:-}" ]; then fail "${!processes[*]} started, not $program"; fi
  done
}

# await_end: until ./run has ended; its status is in `status` then.
await_end() {
  status=0
  wait "$shop" || status=$?
  shop=
}

says() {
  grep -qF "$1" "$folder/output" || fail "./run did not say: $1"
}

one_process_starts_again_five_times() {
  open_shop
  await_start octavo
  for _ in 1 2 3 4 5; do
    kill -KILL "$process"
    await_start octavo
  done
  says "octavo was ended by SIGKILL; it is started again"
  kill -KILL "$process"
  await_end
  if [ "$status" != 1 ]; then fail "./run ended with status $status after too many crashes"; fi
  says "it was started again 5 times within 10 minutes"
}

only_the_service_that_ended_starts_again() {
  open_shop --processes
  await_starts octavo-books octavo-orders octavo-marketplace
  local books=${processes[octavo-books]} orders=${processes[octavo-orders]} marketplace=${processes[octavo-marketplace]}
  kill -SEGV "$orders"
  await_start octavo-orders
  says "octavo-orders was ended by SIGSEGV; it is started again"
  kill -0 "$books" || fail "octavo-books did not go on"
  kill -0 "$marketplace" || fail "octavo-marketplace did not go on"

  kill -TERM "$shop"
  await_end
  if [ "$status" != 0 ]; then fail "./run ended with status $status when it was closed"; fi
  for program in "$books" "$process" "$marketplace"; do
    if kill -0 "$program" 2>/dev/null; then fail "process $program was not closed"; fi
  done
}

a_program_that_ends_by_itself_closes_the_shop() {
  open_shop -- --fails
  await_start octavo
  await_end
  if [ "$status" != 1 ]; then fail "./run ended with status $status"; fi
  says "octavo ended by itself with status 3, so the shop is closed"
}

one_process_starts_again_five_times
only_the_service_that_ended_starts_again
a_program_that_ends_by_itself_closes_the_shop
