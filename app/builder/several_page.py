"""The form for several selected layers: what they are, and what can be done with them."""

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.builder import actions
from app.builder.panels import Page, heading, paragraph
from app.builder.words import list_text, parameters_text
from app.document import Document
from app.widgets.plain_text import short
from tinyml.core import TinymlError

_HINT = "Drag them together to another place, or copy them with Ctrl+C. Click one card to change its settings."


class SeveralPage(Page):
    """Counts the selected layers and offers what works on all of them.

    Signals:
        message(sentence): why something could not be done.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__("several_layers_page", parent)
        self._document = document
        self._heading = heading("several_layers_heading")
        self._names = paragraph("several_layers_names", "muted")
        self.body.addWidget(self._heading)
        self.body.addWidget(self._names)
        self._add_button("selection_up_button", "Move up", self._move_up)
        self._add_button("selection_down_button", "Move down", self._move_down)
        self._add_button("selection_duplicate_button", "Duplicate", self._duplicate)
        self._add_button("selection_delete_button", "Delete", self._delete)
        self.body.addWidget(paragraph("several_layers_hint", "muted", _HINT))

    def show_selection(self) -> None:
        """Show what is selected now."""
        names = self._document.selection
        plans = [plan for plan in map(self._document.plan_of, names) if plan is not None]
        self._heading.setText(f"{len(names)} layers selected")
        count = sum(plan.parameter_count for plan in plans)
        self._names.setText(f"{list_text([short(name) for name in names])}\n{parameters_text(count)} together")

    def _add_button(self, name: str, text: str, receiver: Callable[[], None]) -> None:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setAccessibleName(f"{text} the selected layers")
        button.clicked.connect(receiver)
        self.body.addWidget(button)

    @Slot()
    def _move_up(self) -> None:
        self._try(actions.move_up)

    @Slot()
    def _move_down(self) -> None:
        self._try(actions.move_down)

    @Slot()
    def _duplicate(self) -> None:
        self._try(actions.duplicate)

    @Slot()
    def _delete(self) -> None:
        self._try(actions.delete)

    def _try(self, action: Callable[[Document], None]) -> None:
        try:
            action(self._document)
        except TinymlError as error:
            self.message.emit(str(error))
