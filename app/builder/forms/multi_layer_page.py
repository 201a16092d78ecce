"""The form for several selected layers: their names, and buttons for the commands on all of them."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.builder.commands import LayerCommands
from app.document import Document
from app.formatting import format_list
from app.forms.form_widgets import Page
from app.widgets.labels import make_heading, make_paragraph
from app.widgets.plain_text import short
from tinyml.core import describe_count

_HINT = (
    "Drag one of them to move them all. Ctrl+X, Ctrl+C and Ctrl+V cut, copy and paste. "
    "Click one card to change its settings."
)


class MultiLayerPage(Page):
    """Names the selected layers and has a button for each command on all of them.

    Arguments:
        document: the document whose selection is shown and edited.
        parent: the parent widget.

    Signals:
        message(sentence): says why a command was impossible.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("multi_layer_page", parent)
        self._document = document
        self._heading = make_heading("multi_layer_heading")
        self._names = make_paragraph("multi_layer_names", style_class="muted")
        self.body.addWidget(self._heading)
        self.body.addWidget(self._names)
        commands = LayerCommands(document, self)
        commands.message.connect(self.message)
        for name, text, tip, command in (
            ("up", "Move up", "Move the selected layers towards the input (Alt+Up)", commands.move_up),
            ("down", "Move down", "Move the selected layers towards the loss (Alt+Down)", commands.move_down),
            ("duplicate", "Duplicate", "Insert copies after the selected layers (Ctrl+D)", commands.duplicate),
            ("delete", "Delete", "Delete the selected layers (Del)", commands.delete),
        ):
            self._add_button(f"selection_{name}_button", text, tip, command)
        self.body.addWidget(make_paragraph("multi_layer_hint", _HINT, "muted"))

    def show_selection(self) -> None:
        """Show the layers that are selected now."""
        names = self._document.selection
        stack = self._document.inferred_layers(self._document.block)
        inferred_layers = [inferred for inferred in stack if inferred.specification.name in names]
        self._heading.setText(f"{len(names)} layers selected")
        count = sum(inferred.parameter_count for inferred in inferred_layers)
        self._names.setText(
            f"{format_list([short(name) for name in names])}\n{describe_count(count, 'parameter')} together"
        )

    def _add_button(self, name: str, text: str, tip: str, command: Callable[[], None]) -> None:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(f"{text} the selected layers")
        button.setToolTip(tip)
        button.clicked.connect(command)
        self.body.addWidget(button)
