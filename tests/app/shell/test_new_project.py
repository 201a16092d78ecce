"""File > New in the window: a template becomes a new project without a file."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.document.templates import templates


@pytest.fixture
def gallery(qtbot, window):
    """The gallery, opened by its command."""
    window.actions_by_name["new_project"].trigger()
    qtbot.waitUntil(lambda: window.findChild(QDialog, "new_project_dialog") is not None)
    return window.findChild(QWidget, "template_gallery")


def test_a_template_is_a_new_project_that_is_ready_to_train(qtbot, window, gallery):
    replaced = []
    window.document.replaced.connect(lambda: replaced.append(True))
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    assert replaced == [True]
    assert window.document.project == templates()[0].project
    assert window.document.problems == ()
    assert window.document.path is None
    assert not window.document.modified
    assert templates()[0].title in window.windowTitle()
    assert not window.document.undo_stack.canUndo()


def test_esc_keeps_the_project(qtbot, window, gallery):
    before = window.document.project
    qtbot.keyClick(window.findChild(QDialog, "new_project_dialog"), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QDialog, "new_project_dialog") is None)
    assert window.document.project == before
    assert "LeNet on digits" in window.windowTitle()


def test_the_empty_network_has_no_name_yet(qtbot, window, gallery):
    qtbot.keyClick(gallery, Qt.Key.Key_Return)
    assert window.document.project.network.layers == ()
    assert "untitled" in window.windowTitle()


def test_the_canvas_keeps_the_focus_while_a_dialog_is_active(qtbot, window, gallery):
    window.canvas.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is gallery)
    window.document.replace(templates()[0].project)
    assert window.canvas.isAncestorOf(window.focusWidget())
