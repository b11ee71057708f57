#!/usr/bin/env bash
# Writes deploy/, the manifests for those without helm, from the chart: `make generate`.
#
#   charts/render.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1
helm=$("$here/../tests/helm/build.sh")
mkdir -p "$out"
render() {
  "$helm" template onhook "$here/onhook" --namespace onhook-system --set admission.stamps=Always \
    --show-only "templates/$1.yaml" | sed -e '/^# Source: /d' -e '/helm.sh\/resource-policy: keep/d' -e '/^  *app.kubernetes.io\/instance: /d' -e '/^ *$/d' >"$out/$1.yaml"
}
for name in admission stamps roles operator; do
  render "$name"
done
{
  echo "apiVersion: v1"
  echo "kind: Namespace"
  echo "metadata:"
  echo "  name: onhook-system"
  cat "$out/operator.yaml"
} >"$out/.operator.yaml"
mv "$out/.operator.yaml" "$out/operator.yaml"
