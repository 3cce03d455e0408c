# Two commands: `make book` builds the site, `make test` runs the tests. Everything else is convenience.
.DEFAULT_GOAL := help
.PHONY: help book pdf word test test-all lint diagram edition publish lab where todo serve bench fuzz pages reproduce matrix latest audit doctor screenshots lock clean references ensembles calibration

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# Bytecode is kept, whatever the environment says: without it each start of Python compiles the rooms again, and each
# process that runs tests all tests.
export PYTHONDONTWRITEBYTECODE :=

# The environment is rebuilt when the lock changes. The stamp is written last, so an interrupted install is redone.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; '$(PYTHON)' is older. Try: make book PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up $(VENV) from requirements.lock (once; about two minutes)"
	@$(PYTHON) -m venv --clear $(VENV) && \
	  $(RUN) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes --requirement requirements.lock || \
	  { echo "The environment could not be set up; 'make doctor' looks for the reason" >&2; exit 1; }
	@# Compiled once here on all cores, not at each start of a kernel: where bytecode is not written on import, each would
	@# spend seconds on it. A package may ship files of other Python versions, which do not compile: no matter.
	@$(RUN) -m compileall -q -j 0 $(VENV) >/dev/null 2>&1 || true
	@# The rooms are used from this folder; the command is what an installed wheel would have.
	@$(RUN) -c "import sysconfig, pathlib; pathlib.Path(sysconfig.get_paths()['purelib'], 'restated.pth').write_text('$(CURDIR)\n')"
	@printf '#!%s\nimport sys\nfrom restated_book.cli import main\nsys.exit(main())\n' "$(CURDIR)/$(RUN)" > $(VENV)/bin/restated
	@chmod +x $(VENV)/bin/restated
	@touch $@

book: $(STAMP) ## Build the book into _build/html
	@$(RUN) -m restated_book build

pdf: $(STAMP) ## Build the book with PDFs of it and of each chapter (needs Chromium)
	@$(RUN) -m restated_book build --pdf

word: $(STAMP) ## Build the book with a Word file of each chapter
	@$(RUN) -c 'import pypandoc' 2>/dev/null || $(RUN) -m pip install --quiet --disable-pip-version-check 'pypandoc-binary>=1.15'
	@$(RUN) -m restated_book build --word

# A file's tests stay together: many share one scratch book. The longest files come first (tests/tiers.py).
PARALLEL := --dist loadfile --no-loadscope-reorder
# There is a process for each core already: threads of linear algebra would only wait for each other.
TESTS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m pytest $(PARALLEL)

test: $(STAMP) ## Test the library, the builder's units, one small book and one page (about a minute)
	@$(TESTS) --numprocesses logical -m "not full"

test-all: $(STAMP) ## Run the whole test suite, on all cores (minutes)
	@$(TESTS) --numprocesses auto

lint: $(STAMP) ## Check format, types, the contracts between the rooms and the house rules
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) tools/format_notebooks.py --check
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo
	@$(RUN) -m pytest tests/builder/test_house.py

diagram: $(STAMP) ## Draw docs/architecture.svg from the imports
	@$(RUN) -m docs.diagram

lab: $(STAMP) ## Open JupyterLab on the notebooks
	@$(RUN) -m restated_book lab

edition: $(STAMP) ## Freeze the last build as an edition: make edition VERSION=1.2.0
	@$(RUN) -m restated_book edition $(VERSION)

publish: $(STAMP) ## Lay out the book and its editions for a server: make publish OUT=folder
	@$(RUN) -m restated_book publish $(if $(OUT),--out "$(OUT)")

where: $(STAMP) ## Show the code behind a number: make where ID=stability-secure-r
	@$(RUN) -m restated_book where $(ID)

todo: $(STAMP) ## List what is still to be verified
	@$(RUN) -m restated_book todo

serve: $(STAMP) ## Serve the built site on 127.0.0.1:8000
	@$(RUN) -m restated_book serve

bench: $(STAMP) ## Compare the engine with other software, write _build/bench.json
	@$(RUN) -m benchmarks

reproduce: $(STAMP) ## Build the book twice, as differently as possible, and compare every byte
	@$(RUN) -m benchmarks.reproduce

fuzz: $(STAMP) ## Fuzz all that reads what people write, a million runs (needs atheris)
	@$(RUN) -m tests.builder.fuzz

matrix: $(STAMP) ## Compare the ledger on every Python here, with the oldest and newest libraries allowed (minutes)
	@$(RUN) -m benchmarks.matrix

latest: $(STAMP) ## Build and test with the newest allowed version of every package, report what breaks (minutes)
	@$(RUN) -m benchmarks.matrix --latest

audit: $(STAMP) ## Look the locked packages up among known vulnerabilities (needs a network)
	@$(PYTHON) -m venv _build/audit && _build/audit/bin/pip install --quiet --disable-pip-version-check pip-audit
	@_build/audit/bin/pip-audit --require-hashes --disable-pip --requirement requirements.lock

pages: $(STAMP) ## Weigh the built pages and rate them with Lighthouse (needs Chromium and npm)
	@npm ci --prefix benchmarks/pages --silent --no-audit --no-fund
	@$(RUN) -m benchmarks.pages

screenshots: $(STAMP) ## Take a picture of each kind of page, in both themes and two widths
	@$(RUN) -m tests.browser.layout

doctor: ## Say in plain words what keeps this machine from building the book
	@$(PYTHON) tools/doctor.py

lock: ## Pin the newest allowed packages with hashes into requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra book --extra lab --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

references: ## Compute the reference values of the tests in R (needs metafor and friends)
	@$(RUN) tests/reference/regenerate.py

ensembles: $(STAMP) ## Compute the stored results over simulated cohorts (minutes), write data/ensembles
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(RUN) -m restated_book ensembles

calibration: $(STAMP) ## Score sets against known truths (half a minute), write data/calibration/results.csv
	@$(RUN) -m restated_book calibrate data/calibration/cases --out data/calibration/results.csv --without-seconds

clean: ## Remove everything that was built, keep the environment
	rm -rf _build
