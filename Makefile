# The front door: two commands matter on a fresh Debian 12, `make demo` and `make test`.
# Meson builds the C, npm builds the web client; everything needed is installed by `make deps`.

SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := build
.PHONY: help deps web build build-test demo test chaos faults lint bench soak fuzz install clean

export PATH := $(CURDIR)/.tools/bin:$(PATH)

port ?= 8080
prefix ?= /usr/local

WEB := $(wildcard web/package.json)
WEB_OPTION := -Dweb=$(if $(WEB),true,false)
WEB_SOURCES := $(if $(WEB),$(shell find web openapi.yaml -type f \
  -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -name '*.tsbuildinfo' -not -path 'web/src/api/schema.d.ts'))
SETUP := meson setup --native-file packaging/debian.ini $(WEB_OPTION)

help:
	@echo 'make demo     install what is missing, build, start the simulator and the server with sample tenants'
	@echo 'make test     install what is missing, build, run unit, integration and browser tests'
	@echo 'make build    build/lastday and build/m365sim, with the web client inside'
	@echo 'make chaos    2,000 offboardings on three nodes, of which one is killed every ten seconds'
	@echo 'make lint     formatting, static analysis, layers, the web client, the API description'
	@echo 'make bench    a small measurement of the server on this machine'
	@echo 'make soak     twenty simulated weeks: whether memory or descriptors grow'
	@echo 'make faults   break the server at every point in turn, on both stores; make test does a sample'
	@echo 'make fuzz     fuzz the parsers for a minute each'
	@echo 'make install  install into prefix=$(prefix)'
	@echo 'make clean    remove what was built'

deps:
	@packaging/deps.sh all

ifneq ($(WEB),)
web: deps web/dist/manifest.txt
web/dist/manifest.txt: $(WEB_SOURCES)
	@echo '== building the web client'
	@mkdir -p artifacts
	@cd web && npm run --silent build >../artifacts/web-build.log 2>&1 </dev/null || { cat ../artifacts/web-build.log >&2; false; }
	@touch $@
else
web: deps
endif

build: web
	@test -f build/build.ninja || { echo '== configuring build' && $(SETUP) build --buildtype=release -Dtests=false >/dev/null; }
	@echo '== building lastday and m365sim'
	@ninja -C build --quiet
	@ln -sfn sim/m365sim build/m365sim

build-test: web
	@test -f build-test/build.ninja || { echo '== configuring build-test' && $(SETUP) build-test --buildtype=debugoptimized \
	  -Db_sanitize=address,undefined -Db_lundef=false -Db_coverage=true -Dc_args=-fprofile-update=atomic >/dev/null; }
	@echo '== building the tests, with sanitizers'
	@ninja -C build-test --quiet
	@ln -sfn sim/m365sim build-test/m365sim

demo: build
	@exec build/lastday demo --port $(port) --data-dir .demo

# With the release build: it warns of what the one with sanitizers does not, and it is what people run.
test: build build-test
	@tests/run.sh

chaos: build-test
	@CHAOS_RUNS=2000 CHAOS_TENANTS=50 CHAOS_KILL_SECONDS=10 BUILD_DIR=$(CURDIR)/build-test node --test tests/integration/chaos.test.mjs

lint: build-test
	@tests/lint.sh

bench: build
	@tests/bench/run.sh

faults: build build-test
	@FAULTS=long build-test/src/store/sqlite_disk_test
	@FAULTS=long tests/run.sh faults

# The release build, with the clock that tests move.
soak: web
	@test -f build-soak/build.ninja || $(SETUP) build-soak --buildtype=release -Dtests=true >/dev/null
	@ninja -C build-soak --quiet lastday sim/m365sim
	@ln -sfn sim/m365sim build-soak/m365sim
	@BUILD_DIR=$(CURDIR)/build-soak node tests/bench/soak.mjs

fuzz: deps
	@tests/fuzz/run.sh

install: build
	@install -D -m 755 build/lastday $(DESTDIR)$(prefix)/bin/lastday
	@echo "installed $(DESTDIR)$(prefix)/bin/lastday"

clean:
	@rm -rf build build-test build-soak build-fuzz web/dist coverage artifacts .demo
