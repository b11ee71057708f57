#!/usr/bin/env bash
# Runs the browser tests in Debian's Chromium, by Playwright, with axe: the pages of the embedded account, and, called by
# tests/board.rs with its name, that of `onhook board`. What they need is installed by npm outside the checkout, once a
# version. Where Node.js, npm or Chromium is missing it says so and skips.
# usage: run.sh [FILE.test.mjs…]
set -euo pipefail
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
target="${CARGO_TARGET_DIR:-$root/target}"

say() { echo "browser: $*" >&2; }
skip() { say "SKIPPED: $*"; exit 0; }

command -v node >/dev/null || skip "Node.js is not installed (Debian: nodejs; version 20 or later)"
command -v npm >/dev/null || skip "npm is not installed (Debian: npm)"
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || skip "Node.js is older than version 20"
chromium="${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}"
[ -n "$chromium" ] || skip "Chromium is not installed (Debian: chromium), and CHROMIUM names none"
[ $# -gt 0 ] || [ -x "$target/debug/onhook-simulator" ] || { say "onhook-simulator is not built: cargo build --bins"; exit 1; }

lock=$(cksum package-lock.json | cut -d' ' -f1)
cache="${ONHOOK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/onhook}/browser-$lock"
if [ ! -e "$cache/ready" ]; then
  say "installing Playwright and axe (once)"
  rm -rf "$cache"
  mkdir -p "$cache"
  cp package.json package-lock.json .npmrc "$cache/"
  (cd "$cache" && npm ci --ignore-scripts --no-progress >&2) || skip "npm could not install what package-lock.json names"
  touch "$cache/ready"
fi
# Modules are looked for beside the test, so it runs from a copy beside them.
cp ./*.test.mjs "$cache/"
cd "$cache"
[ $# -gt 0 ] || set -- ./*.test.mjs
SIMULATOR="$target/debug/onhook-simulator" CHROMIUM="$chromium" exec node --test --test-reporter=spec "$@"
