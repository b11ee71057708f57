#!/usr/bin/env bash
# What the charts render, for each file of values/, and what they refuse, for each of refused/. The head of a file says what
# is to come:
#
#   # chart: NAME             another chart than onhook
#   # argument: ARGUMENT      a further argument of helm
#   # expect: KIND/NAME       an object that is there; `reject:` one that is not
#   # expect text: TEXT       a text that is in what is rendered; `reject text:` one that is not
#   # notes: TEXT             a text that is in the notes of an installation; `reject notes:` one that is not
#   # says: TEXT              what an error says (refused/)
#   # since: MINOR            servers before this version are refused it (../kubeconform/check.sh)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
charts=$here/../../charts
helm=$("$here/build.sh")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
wrong=0

fail() {
  echo "${file#"$here"/}: $*" >&2
  wrong=1
}

# said KEY: each value of a key in the head of the file.
said() { sed -n "s/^# $1: //p" "$file"; }

render() {
  local chart arguments
  chart=$(said chart)
  mapfile -t arguments < <(said argument)
  "$helm" "${@:-template}" a-release "$charts/${chart:-onhook}" --namespace a-namespace --values "$file" "${arguments[@]}"
}

notes() { render install --dry-run=client | sed -n '/^NOTES:/,$p'; }

# KIND/NAME of each object.
objects() {
  awk '
    /^---/ { kind = ""; inside = 0 }
    /^kind: / { kind = $2 }
    /^[a-z]/ { inside = ($0 == "metadata:") }
    inside && /^  name: / { name = $2; gsub(/"/, "", name); print kind "/" name }'
}

# KIND/NAME of each object of a chart's own that does not say of which version it is.
unversioned() {
  awk '
    function end() { if (kind != "" && own && !versioned) print kind "/" name }
    /^---/ { end(); kind = ""; inside = 0; versioned = 0; own = 1 }
    /^# Source: .*\/extra.yaml$/ { own = 0 }
    /^kind: / { kind = $2 }
    /^[a-z]/ { inside = ($0 == "metadata:") }
    inside && /^  name: / { name = $2 }
    inside && /^    app.kubernetes.io\/version: / { versioned = 1 }
    END { end() }'
}

count=0
for file in "$here"/values/*.yaml; do
  count=$((count + 1))
  if ! render >"$work/rendered" 2>"$work/error"; then
    fail "$(cat "$work/error")"
    continue
  fi
  objects <"$work/rendered" >"$work/objects"
  while read -r one; do fail "$one has no app.kubernetes.io/version"; done < <(unversioned <"$work/rendered")
  while read -r one; do grep -qxF -- "$one" "$work/objects" || fail "no $one"; done < <(said expect)
  while read -r one; do ! grep -qxF -- "$one" "$work/objects" || fail "there is $one"; done < <(said reject)
  while read -r one; do grep -qF -- "$one" "$work/rendered" || fail "nowhere: $one"; done < <(said "expect text")
  while read -r one; do ! grep -qF -- "$one" "$work/rendered" || fail "there is: $one"; done < <(said "reject text")
  grep -qE '^# (reject )?notes: ' "$file" || continue
  notes >"$work/notes"
  while read -r one; do grep -qF -- "$one" "$work/notes" || fail "the notes do not say: $one"; done < <(said notes)
  while read -r one; do ! grep -qF -- "$one" "$work/notes" || fail "the notes say: $one"; done < <(said "reject notes")
done
for file in "$here"/refused/*.yaml; do
  count=$((count + 1))
  if render >/dev/null 2>"$work/error"; then
    fail "is not refused"
    continue
  fi
  grep -qF -- "$(said says)" "$work/error" || fail "is refused with: $(cat "$work/error")"
done

# Each field of a Tenant can be given, and each alert can be left out and has its page.
file=$here/../../charts/onhook-tenant/values.schema.json
awk '
  /^          status:/ { exit }
  { match($0, /^ */); indent = RLENGTH }
  /^ *properties:$/ { at[indent + 2] = 1; next }
  { for (deeper in at) if (deeper + 0 > indent) delete at[deeper] }
  at[indent] && /^ *[A-Za-z]+:$/ { sub(/^ */, ""); sub(/:$/, ""); print }
' "$charts/onhook/files/crds/tenants.yaml" | sort -u >"$work/fields"
[ "$(wc -l <"$work/fields")" -gt 30 ] || fail "the fields of a Tenant cannot be read from its CRD"
while read -r field; do
  grep -q "\"$field\":" "$file" || fail "has no $field, which the CRD has"
done <"$work/fields"
file=$charts/onhook/files/alerts.yaml
while read -r alert; do
  [ -f "$charts/../docs/runbooks/$alert.md" ] || fail "docs/runbooks/$alert.md is missing"
  grep -q "runbook_url: docs/runbooks/$alert.md$" "$file" || fail "$alert names another page"
  grep -q "\"$alert\"" "$charts/onhook/values.schema.json" || fail "$alert is not in the schema of metrics.rules.disabled"
  grep -q "alertname: $alert$" "$charts/onhook/tests/alerts_test.yaml" || fail "$alert has no test"
done < <(sed -n 's/^ *- alert: //p' "$file")

[ "$wrong" -eq 0 ] || exit 1
echo "charts: $count files of values render or are refused as they say"
