#!/usr/bin/env bash
# Validates what is applied to a cluster as kubeconform does with -strict, for the oldest and the newest version of Kubernetes
# that Onhook supports: what the charts render for each file of ../helm/values, deploy/, crds/ and examples/. What CEL and
# the admission plugins of a server refuse is seen by the tests that have one.
#
# `# since: MINOR` in the head of a file of values: no older version has what it asks for (../helm/refused has what is said).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
helm=$(tests/helm/build.sh)
built=$(tests/kubeconform/build.sh)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# said KEY: each value of a key in the head of the file.
said() { sed -n "s/^# $1: //p" "$file"; }

# older MINOR: whether the version is from before it.
older() { [ "$version" != "$1" ] && [ "$(printf '%s\n' "$version" "$1" | sort -V | head -n 1)" = "$version" ]; }

# render: what the chart gives for the file on a server of the version, which says itself what it serves.
render() {
  local chart arguments
  chart=$(said chart)
  mapfile -t arguments < <(said argument | grep -v -e ^--api-versions -e ^--kube-version)
  "$helm" template a-release "charts/${chart:-onhook}" --namespace a-namespace --values "$file" \
    --kube-version "$version" "${served[@]}" "${arguments[@]}"
}

# What is no manifest: kustomizations, test suites of Argo CD's scripts, and files for a CI.
mapfile -t manifests < <(find crds examples -name '*.yaml' ! -name kustomization.yaml ! -name health_test.yaml ! -path 'examples/pull-request/*' | sort)
# Held by tests/gitops against the CRDs on a server.
elsewhere=argoproj.io/v1alpha1/Application,argoproj.io/v1alpha1/AppProject
elsewhere+=,source.toolkit.fluxcd.io/v1/GitRepository,helm.toolkit.fluxcd.io/v2/HelmRelease
stamps_since=1.36
versions=0
wrong=0
for schemas in "$built"/schemas/v*; do
  version=${schemas##*/v}
  version=${version%-standalone-strict}
  versions=$((versions + 1))
  mapfile -t served < <(sed 's/^/--api-versions=/' "$schemas/served")
  mkdir "$work/$version"
  for file in tests/helm/values/*.yaml; do
    since=$(said since)
    if [ -n "$since" ] && older "$since"; then
      ! render >/dev/null 2>&1 || { echo "$file: is rendered for Kubernetes $version" >&2; exit 1; }
      continue
    fi
    render >"$work/$version/$(basename "$file")"
  done
  mapfile -t deploy < <(printf '%s\n' deploy/*.yaml | grep -vx deploy/kustomization.yaml)
  unserved=()
  if older "$stamps_since"; then
    mapfile -t deploy < <(printf '%s\n' deploy/*.yaml | grep -vx -e deploy/stamps.yaml -e deploy/kustomization.yaml)
    unserved=(-unserved deploy/stamps.yaml)
  fi
  "$built/onhook-kubeconform" check -version "$version" -schemas "$built/schemas" -crds crds \
    -skip "$elsewhere" "${unserved[@]}" -refused tests/kubeconform/refused \
    "$work/$version"/*.yaml "${deploy[@]}" "${manifests[@]}" || wrong=1
done
[ "$wrong" -eq 0 ] || exit 1
[ "$versions" -eq 2 ] || { echo "kubeconform: $versions versions of Kubernetes instead of two" >&2; exit 1; }
oldest=$(sed -n 's/^kubeVersion: ">=\([0-9]*\.[0-9]*\)\..*/\1/p' charts/onhook/Chart.yaml)
compgen -G "$built/schemas/v$oldest.*" >/dev/null \
  || { echo "kubeconform: nothing was checked for $oldest, the oldest of Chart.yaml" >&2; exit 1; }
