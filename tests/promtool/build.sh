#!/usr/bin/env bash
# Builds the pinned promtool, or the server `prometheus` (go.mod beside this file), once and prints its path.
# ONHOOK_PROMTOOL or ONHOOK_PROMETHEUS, where set, is used as it is.
#
#   tests/promtool/build.sh [promtool|prometheus]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
name=${1:-promtool}
given=ONHOOK_${name^^}
if [ -n "${!given:-}" ]; then
  echo "${!given}"
  exit 0
fi
command -v go >/dev/null || { echo "$name: Go is not installed; install Go 1.26 or set $given" >&2; exit 1; }

. "$here/../go-build.sh"
version=$(version_of github.com/prometheus/prometheus)
alone_in "$cache/promtool/$version"
# Without the clients of all clouds, which only find what to scrape, and without the pages of the server.
export GOFLAGS="${GOFLAGS:-} -tags=remove_all_sd"
build "$name" "$version" "github.com/prometheus/prometheus/cmd/$name"
echo "$bin/$name"
