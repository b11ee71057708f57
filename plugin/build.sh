#!/usr/bin/env bash
# Makes the kubectl plugin for krew in TARGET/plugin: onhook-VERSION-linux-ARCHITECTURE.tar.gz for each architecture, with
# kubectl-onhook and LICENSE, and onhook.yaml, the manifest that names them all. Prints the checksums.
#
#   plugin/build.sh [amd64|arm64|ARCHITECTURE=BINARY ...]
#
# One that is named is built as for the image; with =BINARY it is there already. Without a name, those that this machine can
# build. RELEASE_URL is the address of the folder that the archives will be downloaded from, HOMEPAGE that of a page for
# readers. Both are given for a release. Neither, and the manifest leads nowhere: it installs beside --archive.
#
# The same commit, Rust, C compiler and gzip give the same bytes in any folder.
set -euo pipefail
cd "$(dirname "$0")/.."
output=$(realpath -m "${CARGO_TARGET_DIR:-target}")/plugin
say() { echo "plugin: $*" >&2; }

if [ -z "${RELEASE_URL:-}${HOMEPAGE:-}" ]; then
  say "neither RELEASE_URL nor HOMEPAGE is set: the manifest is for trying out, not for a release"
  RELEASE_URL=https://example.invalid/onhook HOMEPAGE=https://example.invalid/onhook
fi
for name in RELEASE_URL HOMEPAGE; do
  [[ ${!name:-} =~ ^https?://[[:alnum:]._~:/?#@%+=-]+$ ]] || { say "$name is no web address: '${!name:-}'"; exit 1; }
done
version=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

names=() binaries=()
for argument; do
  case $argument in
    *=*) binaries+=("$argument") ;;
    *) names+=("$argument") ;;
  esac
done
if [ ${#binaries[@]} -eq 0 ] || [ ${#names[@]} -gt 0 ]; then
  built=$(image/binary.sh "${names[@]}" | sed 's/ /=/')
  mapfile -t -O "${#binaries[@]}" binaries <<<"$built"
fi

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
# What was made before is no part of this release.
mkdir -p "$output"
rm -f "$output"/onhook-*.tar.gz "$output/onhook.yaml"

file() { echo "onhook-$version-linux-$1.tar.gz"; }

# archive ARCHITECTURE BINARY: makes the archive of one architecture.
archive() {
  install -m 0755 "$2" "$work/kubectl-onhook"
  install -m 0644 LICENSE "$work/LICENSE"
  tar --create --directory "$work" --format ustar --sort name --owner 0 --group 0 --numeric-owner \
    --mtime "@$SOURCE_DATE_EPOCH" LICENSE kubectl-onhook | gzip -9 --no-name >"$output/$(file "$1")"
}

# platform ARCHITECTURE: its part of the manifest.
platform() {
  cat <<END
    - selector:
        matchLabels:
          os: linux
          arch: $1
      uri: ${RELEASE_URL%/}/$(file "$1")
      sha256: $(sha256sum "$output/$(file "$1")" | cut -d ' ' -f 1)
      bin: kubectl-onhook
END
}

for pair in "${binaries[@]}"; do archive "${pair%%=*}" "${pair#*=}"; done
{
  sed -e "s|@VERSION@|v$version|" -e "s|@HOMEPAGE@|$HOMEPAGE|" plugin/onhook.yaml.in
  for pair in "${binaries[@]}"; do platform "${pair%%=*}"; done
} >"$work/onhook.yaml"
mv "$work/onhook.yaml" "$output/onhook.yaml"
cd "$output"
sha256sum -- onhook-*.tar.gz onhook.yaml
