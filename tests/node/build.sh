#!/usr/bin/env bash
# Builds what a node needs besides the control plane, once, and prints the folder: kubelet and kube-scheduler in the version
# that tests/control-plane/go.mod pins, and pause (beside this file).
#
#   tests/node/build.sh [pause]      with the word, no more than that
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null || { echo "node: Go is not installed; install Go 1.26" >&2; exit 1; }

. "$here/../go-build.sh"
own=$here
here=$own/../control-plane
kubernetes=$(version_of k8s.io/kubernetes)
alone_in "$cache/node/kubernetes-$kubernetes"
minor=$(echo "$kubernetes" | cut -d. -f2)
version_package=k8s.io/component-base/version
flags="-X $version_package.gitVersion=$kubernetes -X $version_package.gitMajor=1 -X $version_package.gitMinor=$minor"

if [ "${1:-}" != pause ]; then
  build kubelet "$kubernetes" k8s.io/kubernetes/cmd/kubelet
  build kube-scheduler "$kubernetes" k8s.io/kubernetes/cmd/kube-scheduler
fi
here=$own/pause flags=
build pause 1 .
echo "$bin"
