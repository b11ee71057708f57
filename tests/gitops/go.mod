// Pins whose CRDs the examples for Argo CD and Flux are held against. build.sh beside this file takes them out of the modules.
module onhook.dev/gitops

go 1.26.0

require (
	github.com/argoproj/argo-cd/v3 v3.5.7
	github.com/fluxcd/helm-controller v1.6.1
	github.com/fluxcd/kustomize-controller v1.9.6
	github.com/fluxcd/source-controller v1.9.6
)
