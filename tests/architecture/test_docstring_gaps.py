"""Every public name of framework and window has a docstring that names its arguments, attributes and signals."""

import importlib
import sys
from types import ModuleType

import pytest

from app.shell.system_libraries import find_library_obstacle
from tests.architecture.docstring_gaps import find_gaps, module_names

NO_QT = find_library_obstacle()
NAMES = [
    name
    for package in ("tinyml", "app")
    if not (package == "app" and NO_QT)
    for name in module_names(package)
    if not name.endswith("__main__")
]


@pytest.mark.parametrize("name", NAMES)
def test_the_docstrings_of_a_module_leave_nothing_out(name: str) -> None:
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        pytest.skip("PyTorch is not installed")
    assert list(find_gaps(module)) == []


@pytest.mark.skipif(bool(NO_QT), reason=NO_QT)
def test_the_window_is_checked_too() -> None:
    assert "app.shell.main_window" in NAMES


def test_each_kind_of_gap_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("gaps")
    monkeypatch.setitem(sys.modules, "gaps", module)
    exec(SOURCE, vars(module))
    assert list(find_gaps(module)) == [
        "gaps: no docstring",
        "undocumented: no docstring",
        "draw: explain the arguments rng",
        "Panel: explain count",
        "Panel: explain the signal clicked",
        "Panel.show: explain the arguments title",
        "Panel.size: no docstring",
    ]


SOURCE = '''
class Signal:
    pass

Signal.__module__ = "elsewhere"

def undocumented(): pass

def draw(width, rng):
    """Draw a line of a width."""

def fill(first, second, third):
    """Fill.

    Arguments:
        first, second: the colours.
        third: the brush.
    """

class Panel:
    """A panel.

    Attributes:
        value: a number.
    """

    clicked = Signal()

    def __init__(self, count, parent=None):
        pass

    def show(self, title):
        """Show it."""

    @property
    def size(self):
        return 1

    @property
    def value(self):
        return 1

    def _private(self): pass
'''
