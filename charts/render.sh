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
    --show-only "templates/$1.yaml" | sed -e '/^# Source: /d' -e '/helm.sh\/resource-policy: keep/d' -e '/^ *$/d' >"$out/$1.yaml"
}
# No release is behind these objects. The selector of a Deployment is for good: with the instance in it, a release called
# onhook can take it over.
without_instance() { sed -i '/^  *app.kubernetes.io\/instance: /d' "$out/$1.yaml"; }
names=(operator admission stamps roles service deployment)
for name in "${names[@]}"; do
  render "$name"
done
for name in operator admission stamps roles; do
  without_instance "$name"
done
{
  echo "apiVersion: v1"
  echo "kind: Namespace"
  echo "metadata:"
  echo "  name: onhook-system"
  cat "$out/operator.yaml"
} >"$out/.operator.yaml"
mv "$out/.operator.yaml" "$out/operator.yaml"
{
  echo "# kubectl apply --server-side -k deploy/, with your own image: newName, and newTag or digest."
  echo "apiVersion: kustomize.config.k8s.io/v1beta1"
  echo "kind: Kustomization"
  echo "resources:"
  printf -- '  - %s.yaml\n' "${names[@]}"
  echo "images:"
  echo "  - name: onhook"
  echo "    newName: onhook"
  echo "    newTag: $(sed -n 's/^appVersion: //p' "$here/onhook/Chart.yaml")"
} >"$out/kustomization.yaml"
