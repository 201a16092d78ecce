# TinyML Studio. `make run` opens the window, `make test` runs every check; the first call makes the environment.

# Any Python from 3.11 on.
PYTHON ?= python3
# The environment, and the releases that are installed in it.
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
# Where the guided tour puts its pictures.
TOUR ?= tour
# For instance: make test PYTEST_ARGUMENTS='-k conv2d'
PYTEST_ARGUMENTS ?=
# For instance: make bench BENCH_ARGUMENTS='--only steps --networks W3'
BENCH_ARGUMENTS ?=

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/installed.stamp
COMPARE_INSTALLED := $(VENV)/compare.stamp

# The first for what is installed, the second for what builds it. As variables, they hold for pip's own children too.
INSTALL := PIP_CONSTRAINT=$(CONSTRAINTS) PIP_BUILD_CONSTRAINT=$(CONSTRAINTS) \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.PHONY: run tour screenshots test lint pytest clean system-packages

# With no display the tour shows the program instead. Its last line, and so that of `make run`, is one line of JSON.
run: $(INSTALLED)
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display: taking the guided tour instead. Its pictures will be in $(TOUR)/"; \
		$(BIN)/python main.py --tour "$(TOUR)"; \
	else \
		$(BIN)/python main.py; \
	fi

tour: $(INSTALLED)
	@echo "Taking the guided tour. Its pictures will be in $(TOUR)/"
	@$(BIN)/python main.py --tour "$(TOUR)"

# The README's pictures are pictures of the tour.
screenshots: tour
	@mkdir -p resources/screenshots
	cp "$(TOUR)"/*-trained.png resources/screenshots/window.png
	cp "$(TOUR)"/*-inspector-in-the-dark.png resources/screenshots/inspector.png

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict tinyml app
	$(BIN)/lint-imports --no-logo

test: lint pytest

# One process: the arithmetic uses all cores by itself, and the tests of timing and of real windows need a quiet machine.
pytest: $(INSTALLED)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(PYTEST_ARGUMENTS)

.PHONY: test-pythons test-oldest constraints

# `make test` on every Python from 3.11 to 3.13 that is found, each in an environment of its own.
test-pythons:
	@failed=; tested=; \
	for found in $$($(PYTHON) tests/interpreters.py); do \
		version=$${found%%=*}; tested="$$tested $$version"; \
		echo "Testing on Python $$version ($${found#*=}) ..."; \
		$(MAKE) --no-print-directory test VENV=.venv-$$version PYTHON="$${found#*=}" || failed="$$failed $$version"; \
	done; \
	$(MAKE) --no-print-directory test-oldest || failed="$$failed with-the-oldest-releases"; \
	if [ -n "$$failed" ]; then echo "Failed on:$$failed. Tested:$$tested."; exit 1; fi; \
	echo "Passed on:$$tested, and with the oldest releases."

# With the oldest releases that pyproject.toml admits. Not the types: old releases say less of theirs than new ones.
test-oldest:
	@$(MAKE) --no-print-directory pytest VENV=.venv-oldest CONSTRAINTS=tests/constraints-oldest.txt

# Lets pip choose the newest and the oldest releases again. Afterwards: make test-pythons
constraints: $(INSTALLED)
	$(BIN)/python -m tests.renew_constraints

.PHONY: compare bench coverage mutations

# Side by side with PyTorch and Captum, which the first call installs. Without them `make test` leaves these tests out.
compare: $(COMPARE_INSTALLED)
	$(BIN)/python -m pytest tests/tinyml -m compare $(PYTEST_ARGUMENTS)

# Speed and memory beside PyTorch's, on a quiet machine. For a first look: make bench BENCH_ARGUMENTS=--quick
bench: $(COMPARE_INSTALLED)
	$(BIN)/python -m tests.benchmarks.compare_torch $(BENCH_ARGUMENTS)

# What share of the framework's lines its own tests and examples run.
coverage: $(INSTALLED)
	$(BIN)/python -m pytest tests/tinyml tests/architecture tinyml --cov=tinyml --cov-report=term --cov-fail-under=95 \
		-m 'not compare' $(PYTEST_ARGUMENTS)

# Puts one fault after the other into a copy of the framework, and shows which test finds it.
mutations: $(INSTALLED)
	$(BIN)/python -m tests.mutations

clean:
	rm -rf .venv .venv-* build dist "$(TOUR)" .coverage .coverage.* htmlcov .benchmarks .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The Debian packages that Qt needs, and those that the tests need for a real window on a virtual screen.
system-packages:
	@$(PYTHON) -m tests.e2e.requirements

$(INSTALLED): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed, and \
	$(PYTHON) is {sys.version.split()[0]}. Name another one: make PYTHON=python3.12")'
	@echo "Making the environment in $(VENV) (once, and again when pyproject.toml or $(CONSTRAINTS) changes) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) '.[test]' >&2
	@touch $@

$(COMPARE_INSTALLED): $(INSTALLED)
	@echo "Installing PyTorch and Captum in $(VENV), for the comparison only ..." >&2
	@$(INSTALL) '.[test,compare]' >&2
	@touch $@
