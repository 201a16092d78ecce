"""For all tests: what is skipped if a library of Qt is missing, caches, and turns between processes of tests."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from app.shell.system_libraries import find_library_obstacle
from tests import turns

OBSTACLE = find_library_obstacle()
collect_ignore = ["app", "e2e"] if OBSTACLE else []


@pytest.fixture(autouse=True, scope="session")
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep caches of data in a temporary folder, also those of programs that a test starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINYML_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_plugin_registered(plugin: object, plugin_name: str, manager: pytest.PytestPluginManager) -> None:
    # pytest-qt loads Qt before pytest collects the tests.
    if OBSTACLE and plugin_name == "pytest-qt":
        manager.unregister(plugin)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if OBSTACLE:
        left_out = ", ".join(str(Path("tests") / folder) for folder in collect_ignore)
        terminalreporter.section("tests of the window", yellow=True)
        terminalreporter.line(f"SKIPPED {left_out}: {OBSTACLE}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test that is marked `alone` run alone. The wait does not count as time of the test."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with turns.alone() if item.get_closest_marker("alone") else turns.beside_others():
        return (yield)
