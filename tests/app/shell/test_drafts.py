"""Numbers that the user has typed but not confirmed when a command starts."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget


def type_draft(window, field, text):
    window.settings_tabs.show_training()
    box = window.findChild(QWidget, field)
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, text)
    return box


@pytest.mark.parametrize("command", ["train", "step"])
def test_training_starts_with_an_unconfirmed_number(qtbot, window, command):
    box = type_draft(window, "training_epochs", "1")
    window.actions_by_name[command].trigger()
    assert window.document.project.training.epochs == 1
    assert box.text() == "1"
    assert window.session.state.active
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.state.active)


@pytest.mark.parametrize("leave", [False, True])
def test_training_does_not_start_while_a_number_is_refused(qtbot, window, leave):
    box = type_draft(window, "training_epochs", "1e9")
    if leave:
        QTest.keyClick(box, Qt.Key.Key_Tab)
        window.settings_tabs.setCurrentIndex(0)
    before, before_state = window.document.project, window.session.state
    window.actions_by_name["train"].trigger()
    sentence = "Epochs is 1e9 but should be a whole number from 1 to 100000."
    assert window.session.state is before_state
    assert window.status.findChild(QLabel, "status_message").text() == sentence
    assert window.settings_tabs.currentIndex() == 2
    assert window.document.project == before
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == str(before.training.epochs)


def test_saving_includes_an_unconfirmed_number(window, tmp_path):
    path = tmp_path / "network.tinyml.json"
    window.files.save_to(path)
    type_draft(window, "training_epochs", "7")
    window.actions_by_name["save_project"].trigger()
    assert '"epochs": 7' in path.read_text()


def test_closing_asks_about_an_unconfirmed_number(qtbot, window, dialog):
    type_draft(window, "training_epochs", "7")
    window.close()
    assert window.isVisible()
    assert "Save the changes" in dialog(window, "unsaved_dialog").text()
