#!/usr/bin/env bash
# Builds onhook-health (main.go beside this file, with what go.mod pins) once and prints its path. ONHOOK_HEALTH, where
# set, is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_HEALTH:-}" ]; then
  echo "$ONHOOK_HEALTH"
  exit 0
fi
command -v go >/dev/null || { echo "health: Go is not installed; install Go 1.26 or set ONHOOK_HEALTH" >&2; exit 1; }

. "$here/../go-build.sh"
# The source is our own, so what it is made of stands for its version.
version=$(cat "$here/go.mod" "$here/go.sum" "$here/main.go" | sha256sum | cut -c -16)
alone_in "$cache/health/$version"
build onhook-health "$version" .
echo "$bin/onhook-health"
