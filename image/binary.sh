#!/usr/bin/env bash
# Builds the operator as it is shipped, static, for each architecture that this machine has a C compiler for (ring needs
# one), and prints one line each: architecture and path. What is left out, and why, goes to stderr. Beside each,
# onhook.linked.json is what Cargo says that it put into it.
#
#   image/binary.sh [amd64|arm64 ...]
#
# The same commit gives the same bytes in any folder, with the same Rust and the same C compiler. One that is named and
# cannot be built is an error.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "image: $*" >&2; }
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")/image/cargo

# Crates include files by the path that Cargo builds to, and even where that path is not in the binary, the order of its
# parts follows from it. So Cargo sees the folder under a name that is the same everywhere: all that it starts inherits this.
mkdir -p "$target"
exec 7<"$target"
export CARGO_TARGET_DIR=/proc/self/fd/7

# No path of this machine gets into the binary.
flags=(
  "--remap-path-prefix=/proc/self/fd/7=/target"
  "--remap-path-prefix=$PWD=/onhook"
  "--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
  "--remap-path-prefix=$(rustc --print sysroot)=/rust"
  -Ctarget-feature=+crt-static
)
CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; echo "${flags[*]}")
export CARGO_ENCODED_RUSTFLAGS CARGO_INCREMENTAL=0
# Nothing needs the time, and one that changes would have all that has C in it built again.
export SOURCE_DATE_EPOCH=0

# first PROGRAM...: the first of them that is installed.
first() { for program; do command -v "$program" && return; done; return 1; }

# progress ARCHITECTURE FILE: says every 15 s how far Cargo is, by what it writes into the file. Ends with this script.
progress() {
  local start=$SECONDS
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    [ $(((SECONDS - start) % 15)) -ne 0 ] || say "$1 … $((SECONDS - start)) s, $(grep -c '"compiler-artifact"' "$2") crates"
  done
}

# build ARCHITECTURE TRIPLE COMPILER...: with the first of the C compilers that is there.
build() {
  local architecture=$1 triple=$2 underscored=${2//-/_} compiler said=$target/.linked-$1.json teller code=0
  shift 2
  if ! compiler=$(first "$@"); then
    say "$architecture left out: it needs a C compiler, one of $*"
    return 1
  fi
  # Debian has the compiler and the headers in two packages.
  if ! "$compiler" -fsyntax-only -x c - <<<'#include <stdint.h>' 2>/dev/null; then
    say "$architecture left out: $compiler has no headers of a C library (Debian: libc6-dev-$architecture-cross)"
    return 1
  fi
  if command -v rustup >/dev/null; then
    rustup target add "$triple" >&2 2>/dev/null || { say "$architecture left out: rustup has no $triple"; return 1; }
  fi
  say "$architecture: the release build (from cold, some ten minutes of a core)"
  progress "$architecture" "$said" >&2 &
  teller=$!
  # Our own crate is compiled in one piece: how the optimiser imports from one piece to another had followed from the folder.
  # The linker is Rust's own, one of the version that rust-toolchain.toml names. Some distributions' compilers turn on what
  # only their own C library has. It is stripped by an argument: a profile that says something of a package forgets `strip`.
  env "CC_$underscored=$compiler" "CFLAGS_$underscored=-U_FORTIFY_SOURCE -fno-stack-protector" \
    "CARGO_TARGET_${underscored^^}_LINKER=rust-lld" \
    cargo rustc --quiet --release --locked --no-default-features --bin onhook --target "$triple" \
    --config profile.release.package.onhook.codegen-units=1 --message-format json-render-diagnostics \
    -- -Cstrip=symbols >"$said" || code=$?
  kill "$teller"
  [ "$code" -eq 0 ] || exit 1
  mv "$said" "$target/$triple/release/onhook.linked.json"
  echo "$architecture $target/$triple/release/onhook"
}

one() {
  case $1 in
    amd64) build amd64 x86_64-unknown-linux-musl x86_64-linux-musl-gcc musl-gcc ;;
    arm64) build arm64 aarch64-unknown-linux-musl aarch64-linux-musl-gcc aarch64-linux-gnu-gcc ;;
    *) say "no such architecture: $1"; exit 1 ;;
  esac
}

if [ $# -gt 0 ]; then
  for architecture; do one "$architecture"; done
else
  built=$(one amd64 || true; one arm64 || true)
  [ -n "$built" ] || exit 1
  echo "$built"
fi
