"""Messages and questions; Esc always gets out of them unharmed."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from app.widgets.plain_text import button_text, sentence, visible


def show_problem(parent: QWidget, title: str, text: str, details: str = "") -> None:
    """Show one sentence about what went wrong, without stopping the event loop; details fold out."""
    box = _plain_box(parent, QMessageBox.Icon.Warning, title, text, QMessageBox.StandardButton.Ok)
    box.setObjectName("problem_dialog")
    details = details or (text if sentence(text) != text else "")
    if details:
        box.setDetailedText(visible(details, keep_line_breaks=True))
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
    box = _plain_box(parent, QMessageBox.Icon.Question, title, question, QMessageBox.StandardButton.Cancel)
    box.setObjectName(name)
    buttons: dict[QAbstractButton, Callable[[], object]] = {}
    for text, function in answers.items():
        button = box.addButton(button_text(text), QMessageBox.ButtonRole.AcceptRole)
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


def _plain_box(
    parent: QWidget, icon: QMessageBox.Icon, title: str, text: str, button: QMessageBox.StandardButton
) -> QMessageBox:
    """Make a box that shows its text as plain text, whatever names it quotes, and deletes itself."""
    box = QMessageBox(icon, title, "", button, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence(text))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
