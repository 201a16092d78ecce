from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPushButton, QWidget

from app.widgets.save_dialog import ask_where_to_save

KINDS = {"csv": "Table", "png": "Picture"}


@pytest.fixture
def own_dialogs(qapp):
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    yield
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


class User:
    """Takes one step after the other in the open dialog, and records the texts of the dialogs."""

    def __init__(self, *steps: Callable[["User"], None]) -> None:
        self.steps, self.read = list(steps), []
        self.timer = QTimer(interval=20)
        self.timer.timeout.connect(self.act)
        self.timer.start()

    def act(self) -> None:
        if QApplication.activeModalWidget() is not None and self.steps:
            self.steps.pop(0)(self)

    @property
    def dialog(self) -> QWidget:
        return QApplication.activeModalWidget()


def save_as(name: str) -> Callable[[User], None]:
    def step(user: User) -> None:
        assert isinstance(user.dialog, QFileDialog)
        user.dialog.findChild(QLineEdit, "fileNameEdit").setText(name)
        user.dialog.accept()

    return step


def answer(text: str) -> Callable[[User], None]:
    def step(user: User) -> None:
        assert isinstance(user.dialog, QMessageBox)
        user.read.append(user.dialog.text())
        next(b for b in user.dialog.findChildren(QPushButton) if b.text().replace("&", "") == text).click()

    return step


def choose(words: str) -> Callable[[User], None]:
    return lambda user: user.dialog.selectNameFilter(words)


def cancel(user: User) -> None:
    user.dialog.reject()


def ask(qtbot, folder: Path, *steps: Callable[[User], None]) -> tuple[Path | None, User]:
    parent = QWidget()
    qtbot.addWidget(parent)
    user = User(*steps)
    path = ask_where_to_save(parent, "Export", folder / "curves.csv", KINDS)
    user.timer.stop()
    assert not user.steps
    return path, user


def test_a_name_without_a_suffix_gets_that_of_the_chosen_kind(qtbot, own_dialogs, tmp_path) -> None:
    assert ask(qtbot, tmp_path, save_as("run"))[0] == tmp_path / "run.csv"
    assert ask(qtbot, tmp_path, choose("Picture (*.png)"), save_as("run"))[0] == tmp_path / "run.png"
    assert ask(qtbot, tmp_path, save_as("run.v2"))[0] == tmp_path / "run.v2.csv"
    assert ask(qtbot, tmp_path, save_as("run.PNG"))[0] == tmp_path / "run.PNG"


def test_it_asks_before_another_file_is_replaced_whose_suffix_was_not_typed(qtbot, own_dialogs, tmp_path) -> None:
    (tmp_path / "run.csv").write_text("precious")
    path, user = ask(qtbot, tmp_path, save_as("run"), answer("Cancel"), save_as("other"))
    assert user.read == ["run.csv already exists."]
    assert path == tmp_path / "other.csv"
    path, user = ask(qtbot, tmp_path, save_as("run"), answer("Replace"))
    assert path == tmp_path / "run.csv"


def test_cancelling_saves_nothing(qtbot, own_dialogs, tmp_path) -> None:
    (tmp_path / "run.csv").write_text("precious")
    assert ask(qtbot, tmp_path, cancel)[0] is None
    assert ask(qtbot, tmp_path, save_as("run"), answer("Cancel"), cancel)[0] is None
