#!/usr/bin/env bash
# Builds a pinned control plane once and prints the folder that holds its binaries.
#
#   tests/control-plane/build.sh           the newest (go.mod beside this file); KUBEBUILDER_ASSETS, where set, is used as it is
#   tests/control-plane/build.sh oldest    the oldest that the chart claims (oldest/go.mod)
#
# Output on stdout: one line, the folder. Progress goes to stderr.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ] && [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
command -v go >/dev/null || { echo "control plane: Go is not installed; install Go 1.26 or set KUBEBUILDER_ASSETS" >&2; exit 1; }

. "$here/../go-build.sh"
case $* in
  '') ;;
  oldest) here=$here/oldest ;;
  *) echo "control plane: no such version: $*" >&2; exit 2 ;;
esac
kubernetes=$(version_of k8s.io/kubernetes)
etcd=$(version_of go.etcd.io/etcd/server/v3)
bin=$cache/control-plane/kubernetes-$kubernetes-etcd-$etcd
alone_in "$bin"

minor=$(echo "$kubernetes" | cut -d. -f2)
version_package=k8s.io/component-base/version
flags="-X $version_package.gitVersion=$kubernetes -X $version_package.gitMajor=1 -X $version_package.gitMinor=$minor"

build etcd "$etcd" go.etcd.io/etcd/server/v3
build kube-apiserver "$kubernetes" k8s.io/kubernetes/cmd/kube-apiserver
build kube-controller-manager "$kubernetes" k8s.io/kubernetes/cmd/kube-controller-manager
build kubectl "$kubernetes" k8s.io/kubernetes/cmd/kubectl
echo "$bin"
