import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from app.shell.application import ThemeManager, open_settings
from app.shell.examples import FIRST_EXAMPLE
from app.shell.main_window import MainWindow


@pytest.fixture
def theme(qapp):
    """Restore the style of the application after the test, since all tests share the application."""
    yield
    qapp.setStyleSheet("")
    qapp.setPalette(qapp.style().standardPalette())


@pytest.fixture
def make_window(qtbot, tmp_path, theme):
    """Return a function that opens a main window with its settings in the test's folder.

    All windows are closed at the end, without questions.
    """
    windows = []

    def make(example=FIRST_EXAMPLE):
        theme_manager = ThemeManager(QApplication.instance(), "light")
        window = MainWindow(open_settings(tmp_path / "settings.ini"), theme_manager)
        theme_manager.setParent(window)
        window.files.load_example(example)
        window.show()
        qtbot.waitExposed(window)
        windows.append(window)
        return window

    yield make
    for window in windows:
        window.session.shutdown()
        window.document.undo_stack.setClean()
        for dialog in window.findChildren(QMessageBox):
            dialog.close()
        window.close()
        window.deleteLater()
    QApplication.processEvents()
    # Otherwise the garbage collector deletes the window some time later, perhaps while Qt visits all widgets.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(make_window):
    return make_window()


@pytest.fixture
def dialog(qtbot):
    """Return a function that waits for the dialog called `name` and returns it."""

    def wait_for(window, name):
        qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox, name)))
        return window.findChildren(QMessageBox, name)[-1]

    return wait_for
