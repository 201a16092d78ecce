from itertools import combinations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import QApplication, QLabel, QProgressBar, QWidget

from app.document import edits
from app.training import SessionState


def message_label(window) -> QLabel:
    return window.status.findChild(QLabel, "status_message")


def check_nothing_overlaps(window) -> None:
    QApplication.processEvents()
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    shown = [child for child in window.status.findChildren(QWidget, options=direct) if child.isVisible()]
    assert len(shown) > 4
    for one, other in combinations(shown, 2):
        assert not one.geometry().intersects(other.geometry()), (one.objectName(), other.objectName())
    # QStatusBar would paint its own message over all widgets.
    assert window.status.currentMessage() == ""


@pytest.fixture
def running(qtbot, window):
    window.document.apply(edits.change_training(window.document.project, epochs=100_000))
    window.training.train()
    qtbot.waitUntil(lambda: window.session.batches_done > 0)
    return window


@pytest.mark.parametrize("width", [1440, 1024])
def test_message_and_progress_are_shown_side_by_side(qtbot, running, width) -> None:
    window = running
    window.resize(width, 700)
    window.status.show_message("Saved a-model-with-quite-a-long-name.safetensors.")
    # A refresh must not overwrite the message.
    window.status.refresh()
    assert message_label(window).text() == "Saved a-model-with-quite-a-long-name.safetensors."
    assert window.status.findChild(QProgressBar, "status_progress").isVisible()
    assert message_label(window).isVisible()
    assert message_label(window).width() > 100
    check_nothing_overlaps(window)


def test_the_tip_of_a_command_replaces_the_message(qtbot, running) -> None:
    window = running
    window.status.show_message("Saved.")
    QApplication.sendEvent(window, QStatusTipEvent("Open a project file."))
    assert message_label(window).text() == "Open a project file."
    window.status.refresh()
    check_nothing_overlaps(window)
    QApplication.sendEvent(window, QStatusTipEvent(""))
    assert message_label(window).text() == "Saved."


def test_a_message_disappears_after_some_seconds(qtbot, window) -> None:
    window.status._message_timer.setInterval(1)
    window.status.show_message("Saved.")
    assert message_label(window).text() == "Saved."
    qtbot.waitUntil(lambda: message_label(window).text() == "")


def test_a_long_message_does_not_cover_the_problems(qtbot, running) -> None:
    window = running
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    window.status.show_message("A long message with many words. " * 20)
    window.resize(1024, 700)
    assert window.status.findChild(QWidget, "status_problems").isVisible()
    check_nothing_overlaps(window)
    assert window.width() == 1024
    assert window.session.state is SessionState.RUNNING


def test_the_weights_in_use_are_named(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=2))
    label = window.status.findChild(QLabel, "status_weights")
    assert label.text() == ""
    window.training.train()
    qtbot.waitUntil(lambda: window.session.state is SessionState.FINISHED)
    window.resize(1900, 900)
    last = len(window.session.history)
    assert label.text() == f"weights after epoch {last} of {last}"
    window.inspection.epochs.choose(1)
    assert label.text() == f"Inspect: weights after epoch 1 of {last}"
    assert label.isVisible()
    check_nothing_overlaps(window)
    window.resize(1024, 700)
    check_nothing_overlaps(window)
    window.inspection.epochs.follow()
    assert label.text() == f"weights after epoch {last} of {last}"
