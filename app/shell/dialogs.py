"""Messages and questions. Esc closes each of them and changes nothing."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

from app.widgets.plain_text import button_text, sentence, visible


def show_problem(parent: QWidget, title: str, text: str, details: str = "") -> None:
    """Show what went wrong, without blocking the event loop.

    Arguments:
        parent: of the dialog.
        title: of the dialog.
        text: one sentence.
        details: text that the user can fold out; empty if there is none.
    """
    box = _plain_box(parent, QMessageBox.Icon.Warning, title, text, QMessageBox.StandardButton.Ok)
    box.setObjectName("problem_dialog")
    details = details or (text if sentence(text) != text else "")
    if details:
        box.setDetailedText(visible(details, keep_line_breaks=True))
    box.open()


def show_text(parent: QWidget, title: str, text: str) -> None:
    """Show a page of rich text, without blocking the event loop.

    Arguments:
        parent: of the dialog.
        title: of the dialog.
        text: HTML, written by us.
    """
    box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, QMessageBox.StandardButton.Ok, parent)
    box.setObjectName("text_dialog")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


def ask(
    parent: QWidget,
    title: str,
    question: str,
    answers: Mapping[str, Callable[[], object]],
    default: str,
    name: str,
    refuse: str = "Cancel",
) -> QMessageBox:
    """Ask a question, and call the function of the chosen answer. Esc means `refuse`, which does nothing.

    Returns the dialog, which is open.

    Arguments:
        parent: of the dialog.
        title: of the dialog.
        question: one or two sentences.
        answers: function of each button, by the text of the button.
        default: text of the button that Enter presses.
        name: objectName of the dialog.
        refuse: text of the button that is added to the answers and does nothing.
    """
    box = _plain_box(parent, QMessageBox.Icon.Question, title, question, QMessageBox.StandardButton.Cancel)
    box.setObjectName(name)
    box.button(QMessageBox.StandardButton.Cancel).setText(refuse)
    buttons: dict[QAbstractButton, Callable[[], object]] = {}
    for text, function in answers.items():
        button = box.addButton(button_text(text), QMessageBox.ButtonRole.AcceptRole)
        button.setObjectName(f"answer_{text.split()[0].lower()}")
        buttons[button] = function
        if text == default:
            box.setDefaultButton(button)
    box.setEscapeButton(QMessageBox.StandardButton.Cancel)

    def on_finished(_result: int) -> None:
        function = buttons.get(box.clickedButton())
        if function is not None:
            function()

    box.finished.connect(on_finished)
    box.open()
    return box


def _plain_box(
    parent: QWidget, icon: QMessageBox.Icon, title: str, text: str, button: QMessageBox.StandardButton
) -> QMessageBox:
    """Return a box that shows plain text, since the text may quote names from files, and that deletes itself."""
    box = QMessageBox(icon, title, "", button, parent)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence(text))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return box
