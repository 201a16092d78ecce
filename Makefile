# TinyML Studio. `make run` opens the window, `make test` runs all checks. The first call makes the environment.

# Any Python, version 3.11 or newer.
PYTHON ?= python3
# The virtual environment, and the file that pins the releases in it.
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
# Folder for the pictures of the guided tour.
TOUR ?= tour
# Number of processes that run the tests; `auto` is the number of cores. 0: this process runs them all, one by one.
TEST_PROCESSES ?= auto
# Example: make test PYTEST_ARGUMENTS='-k conv2d'
PYTEST_ARGUMENTS ?=
# Example: make bench BENCH_ARGUMENTS='--only steps --networks W3'
BENCH_ARGUMENTS ?=

ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
INSTALLED := $(VENV)/installed.stamp
COMPARE_INSTALLED := $(VENV)/compare.stamp

# The first variable pins the installed packages, the second one the packages that build them. Child processes of pip
# read them too.
INSTALL := PIP_CONSTRAINT=$(CONSTRAINTS) PIP_BUILD_CONSTRAINT=$(CONSTRAINTS) \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.PHONY: run tour screenshots test lint pytest clean system-packages

# Without a display, `make run` takes the guided tour. The last line of its output is one line of JSON.
run: $(INSTALLED)
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display, so the guided tour runs instead. Its pictures will be in $(TOUR)/"; \
		$(BIN)/python main.py --tour "$(TOUR)"; \
	else \
		$(BIN)/python main.py; \
	fi

tour: $(INSTALLED)
	@echo "The guided tour runs. Its pictures will be in $(TOUR)/"
	@$(BIN)/python main.py --tour "$(TOUR)"

# The pictures of the README come from the tour.
screenshots: tour
	@mkdir -p resources/screenshots
	cp "$(TOUR)"/*-build-in-the-light.png resources/screenshots/window.png
	cp "$(TOUR)"/*-train-in-the-dark.png resources/screenshots/train.png
	cp "$(TOUR)"/*-inspect-in-the-dark.png resources/screenshots/inspector.png
	cp "$(TOUR)"/*-models-in-the-dark.png resources/screenshots/models.png

# The sheet of the README: train a LeNet, and draw what the maps of its second block answer to. MNIST is downloaded if
# needed; MNIST=FOLDER reads a folder with the IDX files.
MNIST ?= mnist
.PHONY: sheet
sheet: $(INSTALLED)
	@mkdir -p "$(TOUR)"
	$(BIN)/python -m tinyml train --network lenet-mnist --data "$(MNIST)" --seed 0 --save "$(TOUR)/lenet-mnist.safetensors"
	$(BIN)/python -m tinyml sheet "$(TOUR)/lenet-mnist.safetensors" --layer relu_2 --out resources/screenshots/sheet.png

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict tinyml app
	$(BIN)/lint-imports --no-logo

test: lint pytest

# Several processes run the files of tests, in their order. A test that measures times runs alone: see tests/turns.py.
# A process that crashes ends the tests: pytest-xdist 3.8 can wait without limit after it has replaced one.
pytest: $(INSTALLED)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile \
		--no-loadscope-reorder --max-worker-restart 0 $(PYTEST_ARGUMENTS)

.PHONY: test-pythons test-oldest constraints

# Run `make test` on each Python from 3.11 to 3.13 that is installed, each in a separate environment.
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

# Run the tests with the oldest releases that pyproject.toml allows. mypy is left out: old releases have fewer types.
test-oldest:
	@$(MAKE) --no-print-directory pytest VENV=.venv-oldest CONSTRAINTS=tests/constraints-oldest.txt

# Let pip choose the newest and the oldest releases again. Afterwards run: make test-pythons
constraints: $(INSTALLED)
	$(BIN)/python -m tests.renew_constraints

.PHONY: compare bench coverage mutations

# Compare with PyTorch, Captum, Keras and ONNX Runtime; the first call installs them. `make test` skips these tests if they are missing.
compare: $(COMPARE_INSTALLED)
	$(BIN)/python -m pytest tests/tinyml -m compare $(PYTEST_ARGUMENTS)

# Measure speed and memory and compare with PyTorch, on a quiet machine. Quick: make bench BENCH_ARGUMENTS=--quick
bench: $(COMPARE_INSTALLED)
	$(BIN)/python -m tests.benchmarks.compare_torch $(BENCH_ARGUMENTS)

# Measure which lines of the framework its tests and examples run.
coverage: $(INSTALLED)
	$(BIN)/python -m pytest tests/tinyml tests/architecture tinyml --cov=tinyml --cov-report=term --cov-fail-under=95 \
		-m 'not compare' $(PYTEST_ARGUMENTS)

# Put one fault after the other into a copy of the program, and show which test finds it.
mutations: $(INSTALLED)
	$(BIN)/python -m tests.mutations

clean:
	rm -rf .venv .venv-* build dist "$(TOUR)" .coverage .coverage.* htmlcov .benchmarks .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Print the Debian packages that Qt needs and that the tests need for a real window on a virtual screen.
system-packages:
	@$(PYTHON) -m tests.e2e.requirements

$(INSTALLED): pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed, but \
	$(PYTHON) is {sys.version.split()[0]}. Choose another one: make PYTHON=python3.12")'
	@echo "Making the environment in $(VENV) (once, and again when pyproject.toml or $(CONSTRAINTS) changes) ..." >&2
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) '.[test]' >&2
	@touch $@

$(COMPARE_INSTALLED): $(INSTALLED)
	@echo "Installing PyTorch, Captum, Keras and ONNX Runtime in $(VENV), for the comparison only ..." >&2
	@$(INSTALL) '.[test,compare]' >&2
	@touch $@
