# Everything a person types in this checkout. `make` alone shows it.
.DEFAULT_GOAL := help
.PHONY: help install local-aws demo test check generate lint unit e2e corpus conformance bench image chart kind-node-image e2e-kind clean

# Node 26 comes with the npm packages; whatever Node the machine has serves only to install them.
MACHINE_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SHELL := /bin/sh

help: ## Show this
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

install: node_modules/.package-lock.json ## Get the npm packages, the Kubernetes parts and moto (once, then a moment)
	@node hack/install.ts

local-aws: node_modules/.package-lock.json ## Run the local AWS; needs no Kubernetes; ARGS="--help" shows its flags
	@node hack/install.ts moto
	@exec node cli/albatross.ts local-aws $(or $(ARGS),--seed-account)

node_modules/.package-lock.json: package-lock.json
	@echo "npm packages (once; about 15 s):"
	@PATH="$(MACHINE_PATH)" npm ci --include=dev --no-audit --no-fund --loglevel=error
	@node --version | grep -q '^v26' || { echo "npm did not install Node 26: are install scripts switched off (npm config get ignore-scripts)?" >&2; exit 1; }
	@touch $@

demo: install ## Watch it work on a real API server; ONCE=1 checks every step and ends
	@ONCE=$(ONCE) exec node e2e/demo/main.ts

test: install ## Check, then run every test; the last line is "N passed, N failed"
	@exec node hack/test.ts

check: install ## Style, types, the laws of the house, generated files
	@biome check .
	@tsc --noEmit
	@vitest run --project unit hack

generate: install ## Write the files that are derived from the descriptors
	@node hack/generate/main.ts

lint: install ## Style, with every fix that is safe applied
	@biome check --write .

unit: install ## The tests beside the code
	@exec vitest run --project unit

e2e: install ## The scenarios on a real API server and the local AWS; ARGS="NAME" picks some
	@exec vitest run --project e2e $(ARGS)

corpus: install ## Play the admission corpus on a real API server; the last line is "N of M as expected"
	@exec node e2e/conformance/main.ts

conformance: install ## Compare end states with those of the LBC; the last line is "N of M equal, K different by design, …"
	@exec node e2e/conformance/end-states.ts

bench: install ## Print the budgets' numbers
	@exec node hack/bench/main.ts

image: install ## Build the image and look at it; IMAGE, BASE, CONTAINER_ENGINE, BUILD_FLAGS: see hack/image.ts
	@exec node hack/image.ts

chart: install ## Check the Helm chart: lint, rendering, equality with config/, install to uninstall on a real API server; builds Helm once
	@node hack/install.ts helm
	@exec node hack/chart/main.ts

kind-node-image: ## Build a node image for kind where no registry has kindest/node (16 minutes of processor, once)
	@exec hack/kind/node-image.sh $(KIND_NODE_IMAGE)

e2e-kind: install image ## The scenarios on a real kind cluster with real pods; KIND_NODE_IMAGE, BASE, CERT_MANAGER_MANIFEST, ARGS
	@exec vitest run --project kind $(ARGS)

clean: ## Remove what was installed and made here (Kubernetes parts and moto stay in ~/.cache/albatross)
	rm -rf node_modules .cache coverage dist local-aws/dist
