#!/usr/bin/env bash
# What a release takes: one version everywhere, its changes in CHANGELOG.md as in the charts, and packages whose bytes do not
# depend on when and where they are made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
wrong=0
fail() { echo "release: $*" >&2; wrong=1; }

version=$(awk -F '"' '/^version = / { print $2; exit }' "$project/Cargo.toml")
# says FILE PATTERN: each version that a file names is that of Cargo.toml; the pattern has it as its first group.
says() {
  local found
  found=$(sed -nE "s/$2/\\1/p" "$project/$1" | sort -u)
  [ "$found" = "$version" ] || fail "$1 names version ${found:-(none)}, Cargo.toml $version"
}
for chart in onhook onhook-tenant; do
  says "charts/$chart/Chart.yaml" '^version: (.*)$'
  says "charts/$chart/Chart.yaml" '^appVersion: (.*)$'
done
says image/Containerfile '^.*onhook:([0-9][^ ]*).*$'
says image/Containerfile '^ARG VERSION=(.*)$'
says examples/argocd/operator.yaml '^.*targetRevision: v(.*)$'
says examples/flux/operator.yaml '^.*tag: v([^}]*).*$'
says deploy/kustomization.yaml '^ *newTag: (.*)$'

# What the newest version brings.
awk '/^## / { sections++ } sections == 1' "$project/CHANGELOG.md" >"$work/newest"
[ "$(head -n 1 "$work/newest")" = "## $version" ] || fail "CHANGELOG.md does not begin with ## $version"
for chart in onhook onhook-tenant; do
  awk -v heading="### Chart $chart" '/^### / { inside = ($0 == heading) } inside && /^- /' "$work/newest" | sort >"$work/told"
  awk '
    /^  artifacthub.io\/changes: / { inside = 1; next }
    /^  [^ ]/ { inside = 0 }
    inside && /^ *- kind: / { kind = toupper(substr($3, 1, 1)) substr($3, 2) }
    inside && /^ *description: / { sub(/^ *description: /, ""); print "- " kind ": " $0 }
  ' "$project/charts/$chart/Chart.yaml" | sort >"$work/annotated"
  [ -s "$work/annotated" ] || fail "charts/$chart/Chart.yaml names no changes"
  diff "$work/told" "$work/annotated" >&2 || fail "CHANGELOG.md and charts/$chart/Chart.yaml tell other changes"
done

# The second time from a copy whose files have other times.
cp -r "$project/charts" "$work/charts"
find "$work/charts" -exec touch --date=@1 {} +
mkdir "$work/tests"
ln -s "$here" "$work/tests/helm"
export SOURCE_DATE_EPOCH=1700000000
"$project/charts/package.sh" "$work/first" >"$work/sums"
"$work/charts/package.sh" "$work/second" >/dev/null
[ "$(wc -l <"$work/sums")" -eq 2 ] || fail "two charts are expected: $(cat "$work/sums")"
diff -r "$work/first" "$work/second" >&2 || fail "the packages of the charts depend on when or where they are made"

[ "$wrong" -eq 0 ] || exit 1
echo "release: $version everywhere, its changes are told, the packages are reproducible"
