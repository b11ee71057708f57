#!/usr/bin/env bash
# Prints examples/argocd/argocd-cm.yaml: the health scripts beside it, as Argo CD reads them from its own ConfigMap.
set -euo pipefail
cd "$(dirname "$0")/../../examples/argocd"
cat <<'END'
# Teaches Argo CD the health of Onhook's objects. Written by `make generate` from resource_customizations/; do not edit.
# Put `data` into the ConfigMap that Argo CD has, for example with `kubectl apply --server-side`.
apiVersion: v1
kind: ConfigMap
metadata:
  name: argocd-cm
  namespace: argocd
  labels:
    app.kubernetes.io/name: argocd-cm
    app.kubernetes.io/part-of: argocd
data:
END
for script in resource_customizations/onhook.dev/*/health.lua; do
  echo "  resource.customizations.health.onhook.dev_$(basename "$(dirname "$script")"): |"
  sed 's/^./    &/' "$script"
done
