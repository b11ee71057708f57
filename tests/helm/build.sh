#!/usr/bin/env bash
# Builds the pinned helm (go.mod beside this file) once and prints its path. ONHOOK_HELM, where set, is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_HELM:-}" ]; then
  echo "$ONHOOK_HELM"
  exit 0
fi
command -v go >/dev/null || { echo "helm: Go is not installed; install Go 1.26 or set ONHOOK_HELM" >&2; exit 1; }

. "$here/../go-build.sh"
helm=$(version_of helm.sh/helm/v4)
alone_in "$cache/helm/$helm"
build helm "$helm" helm.sh/helm/v4/cmd/helm
echo "$bin/helm"
