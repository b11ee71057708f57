#!/usr/bin/env bash
# Packs the charts into FOLDER, with their checksums beside them: `make chart`. The same commit gives the same bytes: helm
# gives each file the commit's time.
#
#   charts/package.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
helm=$("$here/../tests/helm/build.sh")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct)}
for chart in "$here"/*/; do
  "$helm" package "$chart" --destination "$out" >/dev/null
done
cd "$out"
sha256sum -- *.tgz >SHA256SUMS
cat SHA256SUMS
