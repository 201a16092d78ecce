"""The tour's driver: no dialog and no menu can block it."""

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QMessageBox, QWidget

from app.shell import tour_driver
from app.shell.tour_driver import Driver, TourError


@pytest.fixture
def own_window(qtbot):
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def driver(own_window, tmp_path):
    driver = Driver(own_window, tmp_path)
    yield driver
    driver.close()
    assert QApplication.activeModalWidget() is None


def save_dialog(window, folder, kind=QFileDialog):
    dialog = kind(window, "Save", str(folder))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    return dialog


def test_a_dialog_is_answered_as_soon_as_it_is_active(qtbot, own_window, tmp_path):
    """A modal dialog that is not active loses the Enter key to its completer, and exec() continues."""
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    dialog = save_dialog(own_window, tmp_path)
    # Only window-modal, so that the other window can take the focus.
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    assert not dialog.isActiveWindow()
    # If there is no answer, the test fails instead of waiting without limit.
    QTimer.singleShot(20_000, dialog, dialog.reject)
    driver = Driver(own_window, tmp_path)
    driver.answer_file_dialog(dialog.exec, tmp_path / "chosen.json")
    driver.close()
    assert dialog.result() == QFileDialog.DialogCode.Accepted
    assert dialog.selectedFiles() == [str(tmp_path / "chosen.json")]


def test_a_dialog_that_loses_the_first_enter_gets_a_second_one(own_window, driver, tmp_path, monkeypatch):
    monkeypatch.setattr(tour_driver._FileDialogResponder, "RETRY_SECONDS", 0.2)
    attempts = []

    class Forgetful(QFileDialog):
        def accept(self):
            attempts.append(self.selectedFiles())
            if len(attempts) > 1:
                super().accept()

    dialog = save_dialog(own_window, tmp_path, Forgetful)
    driver.answer_file_dialog(dialog.exec, tmp_path / "chosen.json")
    assert attempts == [[str(tmp_path / "chosen.json")]] * 2


def test_a_dialog_that_never_becomes_active_fails_the_tour(own_window, driver, tmp_path, monkeypatch):
    dialog = save_dialog(own_window, tmp_path)
    monkeypatch.setattr(dialog, "isActiveWindow", lambda: False)
    with pytest.raises(TourError, match=r"file dialog for chosen\.json did not close in time .*not active"):
        driver.answer_file_dialog(dialog.exec, tmp_path / "chosen.json", seconds=0.3)
    assert not dialog.isVisible()


def test_a_dialog_that_never_opens_fails_the_tour(driver, tmp_path):
    with pytest.raises(TourError, match=r"did not happen within .*: the file dialog for chosen\.json"):
        driver.answer_file_dialog(lambda: None, tmp_path / "chosen.json", seconds=0.2)


def test_a_question_above_the_file_dialog_fails_the_tour_with_its_text(own_window, driver, tmp_path):
    (tmp_path / "taken.json").write_text("{}")
    dialog = save_dialog(own_window, tmp_path)
    # The question "Replace it?" runs its own event loop inside that of the dialog.
    with pytest.raises(TourError, match=r"The window says: .*taken\.json already exists"):
        driver.answer_file_dialog(dialog.exec, tmp_path / "taken.json")
    assert not dialog.isVisible()


def test_a_dialog_that_the_tour_expects_stays_open_until_then(own_window, driver):
    box = QMessageBox(QMessageBox.Icon.Warning, "Title", "Choose a format.", parent=own_window)
    box.setObjectName("expected_dialog")
    with driver.expecting("expected_dialog"):
        box.open()
        driver.check()
        assert box.isVisible()
    with pytest.raises(TourError, match=r"The window says: Choose a format\."):
        driver.check()
    assert not box.isVisible()


@pytest.mark.parametrize("blocking", [True, False])
def test_an_unexpected_message_fails_the_tour_with_its_text(own_window, driver, blocking):
    box = QMessageBox(QMessageBox.Icon.Warning, "Title", "The disk is full.", parent=own_window)
    box.exec() if blocking else box.open()
    with pytest.raises(TourError, match=r"The window says: The disk is full\."):
        driver.check()
    assert not box.isVisible()


def test_a_menu_that_stays_open_is_closed_and_fails_the_tour(own_window, driver, monkeypatch):
    monkeypatch.setattr(tour_driver, "WAIT_SECONDS", 0.2)
    menu = QMenu(own_window)
    menu.setObjectName("menu_of_the_test")
    menu.addAction("Nothing")
    menu.exec()
    with pytest.raises(TourError, match="A menu stays open: QMenu 'menu_of_the_test'"):
        driver.check()


def test_the_whole_tour_has_a_time_limit(own_window, tmp_path):
    driver = Driver(own_window, tmp_path, seconds=0.2)
    with pytest.raises(TourError, match=r"did not end within 0\.2 seconds"):
        driver.wait_until(lambda: False, "nothing ever happens")
    driver.close()


def test_abort_ends_the_current_wait(driver):
    QTimer.singleShot(50, lambda: driver.abort(TourError("Enough.")))
    with pytest.raises(TourError, match="Enough"):
        driver.wait_until(lambda: False, "nothing ever happens")


def test_a_widget_that_appears_late_is_found(own_window, driver):
    widget = QWidget(own_window)
    widget.setObjectName("late")
    widget.hide()
    QTimer.singleShot(200, widget.show)
    assert driver.find(QWidget, "late") is widget


def test_a_widget_that_never_appears_fails_the_tour(own_window, tmp_path):
    driver = Driver(own_window, tmp_path, 0.3)
    with pytest.raises(TourError):
        driver.find(QWidget, "missing")
    driver.close()
