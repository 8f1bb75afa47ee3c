# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

CONFIGURATION ?= Release
URL           ?= http://127.0.0.1:7071
DATA          ?= .mlops

lower   = $(shell echo $(CONFIGURATION) | tr A-Z a-z)
HOST    = artifacts/bin/LocalHost/$(lower)/Mlops.LocalHost.dll
CLI     = artifacts/bin/Cli/$(lower)/mlops.dll
PIDFILE = $(DATA)/host.pid
LOGFILE = $(DATA)/host.log

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[36m%-16s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: prerequisites
prerequisites:
	@missing=0; \
	need() { command -v "$$1" >/dev/null 2>&1 || { echo "$$1 is missing: install $$2" >&2; missing=1; }; }; \
	need dotnet "the .NET SDK 10 (https://dot.net)"; \
	need node "Node.js 20 or later (https://nodejs.org)"; \
	need npm "npm, which comes with Node.js"; \
	need curl "curl from your system's packages"; \
	exit $$missing
	@dotnet --version >/dev/null 2>&1 || { echo "The .NET SDK is older than global.json asks for: install the .NET SDK 10 (https://dot.net)" >&2; exit 1; }

# NU1603: the Functions SDK builds a project of its own that names old packages, and a feed with only later ones says so of each. In our projects it stays an error.
.PHONY: setup
setup: prerequisites ## Restore and build everything
	@echo "Building ($(CONFIGURATION)); the first time restores packages and takes a minute or two"
	@dotnet build MlopsFunctions.sln -c $(CONFIGURATION) --nologo -v quiet -clp:NoSummary -nowarn:NU1603

.PHONY: demo
demo: setup ## The whole platform once, on real data: upload, train, promote, predict
	@dotnet $(CLI) demo --host $(HOST) --data data --report artifacts/demo/report.html

.PHONY: up
up: setup ## Start the host on port 7071 and leave it running
	@mkdir -p $(DATA)
	@if [ -f $(PIDFILE) ] && kill -0 "$$(cat $(PIDFILE))" 2>/dev/null; then echo "Already running: $(URL) (pid $$(cat $(PIDFILE)))"; exit 0; fi; \
	MLOPS_DATA=$(DATA) nohup dotnet $(HOST) --urls $(URL) >>$(LOGFILE) 2>&1 & echo $$! >$(PIDFILE); \
	for i in $$(seq 1 200); do \
	  if curl -fs $(URL)/readyz >/dev/null 2>&1; then echo "Running: $(URL) (pid $$(cat $(PIDFILE)), log $(LOGFILE))"; exit 0; fi; \
	  if ! kill -0 "$$(cat $(PIDFILE))" 2>/dev/null; then echo "The host ended; its log says:" >&2; tail -n 5 $(LOGFILE) >&2; rm -f $(PIDFILE); exit 1; fi; \
	  sleep 0.1; \
	done; echo "Not ready after 20 s; see $(LOGFILE)" >&2; exit 1

.PHONY: down
down: ## Stop the host
	@if [ ! -f $(PIDFILE) ] || ! kill -0 "$$(cat $(PIDFILE))" 2>/dev/null; then echo "Not running"; rm -f $(PIDFILE); exit 0; fi; \
	pid=$$(cat $(PIDFILE)); kill -TERM $$pid; \
	for i in $$(seq 1 300); do kill -0 $$pid 2>/dev/null || { rm -f $(PIDFILE); echo "Stopped"; exit 0; }; sleep 0.1; done; \
	echo "Still running after 30 s (pid $$pid)" >&2; exit 1

.PHONY: status
status: ## Whether the host runs and is ready
	@if [ -f $(PIDFILE) ] && kill -0 "$$(cat $(PIDFILE))" 2>/dev/null; then echo "Running (pid $$(cat $(PIDFILE)))"; else echo "Not running"; exit 1; fi
	@curl -s $(URL)/api/v1/info && echo

.PHONY: logs
logs: ## Follow the host's log
	@tail -n 100 -F $(LOGFILE)

.PHONY: health
health: ## What the readiness probe says
	@curl -sS $(URL)/readyz && echo

.PHONY: smoke-test
smoke-test: setup ## A quick check of a running host (URL=http://127.0.0.1:7071)
	@dotnet $(CLI) smoke-test --url $(URL) --data data

.PHONY: test
test: setup ## All tests
	@build/test.sh $(CONFIGURATION)

.PHONY: coverage
coverage: setup ## All tests, with the share of lines of src that they run
	@build/test.sh $(CONFIGURATION) --coverage

.PHONY: bench
bench: setup ## Benchmarks; reports go to bench/reports
	@bench/run.sh $(CONFIGURATION)

.PHONY: format
format: prerequisites ## Format the code (CHECK=1 only says what is not formatted)
	@dotnet format MlopsFunctions.sln $(if $(CHECK),--verify-no-changes)

.PHONY: validate-config
validate-config: prerequisites ## Check host.json, settings and the API description
	@node build/validate-config.mjs

.PHONY: clean
clean: ## Remove everything that was built, and ask the package feed again next time
	@rm -rf artifacts
