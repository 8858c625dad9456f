# `make` prepares and builds; `make demo` shows the demo chain; `make test` runs every test; `make check` is the gate.
#
# DuckDB comes as the official prebuilt library, published on npm; it is fetched once and its hash is checked.

DUCKDB_VERSION := 1.5.6-r.1
PLATFORM := $(shell uname -s)-$(shell uname -m)
ifeq ($(PLATFORM),Linux-x86_64)
DUCKDB_PACKAGE := @duckdb/node-bindings-linux-x64
DUCKDB_SHA512 := IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==
DUCKDB_LIBRARY := libduckdb.so
endif

TARGET := $(or $(CARGO_TARGET_DIR),target)
STOREBOOK := $(TARGET)/debug/storebook
DEMO_DAY := 2026-11-02

.PHONY: all build demo test unit browser check format bench clean
all: build

# --- DuckDB -----------------------------------------------------------------------------------------------------------
.duckdb/$(DUCKDB_LIBRARY):
ifeq ($(DUCKDB_PACKAGE),)
	@echo "No prebuilt DuckDB is pinned for $(PLATFORM)." >&2
	@echo "Build it from source instead (about 40 minutes): cargo build --features bundled" >&2
	@exit 1
else
	@mkdir -p .duckdb
	@echo "Fetching DuckDB $(DUCKDB_VERSION) ..."
	@cd .duckdb && npm pack --silent $(DUCKDB_PACKAGE)@$(DUCKDB_VERSION) > package-name
	@cd .duckdb && actual=$$(openssl dgst -sha512 -binary $$(cat package-name) | base64 -w0) && \
	  if [ "$$actual" != "$(DUCKDB_SHA512)" ]; then \
	    echo "The downloaded DuckDB is not the pinned one (its hash differs). Nothing was installed." >&2; \
	    rm -f $$(cat package-name); exit 1; fi
	@cd .duckdb && tar xzf $$(cat package-name) --strip-components=1 package/$(DUCKDB_LIBRARY) package/LICENSE
	@cd .duckdb && rm -f $$(cat package-name) package-name && touch $(DUCKDB_LIBRARY)
endif

# --- Program ----------------------------------------------------------------------------------------------------------
build: .duckdb/$(DUCKDB_LIBRARY)
	cargo build --locked

# --- Demo -------------------------------------------------------------------------------------------------------------
demo: build
	$(STOREBOOK) build --unsealed --today $(DEMO_DAY)
	@echo
	@echo "The demo book is in output/. Open output/index.html in a browser (customers' portal),"
	@echo "or output/overview/index.html (reports). For a server: python3 -m http.server -d output 8000"

# --- Tests ------------------------------------------------------------------------------------------------------------
test: unit browser

unit: .duckdb/$(DUCKDB_LIBRARY) servers
	cargo test --locked

# Real web servers for the generated configurations and a mail server to send to; Caddy only where the system packages it.
.PHONY: servers
servers:
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq --no-install-recommends nginx-light >/dev/null; } || \
	  { echo "The tests of the generated configurations need nginx: apt-get install nginx-light" >&2; exit 1; }
	@/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || python3 -c 'import aiosmtpd' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq --no-install-recommends python3-aiosmtpd >/dev/null; } || \
	  { echo "The tests of sending mails need a server: apt-get install python3-aiosmtpd" >&2; exit 1; }
	@command -v caddy >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    apt-get install -y -qq --no-install-recommends caddy >/dev/null 2>&1; } || \
	  echo "caddy is not installed: its configuration is read, not run"

# A real chromium: installed by the system's package manager where it is missing and we may.
browser: build tests/browser/node_modules/.package-lock.json
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
	    apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } || \
	  { echo "The browser tests need chromium and a Chinese font: apt-get install chromium fonts-noto-cjk" >&2; exit 1; }
	STOREBOOK=$(abspath $(STOREBOOK)) node --test tests/browser/*.test.mjs

tests/browser/node_modules/.package-lock.json: tests/browser/package-lock.json
	cd tests/browser && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

# --- Gate -------------------------------------------------------------------------------------------------------------
format:
	cargo fmt --all

check: .duckdb/$(DUCKDB_LIBRARY)
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items
	$(MAKE) test
	$(MAKE) same-bytes

# The same input gives the same bytes: two cold builds, one of them on a single thread.
.PHONY: same-bytes
same-bytes: build
	rm -rf $(TARGET)/same && mkdir -p $(TARGET)/same
	rm -rf .storebook && $(STOREBOOK) -q build --unsealed --today $(DEMO_DAY) --output $(TARGET)/same/a
	rm -rf .storebook && $(STOREBOOK) -q --threads 1 build --unsealed --today $(DEMO_DAY) --output $(TARGET)/same/b
	diff -r $(TARGET)/same/a $(TARGET)/same/b
	$(STOREBOOK) check $(TARGET)/same/a

bench: build
	STOREBOOK=$(abspath $(STOREBOOK)) bash tests/bench/run.sh

clean:
	rm -rf .storebook quarantine deploy .output.*
	find output -mindepth 1 ! -name .gitignore -delete
