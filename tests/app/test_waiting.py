"""How the tests of the window wait: see conftest.py."""

from types import SimpleNamespace

import pytest
from PySide6.QtCore import QTimer


def test_a_condition_does_not_hold_while_what_it_looks_at_is_none(qtbot) -> None:
    state = SimpleNamespace(found=None)
    QTimer.singleShot(0, lambda: setattr(state, "found", SimpleNamespace(number=1)))
    qtbot.waitUntil(lambda: state.found.number == 1)


def test_a_condition_with_a_wrong_name_fails_at_once(qtbot) -> None:
    state = SimpleNamespace(found=1)
    with pytest.raises(AttributeError, match="fuond"):
        qtbot.waitUntil(lambda: state.fuond == 1)
