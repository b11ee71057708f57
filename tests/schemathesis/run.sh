#!/usr/bin/env bash
# Runs schemathesis against what the embedded account says it serves (/openapi.json): all checks, on free ports, with
# limited examples. MAX_EXAMPLES and SEED change how many and which. Ends what it started. Where Python or its venv module
# is missing it says so and skips.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=4.32.5
examples="${MAX_EXAMPLES:-8}"
cache="${ONHOOK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/onhook}/schemathesis-$version"
program="${CARGO_TARGET_DIR:-target}/debug/onhook-simulator"

say() { echo "schemathesis: $*" >&2; }
skip() { say "SKIPPED: $*"; exit 0; }

command -v python3 >/dev/null || skip "python3 is not installed"
python3 -c 'import ensurepip, venv' 2>/dev/null || skip "Python's venv module is not installed (Debian: python3-venv)"
[ -x "$program" ] || { say "$program is not there: cargo build --bins"; exit 1; }

# A venv that is only half there is made anew: the mark comes last.
if [ ! -e "$cache/ready" ]; then
  say "installing version $version (once)"
  mkdir -p "$(dirname "$cache")"
  exec 9>"$cache.lock"
  flock 9
  if [ ! -e "$cache/ready" ]; then
    rm -rf "$cache"
    python3 -m venv "$cache"
    "$cache/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" \
      || skip "schemathesis $version could not be installed by pip"
    touch "$cache/ready"
  fi
  exec 9>&-
fi

work=$(mktemp -d)
account=
finish() {
  [ -z "$account" ] || { kill "$account" 2>/dev/null && wait "$account" 2>/dev/null; } || true
  rm -rf "$work"
}
trap finish EXIT
"$program" serve --users 40 --seed 3 --time-scale 1000 --ready-file "$work/ready.json" >"$work/out" 2>"$work/log" &
account=$!
for _ in $(seq 300); do
  [ -s "$work/ready.json" ] && break
  kill -0 "$account" 2>/dev/null || { cat "$work/log" >&2; say "the account did not start"; exit 1; }
  sleep 0.1
done
[ -s "$work/ready.json" ] || { say "the account is not ready after 30 s"; exit 1; }

# Limits so wide that they are not met, by the control port; then the addresses and credentials.
eval "$(python3 - "$work/ready.json" <<'PYTHON'
import base64, json, shlex, sys, urllib.request

ready = json.load(open(sys.argv[1]))
center = ready["contactCenter"]

def call(url, method, body, headers):
    request = urllib.request.Request(url, body.encode(), headers, method=method)
    return json.load(urllib.request.urlopen(request, timeout=10))

wide = {"requestsPerMinute": 10**9, "requestsPerTenSeconds": 10**9, "operationsInFlight": 10**9}
call(ready["controlUrl"] + "/settings", "PUT", json.dumps(wide), {"content-type": "application/json"})
basic = base64.b64encode(f"{center['key']}:{center['secret']}".encode()).decode()
form = {"content-type": "application/x-www-form-urlencoded", "authorization": "Basic " + basic}
# Account time runs fast here, so that the tokens must live long.
call(ready["controlUrl"] + "/settings", "PUT", json.dumps({"tokenSeconds": 10**9}), {"content-type": "application/json"})
token = call(ready["tokenUrl"], "POST", "grant_type=client_credentials", form)["access_token"]
values = {
    "ONHOOK_ORIGIN": ready["accountUrl"].removesuffix("/admin-provisioning"),
    "ONHOOK_KEY": ready["keys"]["primary"], "ONHOOK_TOKEN": token,
    "ONHOOK_CLIENT": center["key"], "ONHOOK_CLIENT_SECRET": center["secret"],
    "ONHOOK_TENANT": center["tenant"], "ONHOOK_ACTION_TOKEN": center["actionToken"],
}
for name, value in values.items():
    print(f"export {name}={shlex.quote(value)}")
PYTHON
)"

# Its own folder: hypothesis and schemathesis write into the one they run in.
root=$PWD
cd "$work"
say "version $version, $examples examples an operation"
SCHEMATHESIS_HOOKS='' "$cache/bin/schemathesis" --config-file "$root/tests/schemathesis/schemathesis.toml" run \
  "$ONHOOK_ORIGIN/openapi.json" --checks all --max-examples "$examples" --seed "${SEED:-1}" --no-color --warnings off "$@"
