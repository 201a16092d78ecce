"""If a library of Qt is missing, skip the tests of the window and say so; all other tests run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.shell.system_libraries import find_library_obstacle

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
