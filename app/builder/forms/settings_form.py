"""The form for what is selected: one layer's settings, several layers, or nothing."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.builder.forms.form_widgets import Page
from app.builder.forms.layer_page import LayerPage
from app.builder.forms.multi_layer_page import MultiLayerPage
from app.document import Document
from app.widgets.labels import make_heading, make_paragraph
from app.widgets.theme.theme import GRID

NOTHING_SELECTED = "Click a card, or go to it with the arrow keys, to see what it computes and to change its settings."


class SettingsForm(QWidget):
    """Shows and edits what is selected in the document.

    Arguments:
        document: what is shown and edited.

    Signals:
        message(sentence): why something could not be done.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_form")
        self.setAccessibleName("Settings of the selected layer")
        self.setMinimumWidth(27 * GRID)
        self._document = document
        self._stack = QStackedWidget(self)
        self._nothing = Page("nothing_selected_page")
        self._nothing.body.addWidget(make_heading("nothing_selected_heading", "No layer is selected"))
        self._nothing.body.addWidget(make_paragraph("nothing_selected_text", NOTHING_SELECTED, "muted"))
        self._layer = LayerPage(document)
        self._multi_layer = MultiLayerPage(document)
        self._multi_layer.message.connect(self.message)
        for page in (self._nothing, self._layer, self._multi_layer):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        document.changed.connect(self._show)
        document.selection_changed.connect(self._show)
        self._show()

    def commit(self) -> str:
        """Finish what is half typed. Return the sentence about a number that is refused; empty if none is."""
        return self._layer.commit()

    def focus_first_field(self) -> None:
        """Put the keyboard into the first setting of the selected layer."""
        if self._stack.currentWidget() is self._layer:
            self._layer.focus_first_field()

    @Slot()
    def _show(self) -> None:
        selection = self._document.selection
        inferred = self._document.inference_of(selection[0]) if len(selection) == 1 else None
        if inferred is not None:
            self._layer.show_inference(inferred)
            self._stack.setCurrentWidget(self._layer)
            return
        self._layer.leave()
        if selection:
            self._multi_layer.show_selection()
            self._stack.setCurrentWidget(self._multi_layer)
        else:
            self._stack.setCurrentWidget(self._nothing)
