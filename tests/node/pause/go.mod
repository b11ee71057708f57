// The container that holds a pod's network, for tests/node.
module onhook.dev/pause

go 1.26.0
