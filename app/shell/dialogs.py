"""Messages and questions; Esc always gets out of them unharmed."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget


def show_problem(parent: QWidget, title: str, sentence: str, details: str = "") -> None:
    """Show one sentence about what went wrong, without stopping the event loop; details fold out."""
    box = QMessageBox(QMessageBox.Icon.Warning, title, sentence, QMessageBox.StandardButton.Ok, parent)
    box.setObjectName("problem_dialog")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if details:
        box.setDetailedText(details)
    box.open()


def show_text(parent: QWidget, title: str, text: str) -> None:
    """Show a page of rich text, without stopping the event loop."""
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Ok, parent)
    box.setObjectName("text_dialog")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def ask(
    parent: QWidget, title: str, question: str, answers: Mapping[str, Callable[[], object]], default: str, name: str
) -> None:
    """Ask a question; the chosen answer's function is called. Esc chooses Cancel, which does nothing.

    Arguments:
        answers: text of each button, and what it does; Cancel is added.
        default: the answer that Enter gives.
        name: objectName of the dialog.
    """
    box = QMessageBox(QMessageBox.Icon.Question, title, question, QMessageBox.StandardButton.Cancel, parent)
    box.setObjectName(name)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    buttons: dict[QAbstractButton, Callable[[], object]] = {}
    for text, function in answers.items():
        button = box.addButton(text, QMessageBox.ButtonRole.AcceptRole)
        button.setObjectName(f"answer_{text.split()[0].lower()}")
        buttons[button] = function
        if text == default:
            box.setDefaultButton(button)
    box.setEscapeButton(QMessageBox.StandardButton.Cancel)

    def answered(_result: int) -> None:
        function = buttons.get(box.clickedButton())
        if function is not None:
            function()

    box.finished.connect(answered)
    box.open()
