#!/usr/bin/env bash
# The health of every object of the test data, as kstatus, Argo CD and Flux see it, is what is expected of it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$here/../..
"$here/argocd-cm.sh" | diff "$project/examples/argocd/argocd-cm.yaml" - \
  || { echo "examples/argocd/argocd-cm.yaml is not what the scripts beside it say: make generate" >&2; exit 1; }
health=$("$here/build.sh")
"$health" -project "$project" -check
