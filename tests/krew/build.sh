#!/usr/bin/env bash
# Builds the pinned krew (go.mod beside this file) and its check of manifests once and prints the folder that holds both, as
# kubectl-krew and validate-krew-manifest. ONHOOK_KREW, where set, is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_KREW:-}" ]; then
  echo "$ONHOOK_KREW"
  exit 0
fi
command -v go >/dev/null || { echo "krew: Go is not installed; install Go 1.26 or set ONHOOK_KREW" >&2; exit 1; }

. "$here/../go-build.sh"
krew=$(version_of sigs.k8s.io/krew)
alone_in "$cache/krew/$krew"
build kubectl-krew "$krew" sigs.k8s.io/krew/cmd/krew
build validate-krew-manifest "$krew" sigs.k8s.io/krew/cmd/validate-krew-manifest
echo "$bin"
