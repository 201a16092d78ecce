"""LeNet-5 from nothing, by keyboard alone, in the whole window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

CONTROL = Qt.KeyboardModifier.ControlModifier

LENET = {
    "conv 6 5x5 same": ("Conv2D", {"filters": 6, "window": [5, 5], "padding": [2, 2]}),
    "relu": ("ReLu", {}),
    "pool": ("MaxPool2D", {}),
    "conv2d filters=16 window=5 padding=2": ("Conv2D", {"filters": 16, "window": [5, 5], "padding": [2, 2]}),
    "rel": ("ReLu", {}),
    "max pool 2x2": ("MaxPool2D", {"window": [2, 2]}),
    "flatten": ("Flatten", {}),
    "dense 120": ("Linear", {"outputs": 120}),
    "re": ("ReLu", {}),
    "linear 84": ("Linear", {"outputs": 84}),
    "relu ": ("ReLu", {}),
    "lienar 10": ("Linear", {"outputs": 10}),
}
"""What is typed, and the layer that this must insert."""


def has_keyboard(window):
    """Return True if the window, and no gallery or dialog over it, gets what is typed."""
    focus = QApplication.focusWidget()
    return QApplication.activeWindow() is window and focus is not None and focus.window() is window


def focused(qtbot, window):
    qtbot.waitUntil(lambda: has_keyboard(window))
    return QApplication.focusWidget()


def is_open(window, name):
    return any(widget.isVisible() for widget in window.findChildren(QWidget, name))


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_lenet_5_is_built_by_keyboard_alone(qtbot, window, key) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    QTest.keyClick(window, Qt.Key.Key_N, CONTROL)
    qtbot.waitUntil(lambda: is_open(window, "template_gallery"))
    # The first card of the gallery is the empty network.
    QTest.keyClick(window.findChild(QWidget, "template_gallery"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.document.project.network.layers == ())
    # The window can be active for a moment before the gallery is, so both are asked.
    qtbot.waitUntil(lambda: not is_open(window, "template_gallery"))
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    QTest.keyClick(window, Qt.Key.Key_Space, CONTROL)
    for text in LENET:
        # With Tab the popup stays open. With Enter, the first letter on the canvas opens it again.
        QTest.keyClicks(focused(qtbot, window), text[0])
        QTest.keyClicks(focused(qtbot, window), text[1:])
        QTest.keyClick(focused(qtbot, window), key)
    layers = window.document.project.network.layers
    assert [(layer.type, dict(layer.settings)) for layer in layers] == list(LENET.values())
    assert window.document.problems == ()
    assert window.document.undo_stack.count() == len(LENET)
    assert window.document.selection == (layers[-1].name,)
    for _ in LENET:
        QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.document.project.network.layers == ()


def test_quick_insert_comes_from_every_page_and_leaves_with_its_page(qtbot, window) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window)
    window.pages.show_page("train")
    QTest.keyClick(window, Qt.Key.Key_Space, CONTROL)
    assert window.pages.current == "build"
    assert window.quick_insert.isVisible()
    assert QApplication.focusWidget() is window.quick_insert.search
    window.pages.show_page("train")
    assert not window.quick_insert.isVisible()
