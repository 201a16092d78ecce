"""The one place that makes labels: object name, style class and wrapping, in the same way everywhere."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.widgets.plain_label import PlainLabel
from app.widgets.theme.fonts import bold_font, small_font


def make_label(
    object_name: str,
    text: str = "",
    style_class: str = "",
    *,
    wraps: bool = False,
    selectable: bool = False,
    ignores_width: bool = False,
) -> QLabel:
    """Make a label for plain text.

    Arguments:
        object_name: Qt's objectName; empty for a label that no test and no tour looks for.
        text: the text at first.
        style_class: a property of the style sheet: "muted", "heading", "danger" or "warning"; empty for none.
        wraps: break long text into lines; else it ends in "…" where there is no more room.
        selectable: let the mouse select the text.
        ignores_width: take the width that is left. Then a text that changes moves no other widget.
    """
    label = PlainLabel(text, elides=not wraps)
    label.setObjectName(object_name)
    if style_class:
        label.setProperty(style_class, True)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if ignores_width:
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def make_heading(object_name: str, text: str = "") -> QLabel:
    """Make a bold, wrapped heading of a form; `object_name` and `text` are those of `make_label`."""
    label = _top_aligned(make_label(object_name, text, "heading", wraps=True))
    label.setFont(bold_font(label.font()))
    return label


def make_paragraph(object_name: str, text: str = "", style_class: str = "", *, selectable: bool = False) -> QLabel:
    """Make a small, wrapped text of a form.

    Arguments:
        object_name, text, style_class, selectable: as those of `make_label`.
    """
    label = _top_aligned(make_label(object_name, text, style_class, wraps=True, selectable=selectable))
    label.setFont(small_font(label.font()))
    return label


def make_caption(text: str) -> QLabel:
    """Make a muted caption with a `text` that the program knows. It is never shortened, and keeps its width."""
    label = QLabel(text)
    label.setProperty("muted", True)
    return label


def show_text(label: QLabel, text: str) -> None:
    """Show a `text` in a `label`, or hide the label if the text is empty."""
    label.setText(text)
    label.setVisible(bool(text))


def _top_aligned(label: QLabel) -> QLabel:
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
