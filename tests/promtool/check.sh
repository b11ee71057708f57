#!/usr/bin/env bash
# The alerts of the chart, checked and tested by promtool, and the queries of its dashboards, which are to be PromQL too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
chart=$(cd "$here/../../charts/onhook" && pwd)
promtool=$("$here/build.sh")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

quietly() {
  "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
}

quietly "$promtool" check rules --lint=all --lint-fatal "$chart/files/alerts.yaml"
quietly "$promtool" test rules "$chart/tests/alerts_test.yaml"
# A rule file of the queries, with Grafana's variables put in.
{
  echo "groups: [{name: dashboards, rules: ["
  sed -n 's/^ *"expr": "\(.*\)",$/\1/p' "$chart"/files/dashboards/*.json |
    sed -e 's/\\"/"/g' -e 's/\$__rate_interval/5m/g' -e 's/\$tenant/.*/g' -e "s/'/''/g" |
    awk '{ printf "{record: \"query:%d\", expr: '\''%s'\''},\n", NR, $0 }'
  echo "]}]"
} >"$work/dashboards.yaml"
queries=$(grep -c record "$work/dashboards.yaml")
written=$(cat "$chart"/files/dashboards/*.json | grep -c '"expr"')
[ "$queries" -gt 0 ] && [ "$queries" = "$written" ] || { echo "the dashboards' queries cannot be read" >&2; exit 1; }
quietly "$promtool" check rules --lint=none "$work/dashboards.yaml"
echo "alerts: fire when they should, and not when they should not; $queries queries of dashboards are PromQL"
