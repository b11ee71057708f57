# `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
.SILENT:
.PHONY: help demo demo-down test lint docs generate control-plane oldest schemathesis browser dashboards bench image plugin chart node

CARGO ?= cargo
# Where Cargo builds to; CARGO_TARGET_DIR is Cargo's own variable.
TARGET := $(or $(CARGO_TARGET_DIR),target)
# cargo-deny, also where .ci/run put it.
CARGO_DENY := $(or $(shell command -v cargo-deny),$(lastword $(wildcard $(HOME)/.cache/onhook/tools/cargo-deny-*/bin/cargo-deny)))

# mdBook, also where `make docs` put it.
MDBOOK_VERSION := 0.5.4
MDBOOK_ROOT := $(HOME)/.cache/onhook/tools/mdbook-$(MDBOOK_VERSION)
MDBOOK = $(or $(wildcard $(MDBOOK_ROOT)/bin/mdbook),$(shell command -v mdbook))

help: ## Show this list
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-12s  %s\n", $$1, $$2 }'

demo: control-plane ## Watch three leavers go, on a real API server (KEEP=1 leaves all running)
	echo "demo: building onhook"
	$(CARGO) build --bins
	exec $(TARGET)/debug/onhook-demo $(if $(filter-out 0,$(KEEP)),--keep)

demo-down: ## End what `make demo KEEP=1` left running
	$(CARGO) build --quiet --bin onhook-demo
	exec $(TARGET)/debug/onhook-demo down

test: ## Lints, generated files, unit and integration tests; where the machine can be a node, make node
	start=$$SECONDS
	$(MAKE) --no-print-directory lint
	$(MAKE) --no-print-directory control-plane
	echo "test: unit and integration tests"
	$(CARGO) build --bins
	$(CARGO) test
	tests/schemathesis/run.sh
	tests/browser/run.sh
	tests/krew/check.sh $(TARGET)/debug/onhook
	echo "test: the chart on a real node"
	tests/node/run.sh --where-possible
	echo "test: all passed in $$((SECONDS - start)) s"

schemathesis: ## The embedded account against its own OpenAPI (MAX_EXAMPLES=8, SEED=1)
	$(CARGO) build --bin onhook-simulator
	exec tests/schemathesis/run.sh

browser: control-plane ## The pages of the embedded account and of onhook board in Chromium, with axe
	$(CARGO) build --bin onhook-simulator
	tests/browser/run.sh
	$(CARGO) test --test board

dashboards: control-plane ## The dashboards by a real Prometheus and a real run; their pictures into docs/telemetry
	$(CARGO) build --bins
	$(CARGO) test --test dashboards
	mkdir -p docs/telemetry
	cp target/dashboards/*.svg docs/telemetry/

image: ## The operator's image as target/image/onhook-VERSION.tar, without a container engine
	exec image/build.sh

plugin: ## The kubectl plugin for krew in target/plugin: archives and manifest (RELEASE_URL, HOMEPAGE)
	export RELEASE_URL="$(RELEASE_URL)" HOMEPAGE="$(HOMEPAGE)"
	exec plugin/build.sh

chart: ## Both charts as target/chart/*.tgz with SHA256SUMS, the same bytes for the same commit
	tests/helm/release.sh
	exec charts/package.sh target/chart

node: control-plane ## The chart on a real node with that image: install, off-board, upgrade, roll back, uninstall (root)
	exec tests/node/run.sh

oldest: ## The tests of chart, admission and operator on the oldest Kubernetes that the chart claims
	export KUBEBUILDER_ASSETS="$$(tests/control-plane/build.sh oldest)"
	$(CARGO) build --bins
	exec $(CARGO) test --test control_plane --test chart --test admission --test operator

bench: control-plane ## The figures of docs/performance.md (ONLY=planner,leavers LEAVERS=1000 SCALE=10)
	export ONLY="$(ONLY)" LEAVERS="$(LEAVERS)" SCALE="$(SCALE)"
	exec $(CARGO) bench --bench figures

lint: ## Format, lints, generated files in step, documentation, licenses
	echo "lint: format"
	$(CARGO) fmt --all -- --check
	echo "lint: clippy, everything"
	$(CARGO) clippy --all-targets -- -D warnings
	echo "lint: clippy, the operator as it is shipped"
	$(CARGO) clippy --no-default-features --bin onhook -- -D warnings
	echo "lint: generated files in step"
	$(CARGO) run --quiet --bin onhook -- crds --check crds
	$(CARGO) run --quiet --bin onhook -- crds --check charts/onhook/files/crds
	$(CARGO) run --quiet --bin onhook -- docs --check docs/reference
	rendered=$$(mktemp -d)
	trap 'rm -r "$$rendered"' EXIT
	charts/render.sh "$$rendered"
	diff -r "$$rendered" deploy || { echo "deploy/ is not what the chart gives: make generate" >&2; exit 1; }
	charts/readme.sh --check
	echo "lint: the charts"
	"$$(tests/helm/build.sh)" lint --strict --quiet charts/onhook
	"$$(tests/helm/build.sh)" lint --strict --quiet charts/onhook-tenant --values tests/helm/values/tenant.yaml
	tests/helm/check.sh
	tests/helm/release.sh
	echo "lint: kubeconform, Kubernetes 1.34 and 1.37"
	tests/kubeconform/check.sh
	echo "lint: the alerts"
	tests/promtool/check.sh
	echo "lint: health checks of Argo CD and Flux"
	tests/health/check.sh
	echo "lint: documentation"
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --quiet
	if [ -n "$(MDBOOK)" ]; then
	  echo "lint: the site"
	  $(MAKE) --no-print-directory docs
	else
	  echo "lint: the site SKIPPED: mdBook is not installed (make docs installs it)"
	fi
	if [ -n "$(CARGO_DENY)" ]; then
	  echo "lint: licenses, bans, sources"
	  $(CARGO) fetch --locked --quiet
	  $(CARGO_DENY) --all-features --offline --locked check --hide-inclusion-graph bans licenses sources
	else
	  echo "lint: licenses, bans, sources SKIPPED: cargo-deny is not installed (.ci/run installs it)"
	fi

docs: ## The documentation as a site, in target/book
	if [ -z "$(MDBOOK)" ]; then
	  echo "docs: building mdBook $(MDBOOK_VERSION) (once; some minutes)"
	  $(CARGO) install mdbook --version $(MDBOOK_VERSION) --locked --quiet --no-default-features --features search --root $(MDBOOK_ROOT)
	fi
	mdbook="$(MDBOOK)"
	said=$$("$${mdbook:-$(MDBOOK_ROOT)/bin/mdbook}" build docs --dest-dir "$(CURDIR)/target/book" 2>&1) || { echo "$$said" >&2; exit 1; }
	if grep -q -e WARN -e ERROR <<<"$$said"; then echo "$$said" >&2; exit 1; fi
	echo "docs: target/book/index.html"

generate: ## Write all that is generated: crds/, docs/reference, deploy/, the charts' READMEs, argocd-cm.yaml
	$(CARGO) run --quiet --bin onhook -- crds --output crds
	$(CARGO) run --quiet --bin onhook -- crds --output charts/onhook/files/crds
	$(CARGO) run --quiet --bin onhook -- docs --output docs/reference
	charts/render.sh deploy
	charts/readme.sh
	tests/health/argocd-cm.sh >examples/argocd/argocd-cm.yaml

control-plane: # Builds the pinned control plane where that has not been done yet
	tests/control-plane/build.sh >/dev/null
