"""The help below a form: it explains the field with the keyboard focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.forms import TrainingForm
from app.widgets.number_box import NumberBox
from tinyml.learner import TrainingSettings


@pytest.fixture
def window(qtbot, document) -> QWidget:
    """A window with the training form and a field that belongs to no form."""
    window = QWidget()
    window.resize(320, 900)
    window.form = TrainingForm(document, parent=window)
    window.form.resize(320, 800)
    window.other = QLineEdit(window)
    window.other.move(0, 840)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


def help_text(window: QWidget) -> str:
    label = window.findChild(QLabel, "training_field_help")
    return label.text() if label.isVisible() else ""


def test_the_field_with_the_focus_is_explained(window) -> None:
    window.other.setFocus()
    assert help_text(window) == ""
    window.findChild(NumberBox, "training_batch_size").setFocus()
    assert help_text(window) == f"Batch size: {TrainingSettings.model_fields['batch_size'].description}"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert help_text(window) == f"Epochs: {TrainingSettings.model_fields['epochs'].description}"
    window.other.setFocus()
    assert help_text(window) == ""


def test_every_field_is_explained_and_none_moves(window) -> None:
    editors = window.form._form.editors
    shown = {name: editor for name, editor in editors.items() if editor.isVisible()}
    places = {name: editor.mapTo(window, editor.rect().topLeft()) for name, editor in shown.items()}
    for name, editor in shown.items():
        editor.setFocus()
        field = TrainingSettings.model_fields[name]
        assert help_text(window) == f"{field.title}: {field.description}"
        if editor.mapTo(window, editor.rect().topLeft()) != places[name]:
            places = {each: other.mapTo(window, other.rect().topLeft()) for each, other in shown.items()}
            scrolled = window.form._page.verticalScrollBar().value()
            assert scrolled > 0, "only scrolling to the field may move it"
