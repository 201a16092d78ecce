import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest

from app.widgets.undo_keys import DraftLineEdit, is_undo_key, leaves_undo_to_document

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def key(kind: QEvent.Type, pressed: Qt.Key = Qt.Key.Key_Z, modifiers: Qt.KeyboardModifier = CONTROL) -> QKeyEvent:
    event = QKeyEvent(kind, pressed, modifiers)
    event.accept()
    return event


@pytest.mark.parametrize("kind", [QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress])
def test_undo_is_left_to_the_document(qapp, kind) -> None:
    event = key(kind)
    assert is_undo_key(event)
    assert leaves_undo_to_document(event)
    assert not event.isAccepted()


def test_other_keys_stay_with_the_field(qapp) -> None:
    for event in (key(QEvent.Type.KeyPress, Qt.Key.Key_A, NONE), key(QEvent.Type.KeyRelease)):
        assert not leaves_undo_to_document(event)
        assert event.isAccepted()


def test_a_line_takes_undo_only_while_it_has_a_draft(qtbot) -> None:
    line = DraftLineEdit("conv_1")
    qtbot.addWidget(line)

    def takes_undo() -> bool:
        event = key(QEvent.Type.ShortcutOverride)
        line.event(event)
        return event.isAccepted()

    assert not takes_undo()
    QTest.keyClicks(line, "x")
    assert takes_undo()
    line.setText("conv_2")
    assert not takes_undo()
