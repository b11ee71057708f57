#!/usr/bin/env bash
# Builds the pinned promtool (go.mod beside this file) once and prints its path. ONHOOK_PROMTOOL, where set, is used as it
# is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${ONHOOK_PROMTOOL:-}" ]; then
  echo "$ONHOOK_PROMTOOL"
  exit 0
fi
command -v go >/dev/null || { echo "promtool: Go is not installed; install Go 1.26 or set ONHOOK_PROMTOOL" >&2; exit 1; }

. "$here/../go-build.sh"
promtool=$(version_of github.com/prometheus/prometheus)
alone_in "$cache/promtool/$promtool"
# Without the clients of all clouds, which only find what to scrape.
export GOFLAGS="${GOFLAGS:-} -tags=remove_all_sd"
build promtool "$promtool" github.com/prometheus/prometheus/cmd/promtool
echo "$bin/promtool"
