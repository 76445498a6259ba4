# The doors of the project. `make demo` and `make test` need no step before them.
.DEFAULT_GOAL := help
.PHONY: help demo build install uninstall test test-long bench fuzz lint clean
HOST ?= 127.0.0.1
PORT ?= 8080
SUITE ?=
XTASK = cargo run --quiet --locked --package xtask --

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

demo: build ## the poll API server on 127.0.0.1:8080 (or HOST= PORT=): installs, builds, starts it
	@scripts/demo $(HOST) $(PORT)

build: deps-build ## the extension, into build/kargo_event.so
	@scripts/extension build

install: build ## put the extension into PHP's directory and enable it
	@scripts/extension install

uninstall: ## undo make install
	@scripts/extension uninstall

test: deps-test ## everything, or SUITE=name ("make test SUITE=list" lists them)
	@$(XTASK) test $(SUITE)

test-long: deps-test ## make test and what takes long: a million requests, chaos, valgrind, a stranger's run
	@$(XTASK) test-long $(SUITE)

bench: deps-bench build ## the table and the chart of docs/BENCHMARKS.md
	@bench/run
	@bench/pages

fuzz: deps-build ## fuzz each parser, SECONDS=60 per target
	@fuzz/run $(or $(SECONDS),60)

lint: deps-build ## format, clippy, docs, direction of dependencies, house rules
	@$(XTASK) test lint

clean: ## remove what was built (the cached scratch roots stay: .cache/)
	@cargo clean --quiet
	@rm -rf build

deps-%: # what a door needs is installed before anything is built
	@scripts/install-deps build $*
