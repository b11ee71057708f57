#!/usr/bin/env bash
# A node in small, in the namespaces that inside.sh set up: containerd runs one container through runc, with a network of
# CNI's and what the chart asks for its pod. Called by possible.sh, with its folder and that of the CNI plugins.
#
# Exit 3: something of it does not work here, and stdout says what. The configuration is written here once more, and not
# shared with machine.rs: a mistake there has to fail the test, not to have it skipped.
set -euo pipefail
work=$1 plugins=$2
name=probe
export CONTAINERD_ADDRESS=$work/containerd.sock CONTAINERD_NAMESPACE=k8s.io

cannot() { echo "$1: ${2:-it says nothing}"; exit 3; }
# must WHAT COMMAND...: the machine cannot be a node where that fails, or hangs.
must() {
  local what=$1
  shift
  timeout --kill-after 5 60 "$@" >"$work/said" 2>&1 || cannot "$what" "$(grep . "$work/said" | tail -n 1)"
}
# What containerd complained of last.
complaint() { grep -E 'level=(fatal|error)|^containerd:' "$work/containerd.log" | tail -n 1; }

cat >"$work/containerd.toml" <<TOML
version = 2
root = "$work/root"
state = "$work/state"
[grpc]
address = "$CONTAINERD_ADDRESS"
[plugins."io.containerd.grpc.v1.cri"]
restrict_oom_score_adj = true
stream_server_address = "127.0.0.1"
[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "native"
TOML
containerd --config "$work/containerd.toml" >"$work/containerd.log" 2>&1 &
containerd=$!
until timeout 5 ctr version >/dev/null 2>&1; do
  kill -0 "$containerd" 2>/dev/null || cannot "containerd does not start" "$(complaint)"
  [ $SECONDS -lt 120 ] || cannot "containerd does not answer" "$(complaint)"
  sleep 0.1
done
# Some distributions build it without that which kubelet talks to.
ctr plugins ls | awk '$1 == "io.containerd.grpc.v1" && $2 == "cri" && $NF == "ok" { found = 1 } END { exit !found }' \
  || cannot "containerd has no CRI" "$(complaint)"

# A network as a pod gets it.
must "a network namespace" ip netns add "$name"
cat >"$work/network.json" <<JSON
{"cniVersion": "1.0.0", "name": "pods", "type": "ptp", "ipam": {"type": "host-local", "dataDir": "$work/cni",
 "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}
JSON
CNI_COMMAND=ADD CNI_CONTAINERID=$name CNI_NETNS=/run/netns/$name CNI_IFNAME=eth0 CNI_PATH=$plugins \
  "$plugins/ptp" <"$work/network.json" >"$work/said" 2>&1 || cannot "CNI's ptp" "$(tr -d '\n' <"$work/said")"

must "containerd reads no image" ctr images import --snapshotter native "$work/pause.tar"
must "runc runs no container" ctr run --detach --snapshotter native --with-ns "network:/run/netns/$name" \
  --cgroup "/k8s.io/$name" --memory-limit 33554432 --seccomp --read-only docker.io/library/onhook:pause "$name"
state=$(ctr task ls | awk -v name="$name" '$1 == name { print $3 }')
[ "$state" = RUNNING ] || cannot "a container does not stay" "${state:-it is gone}"
must "a container cannot be ended" ctr task kill --signal SIGKILL "$name"
