"""The form for the selection: the settings of one layer, commands for several layers, or a list of keys."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.builder.forms.layer_page import LayerPage
from app.builder.forms.multi_layer_page import MultiLayerPage
from app.document import Document
from app.forms.field_help import FieldHelp
from app.forms.form_widgets import Page
from app.training import Inspection
from app.widgets.labels import make_heading, make_paragraph
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh

NOTHING_SELECTED = (
    "Click a card, or reach it with the arrow keys, to see what the layer computes and to change its settings."
)
CANVAS_KEYS = """Keys on the canvas:
Any letter, Ctrl+Space: insert a layer by name
↑ ↓, Home, End: select a card
Shift+↑ ↓, Shift+click: select several cards
Ctrl+click: add or remove a card
Ctrl+A: select all · Esc: select none
Enter, double-click: change the settings
Drag, Alt+↑ ↓: move
Ctrl+D: duplicate · Del: delete
Ctrl+X, Ctrl+C, Ctrl+V: cut, copy, paste
Ctrl+G: wrap in Residual · Ctrl+Shift+G: unwrap
← →: fold and unfold a Residual
F1: all keys"""


class SettingsForm(QWidget):
    """Shows and edits the selected layers of the document.

    Arguments:
        document: the document whose layers are shown and edited.
        inspection: gives the sample that receptive fields are drawn on; None for no pictures.
        parent: the parent widget.

    Signals:
        message(sentence): says why a command was impossible.
    """

    message = Signal(str)

    def __init__(self, document: Document, inspection: Inspection | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_form")
        self.setAccessibleName("Settings of the selected layer")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        self._stack = QStackedWidget(self)
        self._no_selection = Page("nothing_selected_page")
        self._no_selection.body.addWidget(make_heading("nothing_selected_heading", "No layer is selected"))
        self._no_selection.body.addWidget(make_paragraph("nothing_selected_text", NOTHING_SELECTED, "muted"))
        self._no_selection.body.addWidget(make_paragraph("canvas_keys", CANVAS_KEYS, "muted"))
        self._layer_page = LayerPage(document, inspection)
        self._multi_layer_page = MultiLayerPage(document)
        self._layer_page.message.connect(self.message)
        self._multi_layer_page.message.connect(self.message)
        for page in (self._no_selection, self._layer_page, self._multi_layer_page):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack)
        layout.addWidget(FieldHelp(self, "layer"))
        self._refresh = VisibleRefresh(self)
        self._refresh.due.connect(self._on_refresh_due)
        document.changed.connect(self._refresh.request)
        document.selection_changed.connect(self._refresh.request)
        self._show()

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        self._refresh.catch_up()
        return self._layer_page.commit()

    def focus_first_field(self) -> None:
        """Give the keyboard focus to the first setting of the selected layer, if one layer is selected."""
        if self._stack.currentWidget() is self._layer_page:
            self._layer_page.focus_first_field()

    @Slot()
    def _on_refresh_due(self) -> None:
        self._show()

    def _show(self) -> None:
        selection, block = self._document.selection, self._document.block
        inferred = self._document.inference_of(selection[0], block) if len(selection) == 1 else None
        if inferred is not None:
            self._layer_page.show_inference(inferred, block)
            self._stack.setCurrentWidget(self._layer_page)
            return
        self._layer_page.leave()
        if selection:
            self._multi_layer_page.show_selection()
            self._stack.setCurrentWidget(self._multi_layer_page)
        else:
            self._stack.setCurrentWidget(self._no_selection)
