# How pinned Go programs are built into the cache; sourced by build.sh beside each go.mod. The caller sets `here`, the
# folder of go.mod.

cache=${ONHOOK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/onhook}

# version_of MODULE: the version that go.mod pins.
version_of() { awk -v module="$1" '$1 == module && $2 ~ /^v/ { print $2; exit }' "$here/go.mod"; }

# alone_in FOLDER: makes the folder and waits until nobody else builds there: `make demo` and `make test` may run side by
# side.
alone_in() {
  bin=$1
  mkdir -p "$bin"
  exec 9>"$bin/.lock"
  flock 9
}

# build NAME VERSION PACKAGE: compiles one binary into the folder, with a line of progress every 15 s and the linker's
# $flags. The binary is moved into place when it is whole, so that an interrupted build leaves nothing half done.
build() {
  local name=$1 version=$2 package=$3 start=$SECONDS
  [ -x "$bin/$name" ] && return
  echo "build: $name $version (once; several minutes from cold)" >&2
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w ${flags:-}" -o "$bin/.$name.part" "$package" 9>&-) &
  local compiler=$!
  while kill -0 "$compiler" 2>/dev/null; do
    sleep 1
    [ $(((SECONDS - start) % 15)) -eq 0 ] && echo "build: $name … $((SECONDS - start)) s" >&2
  done
  wait "$compiler"
  mv "$bin/.$name.part" "$bin/$name"
  echo "build: $name built in $((SECONDS - start)) s" >&2
}
