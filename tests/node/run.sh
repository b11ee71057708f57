#!/usr/bin/env bash
# Installs, upgrades, rolls back and uninstalls the chart on a real node, with the image that image/build.sh makes:
#
#   tests/node/run.sh
#
# The node (containerd, runc, kubelet, a CNI bridge) and the control plane run in network, mount and process namespaces of
# their own: no port of the machine is used, and nothing outlives the test, however it ends. That needs root, cgroups that
# can be written, and Debian's containerd, runc, containernetworking-plugins and iproute2; what is missing is said, and
# the test fails. It is not part of `make test`: the release build of the image alone takes 9.5 minutes of a core from cold,
# kubelet and kube-scheduler one more.
set -euo pipefail
cd "$(dirname "$0")/../.."

missing=()
[ "$(id -u)" -eq 0 ] || missing+=("root")
for program in unshare mount ip containerd containerd-shim-runc-v2 ctr runc; do
  command -v "$program" >/dev/null || missing+=("$program")
done
plugins=
for folder in /opt/cni/bin /usr/lib/cni /usr/libexec/cni; do
  if [ -x "$folder/ptp" ] && [ -x "$folder/host-local" ]; then plugins=$folder; fi
done
[ -n "$plugins" ] || missing+=("CNI plugins")
if [ "$(id -u)" -eq 0 ]; then
  # A group can be made in the only hierarchy (version 2), or in that of the memory (version 1).
  group=/sys/fs/cgroup/onhook-node-$$
  [ -e /sys/fs/cgroup/cgroup.controllers ] || group=/sys/fs/cgroup/memory/onhook-node-$$
  if mkdir "$group" 2>/dev/null; then rmdir "$group"; else missing+=("cgroups that can be written"); fi
  unshare --net --mount --pid --fork --mount-proc mount -t tmpfs none /run 2>/dev/null \
    || missing+=("network, mount and process namespaces")
  unshare --net ip link add one type veth peer name two 2>/dev/null || missing+=("veth pairs")
fi
if [ ${#missing[@]} -gt 0 ]; then
  list=$(printf ', %s' "${missing[@]}")
  echo "node: cannot be run here, missing: ${list:2}" >&2
  echo "node: on Debian: apt-get install containerd runc containernetworking-plugins iproute2" >&2
  exit 1
fi

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
programs=$(tests/node/build.sh)
echo "node: the image"
image/build.sh "$architecture"
version=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)

# What outlives the namespaces is removed here: a folder, and the cgroups of containers, which are empty by then. Where a
# node of somebody else's makes its own under the same name, they are left alone.
work=$(mktemp -d /tmp/onhook-node-XXXXXX)
theirs=$(find /sys/fs/cgroup -maxdepth 2 -name k8s.io -print -quit)
clean() {
  rm -rf "$work"
  [ -n "$theirs" ] || find /sys/fs/cgroup -depth -type d -path '*/k8s.io*' -exec rmdir {} + 2>/dev/null || true
}
trap clean EXIT
image_program=$(image/program.sh)
"$image_program" -version pause -output "$work/pause.tar" "$architecture=$programs/pause" >/dev/null
export ONHOOK_NODE_WORK=$work ONHOOK_NODE_PROGRAMS=$programs ONHOOK_NODE_CNI=$plugins
export ONHOOK_NODE_IMAGE=$target/image/onhook-$version.tar

echo "node: control plane, node and chart"
tests/control-plane/build.sh >/dev/null
tests/helm/build.sh >/dev/null
cargo test --test node --no-run
# All that runs has to be there by now: there is no way out of the namespace.
unshare --net --mount --pid --fork --kill-child --mount-proc tests/node/inside.sh \
  cargo test --offline --quiet --test node -- --ignored --nocapture
