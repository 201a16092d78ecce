"""The form for several selected layers: what they are, and what can be done with them."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.builder import commands
from app.builder.forms.form_widgets import Page
from app.document import Document
from app.widgets.formatting import format_list, format_quantity
from app.widgets.labels import make_heading, make_paragraph
from app.widgets.plain_text import short
from tinyml.core import TinymlError

_HINT = "Drag them together to another place, or copy them with Ctrl+C. Click one card to change its settings."


class MultiLayerPage(Page):
    """Counts the selected layers and offers what works on all of them.

    Signals:
        message(sentence): why something could not be done.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("multi_layer_page", parent)
        self._document = document
        self._heading = make_heading("multi_layer_heading")
        self._names = make_paragraph("multi_layer_names", style_class="muted")
        self.body.addWidget(self._heading)
        self.body.addWidget(self._names)
        self._add_button("selection_up_button", "Move up", self._on_move_up_clicked)
        self._add_button("selection_down_button", "Move down", self._on_move_down_clicked)
        self._add_button("selection_duplicate_button", "Duplicate", self._on_duplicate_clicked)
        self._add_button("selection_delete_button", "Delete", self._on_delete_clicked)
        self.body.addWidget(make_paragraph("multi_layer_hint", _HINT, "muted"))

    def show_selection(self) -> None:
        """Show what is selected now."""
        names = self._document.selection
        inferred_layers = [inferred for inferred in map(self._document.inference_of, names) if inferred is not None]
        self._heading.setText(f"{len(names)} layers selected")
        count = sum(inferred.parameter_count for inferred in inferred_layers)
        self._names.setText(
            f"{format_list([short(name) for name in names])}\n{format_quantity(count, 'parameter')} together"
        )

    def _add_button(self, name: str, text: str, receiver: Callable[[], None]) -> None:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(f"{text} the selected layers")
        button.clicked.connect(receiver)
        self.body.addWidget(button)

    @Slot()
    def _on_move_up_clicked(self) -> None:
        self._try(commands.move_up)

    @Slot()
    def _on_move_down_clicked(self) -> None:
        self._try(commands.move_down)

    @Slot()
    def _on_duplicate_clicked(self) -> None:
        self._try(commands.duplicate)

    @Slot()
    def _on_delete_clicked(self) -> None:
        self._try(commands.delete)

    def _try(self, action: Callable[[Document], None]) -> None:
        try:
            action(self._document)
        except TinymlError as error:
            self.message.emit(str(error))
