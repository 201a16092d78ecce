import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from app.shell.application import ThemeManager, open_settings
from app.shell.examples import FIRST_EXAMPLE
from app.shell.main_window import MainWindow


@pytest.fixture
def make_window(qtbot, tmp_path):
    """Make main windows that keep their settings in the test's folder; all are closed without questions at the end."""
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
    # The look belongs to the whole application, and so to the tests that come next.
    application = QApplication.instance()
    application.setStyleSheet("")
    application.setPalette(application.style().standardPalette())


@pytest.fixture
def window(make_window):
    return make_window()


@pytest.fixture
def dialog(qtbot):
    """Wait for the dialog called `name` and return it."""

    def wait_for(window, name):
        qtbot.waitUntil(lambda: bool(window.findChildren(QMessageBox, name)))
        return window.findChildren(QMessageBox, name)[-1]

    return wait_for
