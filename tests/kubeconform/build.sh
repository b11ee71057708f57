#!/usr/bin/env bash
# Builds onhook-kubeconform (beside this file, with what go.mod pins) once, makes the schemas of what `sources` names with it,
# and prints the folder that holds both. ONHOOK_KUBECONFORM, where set, is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_KUBECONFORM:-}" ]; then
  echo "$ONHOOK_KUBECONFORM"
  exit 0
fi
command -v go >/dev/null || { echo "kubeconform: Go is not installed; install Go 1.26 or set ONHOOK_KUBECONFORM" >&2; exit 1; }

. "$here/../go-build.sh"
# Of Kubernetes, the versions that are also built as control planes.
sources=$(grep -v '^#' "$here/sources"; grep -h '^k8s.io/kubernetes v[^/]* ' "$here"/../control-plane/{oldest/,}go.sum)
# The source is our own, so what it is made of stands for its version.
version=$({ cat "$here"/go.{mod,sum} "$here"/*.go; echo "$sources"; } | sha256sum | cut -c -16)
alone_in "$cache/kubeconform/$version"
build onhook-kubeconform "$version" .

# folder_of MODULE VERSION SUM: downloads a module, unless it is there, and prints its folder.
folder_of() {
  local said
  said=$(cd / && GOFLAGS=-mod=mod go mod download -json "$1@$2") || { echo "kubeconform: $1 $2: $said" >&2; return 1; }
  grep -qF "\"Sum\": \"$3\"" <<<"$said" || { echo "kubeconform: $1 $2 is not what was pinned: $said" >&2; return 1; }
  sed -n 's/^\t"Dir": "\(.*\)",$/\1/p' <<<"$said"
}

if [ ! -d "$bin/schemas" ]; then
  start=$SECONDS
  echo "build: schemas of Kubernetes (once; downloads 45 MB where the modules are not there yet)" >&2
  rm -rf "$bin/.schemas.part"
  crds=()
  while read -r module release sum below; do
    [ -n "$below" ] || continue
    folder=$(folder_of "$module" "$release" "$sum")
    crds+=("$folder/$below")
  done <<<"$sources"
  while read -r module release sum below; do
    [ -z "$below" ] || continue
    folder=$(folder_of "$module" "$release" "$sum")
    "$bin/onhook-kubeconform" schemas -version "${release#v}" -openapi "$folder/api/openapi-spec/v3" \
      -out "$bin/.schemas.part" "${crds[@]}"
  done <<<"$sources"
  mv "$bin/.schemas.part" "$bin/schemas"
  echo "build: schemas of Kubernetes made in $((SECONDS - start)) s" >&2
fi
echo "$bin"
