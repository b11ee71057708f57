# What run.sh and possible.sh share, sourced in the project's folder: what this machine is, and a folder, a cgroup and
# namespaces of one's own, and their end.

architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
# The folder of the CNI plugins, where distributions put them.
plugins=
for folder in /opt/cni/bin /usr/lib/cni /usr/libexec/cni; do
  if [ -x "$folder/ptp" ] && [ -x "$folder/host-local" ]; then plugins=$folder; fi
done
runs=

# containerd makes the cgroups of all containers below k8s.io, in each hierarchy that there is, and leaves them.
cgroups() { find /sys/fs/cgroup -type d -path '*/k8s.io*' 2>/dev/null | sort; }

# own_place: sets `work`, a folder, and remembers which cgroups are there, of somebody else's node. One of ours at a time:
# the next one waits.
own_place() {
  exec 8>/tmp/onhook-node.lock
  flock 8
  work=$(mktemp -d /tmp/onhook-node-XXXXXX)
  cgroups >"$work/cgroups"
  trap clean EXIT
}

# apart COMMAND...: runs it on what inside.sh makes of new namespaces. Whatever ends this script, by whatever signal, ends
# all that runs there, and with the last process go its mounts and network interfaces.
apart() {
  local code=0
  setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc tests/node/inside.sh "$@" 8>&- &
  runs=$!
  wait "$runs" || code=$?
  runs=
  return "$code"
}

clean() {
  local first='' left
  if [ -n "$runs" ]; then
    first=$(cat "/proc/$runs/task/$runs/children" 2>/dev/null || true)
    kill -KILL "$runs" 2>/dev/null || true
    wait "$runs" 2>/dev/null || true
  fi
  # The kernel takes a moment to bury what was killed: the first process of the namespace goes last.
  for _ in $(seq 100); do
    # Reversed, what is in a folder comes before it.
    cgroups | comm -23 - "$work/cgroups" | tac | xargs --no-run-if-empty rmdir 2>/dev/null || true
    left=$(cgroups | comm -23 - "$work/cgroups")
    # shellcheck disable=SC2086 # none or one
    if [ -z "$left" ] && { [ -z "$first" ] || ! kill -0 $first 2>/dev/null; }; then break; fi
    sleep 0.1
  done
  [ -z "$left" ] || echo "node: these cgroups could not be removed: $left" >&2
  rm -rf "$work"
}
