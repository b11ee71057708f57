#!/usr/bin/env bash
# Runs a command in the namespaces that apart.sh made, once they look as a node does.
set -euo pipefail
# What containerd and the CNI plugins keep at fixed places is the namespace's own.
mount -t tmpfs none /run
mount -t tmpfs none /var/log
mkdir -p /run/netns
ip link set lo up
# Where the Service `kubernetes` is, the account, and the node.
ip address add 10.0.0.1/32 dev lo
ip address add 10.99.0.2/32 dev lo
ip address add 10.99.0.3/32 dev lo
"$@"
