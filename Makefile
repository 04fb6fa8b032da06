# femur: make help lists the targets.

GO      ?= go
BIN     := bin/femur
GOFLAGS ?=
export CGO_ENABLED = 1

SOURCES := $(shell find . -name '*.go' -not -path './.tools/*') go.mod go.sum pipeline.hcl

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: $(BIN) ## fetch modules and put the XLA plugin in place (goes on without one when there is no network)
	$(BIN) backend install cpu || echo "make setup: no XLA plugin; femur computes with the slower Go backend"

.PHONY: build
build: $(BIN) ## build bin/femur

$(BIN): $(SOURCES)
	$(GO) build -o $@ ./cmd/femur

.PHONY: run
run: setup ## run the study on synthetic radiographs
	$(BIN) run

.PHONY: test
test: ## run all tests that take minutes at most
	$(GO) test -timeout 20m ./...

# How often a process is killed and a file damaged.
KILLS   ?= 300
DAMAGES ?= 300
.PHONY: torture
torture: ## kill, damage and search for copies at length: some ten minutes
	FEMUR_KILLS=$(KILLS) FEMUR_DAMAGES=$(DAMAGES) $(GO) test -count=1 -timeout 60m -run 'Killed|Damaged|Renewal|Forgets' ./cache/badgerstore
	FEMUR_TORTURE=1 $(GO) test -count=1 -timeout 60m ./internal/duplicates

.PHONY: bench
bench: setup ## measure the figures and write them into docs/benchmarks.md
	$(GO) run ./internal/tools/bench -femur $(BIN) -write docs/benchmarks.md

# Where bench looks for it: os.UserCacheDir of Go.
BENCH_PYTHON := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/femur-bench-python
ifeq ($(shell uname -s),Darwin)
BENCH_PYTHON := $(HOME)/Library/Caches/femur-bench-python
endif

.PHONY: bench-python
bench-python: ## install the Python packages that make bench compares with, in a folder of the user's cache
	python3 -m venv $(BENCH_PYTHON)
	$(BENCH_PYTHON)/bin/pip install --quiet --requirement internal/tools/bench/python/requirements.txt

.PHONY: golden
golden: ## rewrite the golden files; review the diff
	UPDATE_GOLDEN=1 $(GO) test ./...

.PHONY: reference
reference: ## rewrite docs/pipeline-reference.md
	UPDATE_GOLDEN=1 $(GO) test -run TestReference ./cmd/femur

.PHONY: fuzz
fuzz: ## fuzz every decoder for a minute each
	@for t in $$($(GO) list ./... ); do \
	  for f in $$($(GO) test -list '^Fuzz' $$t 2>/dev/null | grep ^Fuzz); do \
	    $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime 1m $$t || exit 1; done; done

TOOLS := $(CURDIR)/.tools
.PHONY: lint
lint: $(TOOLS)/golangci-lint ## check formatting, imports and style
	$(TOOLS)/golangci-lint run ./...

# One version for everybody, from tools/go.mod; built once, which takes minutes.
$(TOOLS)/golangci-lint: tools/go.mod tools/go.sum
	GOBIN=$(TOOLS) $(GO) install -C tools github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

.PHONY: clean
clean: ## remove what was built; the cache of results stays
	rm -rf bin .tools
