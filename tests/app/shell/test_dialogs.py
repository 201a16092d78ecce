"""Questions call the function of the chosen answer; problems show plain text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from app.shell.dialogs import ask, show_problem


@pytest.fixture
def parent(qtbot) -> QWidget:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    return parent


@pytest.fixture
def chosen() -> list[str]:
    return []


@pytest.fixture
def question(parent, chosen) -> QMessageBox:
    answers = {"Save now": lambda: chosen.append("save"), "Discard": lambda: chosen.append("discard")}
    ask(parent, "Title", "Save <b>it</b>?", answers, "Save now", "question")
    return parent.findChild(QMessageBox, "question")


@pytest.mark.parametrize(("name", "expected"), [("answer_save", ["save"]), ("answer_discard", ["discard"])])
def test_the_function_of_the_chosen_answer_is_called(qtbot, question, chosen, name, expected) -> None:
    question.findChild(QPushButton, name).click()
    qtbot.waitUntil(lambda: chosen == expected)


def test_enter_gives_the_default_answer(qtbot, question, chosen) -> None:
    assert question.defaultButton().objectName() == "answer_save"
    qtbot.keyClick(question.defaultButton(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chosen == ["save"])


def test_esc_calls_no_function(qtbot, parent, question, chosen) -> None:
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: parent.findChild(QMessageBox) is None)
    assert chosen == []


def test_a_question_shows_markup_as_plain_text(question) -> None:
    assert question.textFormat() == Qt.TextFormat.PlainText
    assert question.text() == "Save <b>it</b>?"


def test_a_problem_shows_its_details_and_blocks_nothing(parent) -> None:
    show_problem(parent, "Open", "It is damaged.", "Traceback: line 1")
    box = parent.findChild(QMessageBox, "problem_dialog")
    assert (box.windowTitle(), box.text(), box.detailedText()) == ("Open", "It is damaged.", "Traceback: line 1")


def test_a_long_problem_is_complete_in_its_details(parent) -> None:
    text = "word " * 1000
    show_problem(parent, "Open", text)
    box = parent.findChild(QMessageBox, "problem_dialog")
    assert len(box.text()) < len(text) == len(box.detailedText())
