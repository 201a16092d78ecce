# TinyML Studio. `make run` opens the window, `make test` runs every check; the first call makes the environment.

# Any Python from 3.11 on.
PYTHON ?= python3
# Where the guided tour puts its pictures.
TOUR ?= tour
# For instance: make test PYTEST_ARGUMENTS='-k conv2d'
PYTEST_ARGUMENTS ?=
# For instance: make bench BENCH_ARGUMENTS='--only steps --networks W3'
BENCH_ARGUMENTS ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
INSTALLED := .venv/installed.stamp
COMPARE_INSTALLED := .venv/compare.stamp

# What Qt needs of a Debian or Ubuntu system, and what the tests need for a real window on a virtual screen.
WINDOW_PACKAGES := libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 fonts-dejavu-core libxkbcommon0 \
	libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 \
	libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xinerama0 libxcb-xkb1
TEST_PACKAGES := xvfb xdotool openbox

.PHONY: run tour screenshots test lint clean libraries system-packages

# With no display the tour shows the program instead. Its last line, and so that of `make run`, is one line of JSON.
run: libraries
	@if [ "$$(uname -s)" = Linux ] && [ -z "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "There is no display: taking the guided tour instead. Its pictures will be in $(TOUR)/"; \
		QT_QPA_PLATFORM=offscreen $(BIN)/python main.py --tour "$(TOUR)"; \
	else \
		$(BIN)/python main.py; \
	fi

tour: libraries
	@echo "Taking the guided tour. Its pictures will be in $(TOUR)/"
	@QT_QPA_PLATFORM=offscreen $(BIN)/python main.py --tour "$(TOUR)"

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

# One process: the arithmetic uses all cores by itself, and the tests of timing and of real windows need a quiet machine.
test: lint libraries
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(PYTEST_ARGUMENTS)

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
	rm -rf .venv build dist "$(TOUR)" .coverage .coverage.* htmlcov .benchmarks .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

system-packages:
	@echo $(WINDOW_PACKAGES) $(TEST_PACKAGES)

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(f"Python 3.11 or newer is needed, and \
	$(PYTHON) is {sys.version.split()[0]}. Name another one: make PYTHON=python3.12")'
	@echo "Making the environment in .venv (once, and again when pyproject.toml changes) ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]' >&2
	@touch $@

$(COMPARE_INSTALLED): $(INSTALLED)
	@echo "Installing PyTorch and Captum in .venv, for the comparison only ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,compare]' >&2
	@touch $@

# Names the system library that is missing, if one is: first those of Qt itself, then those of a window under X11.
define CHECK_LIBRARIES
import ctypes, os, pathlib, sys
try:
    import PySide6, PySide6.QtWidgets
    if sys.platform == "linux" and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"))
except (ImportError, OSError) as problem:
    sys.exit(f"Qt cannot start, a system library is missing: {problem}\n"
             "On Debian or Ubuntu, as root:  apt-get install $(WINDOW_PACKAGES)")
endef
export CHECK_LIBRARIES

libraries: $(INSTALLED)
	@$(BIN)/python -c "$$CHECK_LIBRARIES"
