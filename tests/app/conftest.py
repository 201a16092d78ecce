"""How long a test of the window waits, and what it leaves behind: no pressed mouse button, and no cycles.

Cycles are collected between two tests only. In a test, the collector could delete a visible widget that no variable
names any more: its Python part would be empty when Qt sends it the next event. Worker threads must not delete Qt
objects at all.
"""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.app.layout_items import layout_items

LONGEST_WAIT_MS = 60_000
"""A wait ends as soon as its condition holds. A busy machine may need this long where a quiet one needs a moment."""


class PatientBot(QtBot):
    """Waits longer than the five seconds of pytest-qt, also while what a condition looks at is still None."""

    def waitUntil(self, callback: Any, **options: Any) -> None:  # noqa: N802
        def holds() -> Any:
            try:
                return callback()
            except AttributeError as error:
                if error.obj is not None or error.name is None:
                    raise
                return False

        super().waitUntil(holds, **{"timeout": LONGEST_WAIT_MS} | options)

    def waitSignal(self, signal: Any, **options: Any) -> Any:  # noqa: N802
        return super().waitSignal(signal, **{"timeout": LONGEST_WAIT_MS} | options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Return a bot that bears a slow machine."""
    return PatientBot(request)


@pytest.fixture(autouse=True, scope="session")
def no_automatic_collection(qapp: QApplication) -> Iterator[None]:
    """Keep the collector off. The objects of the start are never searched for cycles."""
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True)
def collect_garbage(no_automatic_collection: None) -> Iterator[None]:
    """Delete the closed widgets of a test, and its cycles, before the next one."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert not gc.isenabled(), "the test has turned the automatic collection on"
    assert layout_items() == [], "use app.widgets.layouts: these objects outlive the items of the layout"


@pytest.fixture(autouse=True)
def release_mouse(qapp: QApplication) -> Iterator[None]:
    """Release the mouse button that a test has left pressed: Qt would report it to all later tests."""
    yield
    QTest.mouseRelease(QWidget(), Qt.MouseButton.LeftButton)
