"""A test waits for a condition. A wait of a fixed time is slow, and too short on a busy machine; a comment says why.

How long a test waits for a condition at most is decided in one place, tests/app/conftest.py.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests").rglob("*.py"))


def is_fixed_wait(node: ast.AST) -> bool:
    """Return True for the calls `QTest.qWait(…)`, `qtbot.wait(…)` and `self._qtbot.wait(…)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    return node.func.attr == "qWait" or (node.func.attr == "wait" and ast.unparse(node.func.value).endswith("qtbot"))


def limited_waits(source: str) -> Iterator[int]:
    """Yield the number of each line with a wait for a condition or a signal that has a limit of its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            options = {keyword.arg for keyword in node.keywords}
            if node.func.attr in ("waitUntil", "waitSignal") and "timeout" in options:
                yield node.lineno


def unexplained_waits(source: str) -> Iterator[int]:
    """Yield the number of each line with a fixed wait, if there is no comment in it or in the line above."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if is_fixed_wait(node) and "#" not in lines[node.lineno - 1] and "#" not in lines[node.lineno - 2]:
            yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_fixed_wait_has_a_reason(path: Path) -> None:
    assert list(unexplained_waits(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_wait_for_a_condition_has_the_common_limit(path: Path) -> None:
    assert list(limited_waits(path.read_text(encoding="utf-8"))) == []


def test_a_wait_with_a_limit_of_its_own_is_found() -> None:
    assert list(limited_waits("qtbot.waitUntil(panel.isVisible, timeout=2000)")) == [1]
    assert list(limited_waits("self._qtbot.waitSignal(job.ended, timeout=2000)")) == [1]
    assert list(limited_waits("qtbot.waitUntil(panel.isVisible)")) == []


def test_a_fixed_wait_without_a_reason_is_found() -> None:
    source = "def test(qtbot):\n    panel.show()\n    {}\n"
    for wait in ("qtbot.wait(10)", "QTest.qWait(PAUSE_MS + 50)", "self._qtbot.wait(10)"):
        assert list(unexplained_waits(source.format(wait))) == [3]
        assert list(unexplained_waits(source.format(wait + "  # the clock itself is tested"))) == []
    assert list(unexplained_waits(source.format("qtbot.waitUntil(panel.isVisible)"))) == []
    assert list(unexplained_waits(source.format("event.wait(5)"))) == []
