#!/usr/bin/env bash
# Builds onhook-image (main.go beside this file, with what go.mod pins) once and prints its path. ONHOOK_IMAGE, where set,
# is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_IMAGE:-}" ]; then
  echo "$ONHOOK_IMAGE"
  exit 0
fi
command -v go >/dev/null || { echo "image: Go is not installed; install Go 1.26 or set ONHOOK_IMAGE" >&2; exit 1; }

. "$here/../tests/go-build.sh"
# The source is our own, so what it is made of stands for its version.
version=$(cat "$here"/go.mod "$here"/go.sum "$here"/*.go | sha256sum | cut -c -16)
alone_in "$cache/image/$version"
build onhook-image "$version" .
echo "$bin/onhook-image"
