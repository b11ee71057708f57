#!/usr/bin/env bash
# Finds out whether this machine can be the node of run.sh, by being one in small: containerd runs a container as kubelet
# has it run the operator (sandbox.sh).
#
#   tests/node/possible.sh
#
# Exit 0: it can. Exit 3: it cannot, and stdout says why in one line. Anything else: that could not be found out, which is
# a fault of ours, as it is when what we build for it (pause, and the program that makes images) does not build.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/node/apart.sh

cannot() { echo "$1"; exit 3; }
[ "$(id -u)" -eq 0 ] || cannot "it takes root"

missing=()
# needs PACKAGE PROGRAM...: one of the programs.
needs() {
  local program
  for program in "${@:2}"; do
    if command -v "$program" >/dev/null; then return; fi
  done
  missing+=("$2 (Debian: $1)")
}
needs util-linux unshare
needs util-linux setpriv
needs mount mount
needs iproute2 ip
needs containerd containerd
needs containerd containerd-shim-runc-v2
needs containerd ctr
needs runc runc
[ -n "$plugins" ] || missing+=("the CNI plugins ptp and host-local (Debian: containernetworking-plugins)")
command -v go >/dev/null || missing+=("Go")
# What image/binary.sh needs.
case $architecture in
  amd64) needs musl-tools x86_64-linux-musl-gcc musl-gcc ;;
  arm64) needs gcc aarch64-linux-musl-gcc aarch64-linux-gnu-gcc ;;
  *) cannot "there is no image for $architecture" ;;
esac
if ! command -v rustup >/dev/null; then
  triple=$(uname -m)-unknown-linux-musl
  [ -d "$(rustc --print target-libdir --target "$triple")" ] || missing+=("Rust's $triple")
fi
if [ ${#missing[@]} -gt 0 ]; then
  list=$(printf ', %s' "${missing[@]}")
  cannot "not installed: ${list:2}"
fi

own_place
programs=$(tests/node/build.sh pause)
image=$(image/program.sh)
"$image" -version pause -output "$work/pause.tar" "$architecture=$programs/pause" >/dev/null

# From here on it is the machine that speaks.
apart true 2>"$work/said" || cannot "network, mount and process namespaces: $(tail -n 1 "$work/said")"
apart tests/node/sandbox.sh "$work" "$plugins"
