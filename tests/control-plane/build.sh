#!/usr/bin/env bash
# Builds the pinned control plane (go.mod beside this file) once and prints the folder that holds its binaries.
#
#   tests/control-plane/build.sh
#
# Output on stdout: one line, the folder. Progress goes to stderr. KUBEBUILDER_ASSETS, where set, is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi
command -v go >/dev/null || { echo "control plane: Go is not installed; install Go 1.26 or set KUBEBUILDER_ASSETS" >&2; exit 1; }

version_of() { awk -v module="$1" '$1 == module && $2 ~ /^v/ { print $2; exit }' "$here/go.mod"; }
kubernetes=$(version_of k8s.io/kubernetes)
etcd=$(version_of go.etcd.io/etcd/server/v3)
bin=${ONHOOK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/onhook}/control-plane/kubernetes-$kubernetes-etcd-$etcd
mkdir -p "$bin"

# One builder at a time: `make demo` and `make test` may run side by side.
exec 9>"$bin/.lock"
flock 9

minor=$(echo "$kubernetes" | cut -d. -f2)
version_package=k8s.io/component-base/version
flags="-s -w -X $version_package.gitVersion=$kubernetes -X $version_package.gitMajor=1 -X $version_package.gitMinor=$minor"

# build NAME PACKAGE: compiles one binary into the cache, with a line of progress every 15 s. The binary is moved
# into place when it is whole, so that an interrupted build leaves nothing half done.
build() {
  local name=$1 package=$2 start=$SECONDS
  [ -x "$bin/$name" ] && return
  echo "control plane: building $name $([ "$name" = etcd ] && echo "$etcd" || echo "$kubernetes") (once; several minutes from cold)" >&2
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$bin/.$name.part" "$package" 9>&-) &
  local compiler=$!
  while kill -0 "$compiler" 2>/dev/null; do
    sleep 1
    [ $(((SECONDS - start) % 15)) -eq 0 ] && echo "control plane: building $name … $((SECONDS - start)) s" >&2
  done
  wait "$compiler"
  mv "$bin/.$name.part" "$bin/$name"
  echo "control plane: $name built in $((SECONDS - start)) s" >&2
}

build etcd go.etcd.io/etcd/server/v3
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
build kube-controller-manager k8s.io/kubernetes/cmd/kube-controller-manager
build kubectl k8s.io/kubernetes/cmd/kubectl
echo "$bin"
