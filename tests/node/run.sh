#!/usr/bin/env bash
# Installs, upgrades, rolls back and uninstalls the chart on a real node, with the image that image/build.sh makes:
#
#   tests/node/run.sh                      where this machine cannot be a node, says why and fails
#   tests/node/run.sh --where-possible     says why and skips: what `make test` calls
#
# ONHOOK_NODE_IMAGE, where set, is the archive of an image that is there already.
#
# The node (containerd, runc, kubelet, a CNI network) and the control plane run in network, mount and process namespaces of
# their own: no port of the machine is used, and nothing that runs outlives the test, however it ends. possible.sh finds out
# whether the machine can be one; once it has said so, all that fails is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/node/apart.sh

code=0
reason=$(tests/node/possible.sh) || code=$?
if [ "$code" -eq 3 ] && [ "${1:-}" = --where-possible ]; then
  echo "node: SKIPPED: this machine cannot be a node: $reason" >&2
  exit 0
elif [ "$code" -ne 0 ]; then
  [ "$code" -eq 3 ] || reason="tests/node/possible.sh did not find out (it ended with $code) $reason"
  echo "node: this machine cannot be a node: $reason" >&2
  exit 1
fi
echo "node: this machine can be a node"

programs=$(tests/node/build.sh)
if [ -z "${ONHOOK_NODE_IMAGE:-}" ]; then
  echo "node: the image"
  image/build.sh "$architecture"
  version=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)
  ONHOOK_NODE_IMAGE=$(realpath -m "${CARGO_TARGET_DIR:-target}")/image/onhook-$version.tar
fi

own_place
image_program=$(image/program.sh)
"$image_program" -version pause -output "$work/pause.tar" "$architecture=$programs/pause" >/dev/null
export ONHOOK_NODE_WORK=$work ONHOOK_NODE_PROGRAMS=$programs ONHOOK_NODE_CNI=$plugins ONHOOK_NODE_IMAGE

echo "node: control plane, node and chart"
tests/control-plane/build.sh >/dev/null
tests/helm/build.sh >/dev/null
cargo test --test node --no-run
# All that runs has to be there by now: there is no way out of the namespace.
apart cargo test --offline --quiet --test node -- --ignored --nocapture
