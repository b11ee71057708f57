#!/usr/bin/env bash
# Takes the CRDs that the examples for Argo CD and Flux use out of the modules that go.mod pins, once, and prints their
# folder. Nothing of them is built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v go >/dev/null || { echo "gitops: Go is not installed; install Go 1.26" >&2; exit 1; }

. "$here/../go-build.sh"
alone_in "$cache/gitops/$(cat "$here/go.mod" "$here/go.sum" "$here/build.sh" | sha256sum | cut -c -16)"
# take MODULE FILE...: copies files of a module, whose checksum go.sum has.
take() {
  local module=$1 said folder
  shift
  said=$(cd "$here" && go mod download -json "$module@$(version_of "$module")") || { echo "gitops: $said" >&2; exit 1; }
  folder=$(sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p' <<<"$said")
  for file in "$@"; do
    install -m 644 "$folder/$file" "$bin/.part"
    mv "$bin/.part" "$bin/$(basename "$file")"
  done
}
if [ ! -e "$bin/whole" ]; then
  echo "gitops: fetching the CRDs of Argo CD and Flux (once; 60 MB)" >&2
  take github.com/argoproj/argo-cd/v3 manifests/crds/application-crd.yaml manifests/crds/appproject-crd.yaml
  take github.com/fluxcd/helm-controller config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml
  take github.com/fluxcd/kustomize-controller config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml
  take github.com/fluxcd/source-controller config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml
  touch "$bin/whole"
fi
echo "$bin"
