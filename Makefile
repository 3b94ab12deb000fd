# Two commands matter: make demo and make test. The others are for those who work here.

SHELL := /bin/bash
PG_CONFIG ?= pg_config
# make test PG=16: 15 is Debian's, 16 and 18 come from a wheel, 17 from Debian 13.
PG ?= 15
export PG_MAJOR = $(PG)

.PHONY: help demo test test-versions soak install setup build unit lint check-deps fmt docs pictures sql-test freeze-release package release bench compare clean

help: ## This list.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: build ## Runs the main job on an embedded throwaway cluster and prints the result. KEEP=1 leaves it up, with the dashboard.
	@KEEP=$(KEEP) demo/demo.sh

test: build-for-tests ## Everything: formatting, lints, unit tests, SQL tests on a throwaway cluster.
	@tests/run.sh

test-versions: ## SQL, security and life cycle on PostgreSQL 16, 17 and 18 as well; takes a build for each.
	@$(MAKE) --no-print-directory test PG=16
	@$(MAKE) --no-print-directory test PG=17
	@$(MAKE) --no-print-directory test PG=18

install: ## Installs the extension into your own server: make install PG_CONFIG=/path/to/pg_config
	@PG_CONFIG=$(PG_CONFIG) pgrx-config/install.sh

setup: ## Debian packages and cargo-pgrx.
	@pgrx-config/setup.sh

build: setup ## The extension, into a private copy of PostgreSQL under target/.
	@pgrx-config/build.sh

.PHONY: build-for-tests
build-for-tests:
	@pgrx-config/setup.sh tests
	@pgrx-config/build.sh

unit: ## The pure crates, in seconds and without PostgreSQL.
	cargo test -p demand -p forecasting -p inventory -p reserve

fmt: ## Formats the Rust code.
	cargo fmt --all

lint: ## Formatting, clippy, spelling, licences of dependencies.
	@tests/lint.sh

check-deps: ## Dependencies that nothing uses; with ADVISORIES=1 (network) known holes in the others.
	@tests/dependencies.sh

docs: build-for-tests ## The book of docs/ with the SQL reference, into target/book; fails on a dead link.
	@docs/build/book.sh

pictures: build ## Draws the pictures of docs/concepts anew.
	@docs/build/pictures.sh

soak: build-for-tests ## Attacks and fuzzing for SOAK_MINUTES (60); prints totals for docs/reliability.md.
	@tests/soak.sh

sql-test: ## The SQL tests alone, on what was built last.
	@tests/sql.sh

freeze-release: build ## Freezes what is built as a release, with the upgrade script from the one before.
	@pgrx-config/freeze.sh

package: build ## The Debian package, under target/release-files.
	@packaging/deb.sh $${CARGO_TARGET_DIR:-target}/release-files

release: build ## Source tarball, bill of materials, Debian package and checksums of the commit that is checked out.
	@packaging/release.sh $${CARGO_TARGET_DIR:-target}/release-files

bench: build ## The stated figures: 10,000 materials, interactive calls, memory.
	@benches/bench.sh
	@benches/api.sh

compare: ## This crate against statsforecast on the same series; needs REPLENISH_DATA.
	@benches/compare.sh

clean: ## Removes what was built.
	cargo clean
