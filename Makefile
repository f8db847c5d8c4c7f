# Everything here needs only Go and make. As root on Debian, `make test` installs what the tests on real hosts use.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help build audit docs test bench lint fmt proto vuln reproducible clean FORCE

MODULE   := github.com/holdfast-agent/holdfast
# A release tarball has no .git and brings a VERSION file instead.
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION 2>/dev/null || echo devel)
COMMIT   ?= $(shell git rev-parse HEAD 2>/dev/null)
DATE     ?= $(shell TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null)
LDFLAGS  := -s -w -X $(MODULE)/internal/version.stamp=$(VERSION) -X $(MODULE)/internal/version.commit=$(COMMIT) -X $(MODULE)/internal/version.date=$(DATE)
# grpcnotrace leaves out a page of statistics that nothing serves, and html/template with it.
GO_BUILD := CGO_ENABLED=0 go build -tags grpcnotrace -trimpath -buildvcs=false -ldflags '$(LDFLAGS)'
BINARIES := $(patsubst cmd/%,bin/%,$(wildcard cmd/*))
# Archives made from the binaries carry the time of the last commit, not that of the build.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null || echo 0)

GOLANGCI_LINT_VERSION := v2.15.0
GOVULNCHECK_VERSION   := v1.9.0
PROTOC_GEN_GO_VERSION := v1.36.12
PROTOC_GRPC_VERSION   := v1.6.2
GOLANGCI_LINT         := .tools/golangci-lint-$(GOLANGCI_LINT_VERSION)

# The race detector needs a C compiler and libc's start files; without them the tests run without it.
RACE := $(shell echo 'int main(void){return 0;}' | $${CC:-cc} -x c -o /dev/null - 2>/dev/null && echo -race)

help: ## print this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: $(BINARIES) ## build the static binaries into bin/

bin/%: FORCE
	@mkdir -p bin
	$(GO_BUILD) -o $@ ./cmd/$*

audit: build ## build, then audit this machine (ARGS="--verbose" adds flags); findings are no error of make
	@./bin/holdfast audit --exit-zero $(ARGS)

# A page takes its name only when it is whole: a policy in error empties none.
docs: build ## write the generated pages in docs/ anew
	@mkdir -p docs/benchmarks
	@set -e; page() { "$${@:2}" > bin/page; cat bin/page > "$$1"; rm bin/page; }; \
	page docs/facts.md ./bin/holdfast facts --docs; \
	page docs/policy-reference.md ./bin/holdfast policy docs --language; \
	page docs/actions.md ./bin/holdfast policy docs --actions; \
	for p in policies/*/; do page docs/benchmarks/$$(basename $$p)-controls.md ./bin/holdfast policy docs $$p; done

test: ## run all tests; as root on Debian also those on real hosts (what they need is installed first)
	@internal/testhost/install.sh
	go test $(RACE) -timeout 30m ./...

bench: build ## run the benchmarks, the whole audit beside find(1) among them
	go test -run '^$$' -bench . -benchmem -timeout 60m ./...

lint: $(GOLANGCI_LINT) ## check formatting and run go vet and golangci-lint
	@unformatted=$$(gofmt -s -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "make fmt would change:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	@go run ./cmd/holdfast facts --docs | cmp -s - docs/facts.md || { echo "docs/facts.md does not say what the facts are: run make docs"; exit 1; }
	@go run ./cmd/holdfast policy docs --language | cmp -s - docs/policy-reference.md || { echo "docs/policy-reference.md does not say what the language is: run make docs"; exit 1; }
	@go run ./cmd/holdfast policy docs --actions | cmp -s - docs/actions.md || { echo "docs/actions.md does not say what the fixes do: run make docs"; exit 1; }
	@for p in policies/*/; do n=docs/benchmarks/$$(basename $$p)-controls.md; go run ./cmd/holdfast policy docs $$p | cmp -s - $$n || { echo "$$n is not what the policy says: run make docs"; exit 1; }; done
	$(GOLANGCI_LINT) run ./...

$(GOLANGCI_LINT):
	@mkdir -p .tools
	GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	@mv .tools/golangci-lint $@

fmt: ## format the Go code
	gofmt -s -w $$(git ls-files '*.go')

proto: ## generate the Go of the plugins' protocol (needs protoc: apt-get install protobuf-compiler)
	GOBIN=$(CURDIR)/.tools go install google.golang.org/protobuf/cmd/protoc-gen-go@$(PROTOC_GEN_GO_VERSION)
	GOBIN=$(CURDIR)/.tools go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@$(PROTOC_GRPC_VERSION)
	PATH=$(CURDIR)/.tools:$$PATH protoc --go_out=. --go_opt=module=$(MODULE) --go-grpc_out=. --go-grpc_opt=module=$(MODULE) plugins/pluginpb/*.proto

vuln: ## report known vulnerabilities in code that we call (asks vuln.go.dev)
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

# The second build has another directory and an empty cache, so that neither can hide what differs.
reproducible: build ## build once more elsewhere and from nothing, and compare byte for byte
	@set -e; elsewhere=$$(mktemp -d); trap 'chmod -R u+w "$$elsewhere"; rm -rf "$$elsewhere"' EXIT; \
	git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$$elsewhere"; \
	for b in $(BINARIES); do \
	  (cd "$$elsewhere" && GOCACHE="$$elsewhere/.cache" $(GO_BUILD) -o "$$elsewhere/$$b" "./cmd/$${b#bin/}"); \
	  cmp "$$b" "$$elsewhere/$$b"; echo "$$b $$(sha256sum < "$$b" | cut -d' ' -f1) is reproducible"; \
	done

clean: ## remove what was built; the tools in .tools/ stay
	rm -rf bin dist
