# Two commands suffice: `make demo` shows the system at work, `make test` checks it.
# Needed: Python 3.11 or later, make, and pip with its package registry. Addresses
# of registries belong in pip's own configuration, never in this project.

PYTHON ?= python3
WORKERS ?= 2
MUTANTS ?= 1000000
RULES ?=
CASES ?=
XSD ?=
SCHXSLT ?=
SEED ?= 1
ROWS ?=
ON ?=
ROOM ?=
SAMPLE ?= 0
ONLY ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# The stamps carry the content they were made from: a fresh clone or a touched file rebuilds nothing.
CONTENT := $(shell cat pyproject.toml requirements.lock requirements-dev.lock 2>/dev/null | cksum | tr ' ' '-')
PRODUCT := $(VENV)/product-$(CONTENT)
WORKSHOP := $(VENV)/workshop-$(CONTENT)
UV := build/uv/bin/uv
COMPILE := $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

# A file's tests stay with one worker, which has its books at hand, until another has none left.
IN_TURN := -n $(WORKERS) --dist worksteal

# The tests start many processes; each would compile the whole product anew.
unexport PYTHONDONTWRITEBYTECODE
export PATH := $(CURDIR)/$(BIN):$(PATH)

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow bar agreement interop bare container fix fuzz mutants planted bench load figures client pictures site lock \
	audit licences release wheel-compiled clean

help: ## Show these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST) | while IFS='	' read -r name text; do \
		printf '  make %-14s %s\n' "$$name" "$$text"; done

demo: $(PRODUCT) ## Install, then run a month from order to payment on SQLite; the papers land in build/demo
	$(BIN)/billing demo --dir build/demo

test: $(WORKSHOP) ## Format, lint, types, import rules, and all that guards a change, on SQLite and PostgreSQL
	@$(BIN)/python -m tests.system_packages
	$(BIN)/python -m tests.checks $(IN_TURN)

test-slow: $(WORKSHOP) ## The rest at length: laws, kills, crashes, each page in the browser, stories on PostgreSQL
	@$(BIN)/python -m tests.system_packages
	$(BIN)/pytest $(IN_TURN) -m "(slow or law) and not nightly" --hypothesis-profile=long

bar: SEED := 20261121
bar: $(WORKSHOP) ## The forty figures the system must reach, on both engines, for a night: make bar ROWS=1,5-9
	@$(BIN)/python -m tests.system_packages
	BAR_RULES="$(RULES)" BAR_CASES="$(CASES)" BAR_XSD="$(XSD)" BAR_SCHXSLT="$(SCHXSLT)" \
		$(BIN)/python -m tests.bar.run --seed $(SEED) --workers $(WORKERS) $(addprefix --rows ,$(ROWS))

agreement: MUTANTS := 2000
agreement: $(WORKSHOP) ## Our rules beside the published ones: make agreement RULES=folder CASES=folder
	$(BIN)/python -m tests.agreement --rules "$(RULES)" --cases "$(CASES)" --xsd "$(XSD)" \
		--schxslt "$(SCHXSLT)" --mutants $(MUTANTS) --seed $(SEED) --on "$(ON)" --workers $(WORKERS)

interop: $(WORKSHOP) ## Against real AS4 of the Maven registry: phase4, phoss-smp, the rules of phive, all in build/interop
	$(BIN)/python -m tests.interop $(addprefix -k ,$(ONLY))

bare: ## As root: both commands on a bare Debian 12 as root and as a user; for one, make bare ONLY=user
	$(PYTHON) -m tests.bare --workers $(WORKERS) $(addprefix --only ,$(ONLY))

container: $(WORKSHOP) ## As root: the Dockerfile built on a bare Debian 12 and run read-only, as compose.yaml has it
	$(BIN)/python -m tests.packaging.container

fix: $(WORKSHOP) ## Format the code and repair what ruff can repair
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: $(WORKSHOP) ## The laws and the mutants at length: make fuzz MUTANTS=1000000
	FUZZ_MUTANTS=$(MUTANTS) $(BIN)/pytest $(IN_TURN) --hypothesis-profile=fuzz

mutants: $(WORKSHOP) ## The code with small faults, and which no test notices: make mutants ROOM=money SAMPLE=200 SEED=1
	$(BIN)/python -m tests.mutants $(addprefix --room ,$(ROOM)) --sample $(SAMPLE) --seed $(SEED) --workers $(WORKERS)

planted: $(WORKSHOP) ## Two hundred known faults planted one at a time, each with tests that must fail: make planted ONLY=word
	$(BIN)/python -m tests.planted --only "$(ONLY)" --workers $(WORKERS)

bench: $(WORKSHOP) ## Measure, and print the figures: the flow, and our rules beside the published ones in Saxon
	$(BIN)/billing bench
	$(BIN)/billing bench validation

load: $(WORKSHOP) ## Fifty people at once at the portal on PostgreSQL for two minutes; prints p50, p99 and faults
	$(BIN)/python -m tests.load

figures: $(PRODUCT) ## Count what the code looks like: folders, names, SQL, long functions and modules
	$(BIN)/python -m tests.figures

client: $(WORKSHOP) ## The typed Python client of docs/openapi.json, into build/client
	$(BIN)/python -m tests.billing.server.described.generated_client

pictures: $(WORKSHOP) ## Take the pictures of the portal anew that README and help show, into docs/images
	$(BIN)/python -m tests.pictures docs/images

site: $(WORKSHOP) ## The documents as a site of its own, strictly, with their links checked, into build/site
	$(BIN)/python -m tests.site.building build/site

lock: ## Take the newest versions that pyproject.toml allows, with their sha256 sums
	$(PYTHON) -m venv --clear build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) pyproject.toml --output-file requirements.lock
	$(COMPILE) pyproject.toml --extra dev --constraints requirements.lock --output-file requirements-dev.lock
	@# What the image holds: also the extras, which cannot be added to it.
	$(COMPILE) pyproject.toml --extra otel --extra s3 --constraints requirements-dev.lock \
		--output-file requirements-image.lock
	@# What builds the wheel inside the image, and nothing else of the workshop.
	echo hatchling | $(COMPILE) - --constraints requirements-dev.lock --output-file requirements-build.lock

audit: $(WORKSHOP) ## What it is built of, known holes and licences, into build/audit
	$(BIN)/python -m tests.packaging.audit

licences: $(WORKSHOP) ## Write docs/licences.md anew
	$(BIN)/python -m tests.packaging.licences

release: $(WORKSHOP) ## What is committed as wheel, source, bill of materials and sums, into build/release
	$(BIN)/python -m tests.packaging.release

# hatchling writes every file with the time of the commit, so that the same comes out of it again.
wheel-compiled: $(WORKSHOP) ## The wheel with the rules of bills compiled, for this Python and machine, into build/wheel-compiled
	@$(BIN)/python -m tests.system_packages
	HATCH_BUILD_HOOK_ENABLE_CUSTOM=true SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
		$(BIN)/python -m hatchling build --target wheel --directory build/wheel-compiled

clean: ## Delete everything that can be made again
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PRODUCT):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Python 3.11 or later is needed; name one: make PYTHON=python3.12' >&2; exit 1; }
	@# Debian packs venv without its pip; then the machine's own pip brings one into the environment.
	$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { $(PYTHON) -m venv --clear --without-pip $(VENV) && \
		$(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	$(PIP) --require-hashes --requirement requirements.lock
	$(PIP) --no-deps --editable .
	@touch $@

$(WORKSHOP): $(PRODUCT)
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@
