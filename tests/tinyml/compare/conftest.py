"""Comparisons with PyTorch: a marker for their tests, and a table of their errors."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.tinyml.compare import tally

if find_spec("torch") is None:
    # The tests say why they are skipped; this module is only what they share.
    collect_ignore = ["counterparts.py"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.compare)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if tally.ROWS:
        terminalreporter.section("side by side with PyTorch: largest relative error")
        for line in tally.table():
            terminalreporter.write_line(line)
