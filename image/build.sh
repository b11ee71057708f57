#!/usr/bin/env bash
# Makes the operator's image without a container engine: TARGET/image/onhook-VERSION.tar, an OCI archive that docker,
# podman, skopeo and containerd read, and beside it onhook-VERSION-ARCHITECTURE.cdx.json, what each binary links. Prints
# the digest and the sizes.
#
#   image/build.sh [amd64|arm64 ...]      without a name, those that this machine can build
#
# The same commit, Rust, Go and C compiler give the same digest in any folder.
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
program=$(image/program.sh)

version=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
revision=$(git rev-parse HEAD 2>/dev/null || true)
if [ -n "$revision" ] && [ -n "$(git status --porcelain)" ]; then
  echo "image: there are changes that are in no commit; the revision says -changed" >&2
  revision+=-changed
fi

binaries=$(image/binary.sh "$@" | sed 's/ /=/')
mapfile -t binaries <<<"$binaries"
mkdir -p "$target/image"
"$program" -version "$version" -revision "$revision" -created "$SOURCE_DATE_EPOCH" \
  -sbom "$target/image/onhook-$version" -output "$target/image/onhook-$version.tar" "${binaries[@]}"
