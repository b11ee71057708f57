#!/usr/bin/env bash
# The plugin of kubectl as people get it: plugin/build.sh packs a binary that is built already, krew's own check finds nothing
# wrong in the manifest, krew installs it, and kubectl calls it and completes its commands. A manifest with a mistake is
# refused, so the check would see one.
#
#   tests/krew/check.sh BINARY
#
# Nothing is downloaded: krew is told to take the archive that lies beside the manifest under the name that the manifest has.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
binary=${1:?usage: tests/krew/check.sh BINARY}
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) echo "krew: SKIPPED: there is no plugin for $(uname -m)"; exit 0 ;;
esac
assets=$("$project/tests/control-plane/build.sh")
krew=$("$here/build.sh")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
fail() { echo "krew: $*" >&2; exit 1; }
quietly() { "$@" >"$work/said" 2>&1 || { cat "$work/said" >&2; fail "failed: $*"; }; }

# What kubectl finds, and nothing of the machine's own krew.
export KREW_ROOT=$work/root KREW_ARCH=$architecture KREW_NO_UPGRADE_CHECK=1
export PATH=$KREW_ROOT/bin:$work/bin:$assets:$PATH
mkdir -p "$KREW_ROOT" "$work/bin" "$work/wrong"
cat >"$work/bin/kubectl-krew" <<END
#!/usr/bin/env bash
set -euo pipefail
if [ "\$1" = install ]; then
  name=\$(sed -n "s|.* uri: .*/\\(.*-\$KREW_ARCH\\.tar\\.gz\\)\$|\\1|p" "\$3")
  set -- "\$@" --archive "\$(dirname "\$3")/\$name"
fi
exec "$krew/kubectl-krew" "\$@"
END
chmod +x "$work/bin/kubectl-krew"
# pack TARGET ARCHITECTURE=BINARY...: makes TARGET/plugin.
pack() {
  quietly env CARGO_TARGET_DIR="$1" RELEASE_URL=https://downloads.example/onhook/ HOMEPAGE=https://onhook.example \
    "$project/plugin/build.sh" "${@:2}"
}
# Without the stacks of its threads, which come behind the reason.
valid() { "$krew/validate-krew-manifest" -manifest "$1" 2>&1 | sed '/goroutine [0-9]/,$d'; }

# The same bytes, whoever packs and when. All that has to do with architectures holds for any binary, and a small one packs
# sooner.
cp "$here/check.sh" "$work/small"
export SOURCE_DATE_EPOCH=86400
pack "$work/once" amd64="$work/small" arm64="$work/small"
(cd / && umask 077 && pack "$work/again" amd64="$work/small" arm64="$work/small")
diff --recursive "$work/once" "$work/again" >&2 || fail "the same binary was packed to other bytes"
TZ=UTC0 tar --list --verbose --file "$work/once/plugin/"*-amd64.tar.gz | awk '{ print $1, $2, $4, $5, $6 }' >"$work/listed"
diff "$work/listed" - >&2 <<END || fail "the archive has other files, rights, owners or times"
-rw-r--r-- 0/0 1970-01-02 00:00 LICENSE
-rwxr-xr-x 0/0 1970-01-02 00:00 kubectl-onhook
END
quietly valid "$work/once/plugin/onhook.yaml"
grep -qF "all 2 spec.platforms installed fine" "$work/said" || fail "not both architectures were installed: $(cat "$work/said")"
grep -qF "uri: https://downloads.example/onhook/onhook-" "$work/once/plugin/onhook.yaml" || fail "the manifest leads elsewhere"

# refused WHAT EXPRESSION TEXT: the manifest that sed makes is refused with a text.
refused() {
  sed "$2" "$work/once/plugin/onhook.yaml" >"$work/wrong/onhook.yaml"
  ! cmp --quiet "$work/once/plugin/onhook.yaml" "$work/wrong/onhook.yaml" || fail "$1: nothing was changed"
  ! valid "$work/wrong/onhook.yaml" >"$work/said" 2>&1 || fail "is not refused: $1"
  grep -qF -- "$3" "$work/said" || fail "$1: is refused with: $(cat "$work/said")"
}
cp "$work/once/plugin"/*.tar.gz "$work/wrong"
refused "the checksum of another file" "s/sha256: .*/sha256: $(sha256sum "$project/LICENSE" | cut -d ' ' -f 1)/" "checksum does not match"
refused "no bin" "/ bin: /d" '`bin` has to be set'
refused "a bin that is not in the archive" "s/ bin: .*/ bin: onhook/" "cannot be found in extracted archive"
refused "a selector by what krew does not know" "s/ os: linux/ platform: linux/" 'key "platform" not supported'
refused "a selector for no machine" "s/ os: linux/ os: plan9/" "doesn't match any supported platforms"
refused "two archives for one machine" "s/ arch: arm64/ arch: amd64/" "overlapping selectors"
for address in "" downloads.example "https://downloads.example/a b"; do
  ! CARGO_TARGET_DIR=$work/refused RELEASE_URL=$address HOMEPAGE=https://onhook.example "$project/plugin/build.sh" \
    amd64="$work/small" >"$work/said" 2>&1 ||
    fail "the address '$address' is not refused"
  grep -qF "RELEASE_URL is no web address: '$address'" "$work/said" || fail "is refused with: $(cat "$work/said")"
done

# Packs sooner without the names for a debugger.
strip -o "$work/onhook" "$binary" 2>/dev/null || cp "$binary" "$work/onhook"
pack "$work/real" "$architecture=$work/onhook"
quietly valid "$work/real/plugin/onhook.yaml"
quietly kubectl krew install --manifest "$work/real/plugin/onhook.yaml"

# says TEXT COMMAND...: a command succeeds and prints a line.
says() {
  local text=$1
  shift
  quietly "$@"
  grep -qxF -- "$text" "$work/said" || fail "'$*' does not say '$text' but: $(cat "$work/said")"
}
version=$(awk -F '"' '/^version = / { print $2; exit }' "$project/Cargo.toml")
says "onhook $version" kubectl onhook --version
says "Usage: kubectl onhook <COMMAND>" kubectl onhook --help
says "Usage: kubectl onhook explain [OPTIONS] [user/NAME]..." kubectl onhook explain --help
says "$KREW_ROOT/bin/kubectl-onhook" kubectl plugin list

# The caveats say how kubectl comes to complete the commands, and are done as they stand there.
sed -n '/For kubectl to complete/,/^  platforms/s/^      //p' "$work/real/plugin/onhook.yaml" >"$work/completion"
quietly bash -euo pipefail "$work/completion"
says $'explain\tSay where a leaver stands, why, what a person must do, and when it goes on' kubectl __complete onhook ""
! grep -q '^-' "$work/said" || fail "flags are offered before a dash: $(cat "$work/said")"
says ":4" kubectl __complete onhook ""
says $'--prune\tTell what deleting the objects would do that are not declared any more' kubectl __complete onhook plan --pr
says "jsonl" kubectl __complete onhook records export --format j
(cd "$work" && says "real/" kubectl __complete onhook plan -f re)

echo "krew: the plugin is installed, called and completed by kubectl, and what is wrong in its manifest is refused"
