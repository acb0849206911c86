# The commands of this repository. `make` alone lists them.
#
# Every command sets up what it needs, once, pinned, and says in words what it cannot set up itself.
# What is generated lies in target/ and end2end/node_modules; removing both gives a fresh start.

SHELL         := bash
.SHELLFLAGS   := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS     += --no-builtin-rules --no-print-directory

# What a person may set: `make run PORT=8080 ARGS="--read-only"`. `LOCAL=` (empty) serves AWS instead of the local SQS.
# `make conformance ENDPOINT=http://127.0.0.1:4566` asks the SQS there.
ENDPOINT ?=
# `make fuzz FOR=3600` looks for an hour.
FOR   ?= 600
# `make soak SEEDS="4 5 6"` kills in three other ways; the seeds run side by side.
SEEDS ?= 1 2 3 4 5 6
PORT  ?= 3000
ARGS  ?=
LOCAL ?= $(if $(findstring --config,$(ARGS)),,--local)

# One target directory, whatever the surroundings say: the rules below name files in it.
export CARGO_TARGET_DIR := $(CURDIR)/target

TOOLS   := target/tools
SITE    := target/site
WASM    := target/wasm32-unknown-unknown/wasm-release/redrive.wasm
MODULES := end2end/node_modules/.package-lock.json
BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
DENY_VERSION    := 0.20.2
BINDGEN := $(TOOLS)/wasm-bindgen-$(BINDGEN_VERSION)
DENY    := $(TOOLS)/cargo-deny-$(DENY_VERSION)
PYTHON  := $(TOOLS)/python/.complete
PEER    := $(TOOLS)/peer/.complete

# The browser's half: always this profile and these features, so that its dependencies are built once.
BROWSER := --lib --target wasm32-unknown-unknown --profile wasm-release --no-default-features --features hydrate

# ---- What a person calls -------------------------------------------------------------------------------------------

.PHONY: help run dev test bench soak conformance fuzz release fmt screenshots
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build what changed, then serve the console and its own SQS on http://127.0.0.1:$(PORT)
	@exec target/debug/redrive $(LOCAL) --port $(PORT) $(ARGS)

dev: $(MODULES) ## like run, and build and start again on every change
	@node end2end/build/watch.mjs "$(LOCAL) --port $(PORT) $(ARGS)"

test: ## everything that must hold before a change is taken
	@$(MAKE) -k formatting lints types licences tests budget kills browser

bench: site $(PEER) ## measure, and print figures beside what they are compared with
	cargo bench --bench redrive

soak: | cargo ## kill the console two hundred times in a redrive of ten thousand messages, for each of SEEDS
	cargo test --test soak -- $(SEEDS)

# Each case writes its outcome per client; together they are the table.
conformance: $(PYTHON) | cargo ## hold another SQS against AWS's documentation: ENDPOINT=http://127.0.0.1:4566
	@[ "$(ENDPOINT)" ] || { echo "Say which SQS: make conformance ENDPOINT=http://127.0.0.1:4566 (\`make test\` asks the embedded one)." >&2; exit 1; }
	@rm -f target/conformance.tsv; \
	REDRIVE_CONFORMANCE_ENDPOINT="$(ENDPOINT)" cargo test --lib conformance:: -- --test-threads=32 || failed=1; \
	[ -f target/conformance.tsv ] || exit 1; \
	sort target/conformance.tsv | awk -F '\t' 'function row() {if (of) printf "%-90s %-28s %s\n", of, how, why} \
	  $$1 != of {row(); of = $$1; how = why = ""} {how = how (how ? ", " : "") $$2 " " $$3; if ($$4) why = $$4; n[$$3]++} \
	  END {row(); printf "conformance: %d passed, %d differ as listed, %d skipped, %d failed\n", n["passed"], n["differs"], n["skipped"], n["FAILED"]}'; \
	exit $${failed:-0}

# Coverage is the compiler's, so that no special toolchain is needed; --target keeps it out of what runs while building.
fuzz: | cargo ## look with libFuzzer for requests that break the local SQS, for FOR=600 seconds
	@command -v c++ >/dev/null || { echo "A C++ compiler is missing, and libFuzzer is written in C++. On Debian: apt-get install g++" >&2; exit 1; }
	@host=$$(rustc -vV | sed -n 's/^host: //p'); coverage=; \
	for flag in level=4 inline-8bit-counters pc-table trace-compares; do coverage+=" -Cllvm-args=-sanitizer-coverage-$$flag"; done; \
	RUSTFLAGS="-Cpasses=sancov-module$$coverage" \
	  cargo build --release --locked --manifest-path src/local/fuzz/libfuzzer/Cargo.toml --target "$$host" --target-dir target/fuzz; \
	mkdir -p target/fuzz/corpus; \
	"target/fuzz/$$host/release/requests" target/fuzz/corpus src/local/fuzz/corpus -dict=src/local/fuzz/words.dict \
	  -artifact_prefix=target/fuzz/ -max_total_time=$(FOR) -max_len=4096 -timeout=10 -print_final_stats=1

release: site ## one binary with everything inside: target/release/redrive
	REDRIVE_BUILT_SITE=$$(cksum < $(SITE)/manifest.json | tr ' ' -) cargo build --release --bin redrive
	@ls -lh target/release/redrive | awk '{print "target/release/redrive: " $$5}'

fmt: | cargo ## format the Rust code
	cargo fmt

screenshots: build chromium ## take the README's pictures again
	@cd end2end && node_modules/.bin/playwright test --project=screenshots

# ---- The runners of `make test`; each prints one closing line ------------------------------------------------------

# $(call runner,name,command): runs the command and closes with a line that says how it went.
define runner
	@if { $(2); }; then echo "$(1): 1 passed, 0 failed"; else echo "$(1): 0 passed, 1 failed"; exit 1; fi
endef

.PHONY: formatting lints types licences tests budget kills browser
formatting: | cargo
	$(call runner,formatting,cargo fmt --check)

lints: wasm-target
	$(call runner,lints,cargo clippy --all-targets -- -D warnings && cargo clippy $(BROWSER) -- -D warnings)

types: $(MODULES)
	$(call runner,types,end2end/node_modules/.bin/tsc -p end2end)

licences: $(DENY)
	$(call runner,licences,$(TOOLS)/bin/cargo-deny --log-level error check bans licenses sources)

# Cargo closes each test binary with its own line; here they become one. Many tests wait for leases to end rather than for a
# processor: there are twice as many at once.
tests: $(PYTHON) | cargo
	@mkdir -p target && RUST_TEST_THREADS=$$(($$(getconf _NPROCESSORS_ONLN) * 2)) cargo test --lib --bins 2>&1 | tee target/tests.log || failed=1; \
	awk '/^test result:/{ok += $$4; bad += $$6} END{if (!ok && !bad) bad = 1; printf "tests: %d passed, %d failed\n", ok, bad}' target/tests.log; \
	exit $${failed:-0}

budget: site
	$(call runner,budget,node end2end/build/budget.mjs)

# It closes with a line of its own.
kills: | cargo
	@cargo test --test soak -- 1 2 3

browser: build chromium
	@cd end2end && node_modules/.bin/playwright test --project=chromium --project=no-js

# ---- What they are made of -----------------------------------------------------------------------------------------

.PHONY: build site wasm
build: site ## (in parts: build, site) compile, and bundle the assets, without serving
	@cargo build --bin redrive

# `cargo` leaves its file alone when nothing changed, so the rule below it has nothing to do either.
site: wasm $(SITE)/manifest.json
wasm: wasm-target
	@cargo build $(BROWSER)

$(WASM): ;

$(SITE)/manifest.json: $(WASM) $(BINDGEN) $(MODULES) $(wildcard end2end/build/site*.mjs) $(shell find style public -type d -o -type f 2>/dev/null)
	@node end2end/build/site.mjs

# ---- Setting up ----------------------------------------------------------------------------------------------------

.PHONY: cargo wasm-target node chromium
cargo:
	@command -v cargo >/dev/null || { echo "Rust is missing. Install it from https://rustup.rs, then run this again." >&2; exit 1; }
	@command -v cc >/dev/null || { echo "A C compiler is missing (SQLite and the TLS library need one). On Debian: apt-get install gcc libc6-dev" >&2; exit 1; }

node:
	@command -v node >/dev/null && command -v npm >/dev/null \
	  || { echo "Node.js with npm is missing: it bundles the styles and drives the browser tests. Install Node 20 or newer from https://nodejs.org." >&2; exit 1; }
	@node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' \
	  || { echo "Node.js $$(node --version) is too old. Install Node 20 or newer from https://nodejs.org." >&2; exit 1; }

# The standard library for the browser, of the toolchain in use.
wasm-target: | cargo
	@[ -d "$$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ] || { \
	  command -v rustup >/dev/null || { echo "Rust cannot build for the browser yet, and there is no rustup to fetch that. Install the target wasm32-unknown-unknown the way you installed Rust." >&2; exit 1; }; \
	  timeout 300 rustup target add wasm32-unknown-unknown || { echo "Fetching Rust's library for the browser failed. Check the network, then try: rustup target add wasm32-unknown-unknown" >&2; exit 1; }; }

# The glue generator must be of exactly the version of the library in Cargo.lock. Lightly optimised, to have it sooner.
$(BINDGEN): | cargo
	@if [ "$$($(TOOLS)/bin/wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $(BINDGEN_VERSION)" ]; then \
	  env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_PROFILE_DEV_DEBUG=0 \
	    cargo install --debug --force --root $(TOOLS) wasm-bindgen-cli --version $(BINDGEN_VERSION) --bin wasm-bindgen \
	  || { echo "Installing wasm-bindgen-cli $(BINDGEN_VERSION) failed: see above. It comes from the crates registry, so check the network first." >&2; exit 1; }; fi
	@touch $@

$(DENY): | cargo
	@if [ "$$($(TOOLS)/bin/cargo-deny --version 2>/dev/null)" != "cargo-deny $(DENY_VERSION)" ]; then \
	  env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 \
	    cargo install --debug --force --locked --root $(TOOLS) cargo-deny --version $(DENY_VERSION) \
	  || { echo "Installing cargo-deny $(DENY_VERSION) failed: see above. It comes from the crates registry, so check the network first." >&2; exit 1; }; fi
	@touch $@

# $(call python-packages,flags): an environment beside the stamp with what the prerequisite names. Where Python cannot make
# one, pip installs into a directory.
define python-packages
	@python=; for name in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && { python=$$name; break; }; done; \
	[ "$$python" ] || { echo "Python 3.10 or newer is missing: the conformance suite asks through boto3, too. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }; \
	rm -rf $(@D); install="pip install --quiet --disable-pip-version-check --no-deps $(1) -r $<"; \
	if "$$python" -m venv $(@D) >/dev/null 2>&1; then $(@D)/bin/python -m $$install; \
	elif "$$python" -m pip --version >/dev/null 2>&1; then \
	  rm -rf $(@D) && mkdir -p $(@D)/bin && "$$python" -m $$install --target $(@D)/packages && \
	  printf '#!/bin/sh\nPYTHONPATH=%s exec %s "$$@"\n' "$(CURDIR)/$(@D)/packages" "$$(command -v $$python)" > $(@D)/bin/python && \
	  chmod +x $(@D)/bin/python; \
	else echo "Python has neither venv nor pip: $< needs one of them. On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi || { echo "Installing what $< names failed: see above. Check the network first." >&2; exit 1; }
	@touch $@
endef

# The conformance suite's second client, pinned by hash.
$(PYTHON): src/tests/conformance/requirements.txt
	$(call python-packages,--require-hashes)

# The server that the benchmark compares with, pinned by version: its hashes differ by machine.
$(PEER): src/tests/bench/requirements.txt
	$(call python-packages)

# Exactly what the lock file names; npm runs again only when the lock file is newer.
$(MODULES): end2end/package-lock.json end2end/package.json | node
	@cd end2end && { npm ci --ignore-scripts --loglevel=error \
	  || { echo "Installing the npm packages of end2end/package-lock.json failed: see above. They come from the npm registry, so check the network first." >&2; exit 1; }; }
	@touch $@

chromium:
	@[ -x /usr/bin/chromium ] || { \
	  command -v apt-get >/dev/null || { echo "The browser tests need Chromium as /usr/bin/chromium. Install it with your system's package manager." >&2; exit 1; }; \
	  as_root=; [ "$$(id -u)" = 0 ] || { as_root="sudo -n"; sudo -n true 2>/dev/null; } \
	    || { echo "The browser tests need Chromium, and installing it needs root. Run: sudo apt-get install chromium" >&2; exit 1; }; \
	  { $$as_root apt-get update -q && DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -qy --no-install-recommends chromium fonts-liberation; } \
	    || { echo "Installing Chromium from the system's packages failed: see above." >&2; exit 1; }; }
