"""The row of the layer form that edits the name of the layer."""

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.document import BlockPath, Document
from app.document.blocks import layers_in, nearest_block
from app.document.edits import rename_layer
from app.document.renaming import rename_in_place
from app.forms.field_help import set_field_help
from app.widgets.labels import make_caption, make_paragraph, show_text
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from app.widgets.undo_keys import DraftLineEdit
from tinyml.core import TinymlError
from tinyml.net import LayerSpecification


class LayerNameRow(QWidget):
    """Edits the name of one layer of the document, and shows the error of a name that is impossible.

    A typed name is a draft until Enter, Tab or a click elsewhere applies it.

    Arguments:
        document: the document whose layer is renamed.
        parent: the parent widget.

    Attributes:
        field: the line edit for the name.
    """

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._layer: LayerSpecification | None = None
        self._block: BlockPath = ()
        self.field = DraftLineEdit(self)
        self.field.setObjectName("layer_name")
        self.field.setAccessibleName("Name")
        set_field_help(self.field, "Name", "Other layers of the stack have other names.")
        self.field.setMaxLength(100)
        self.field.textEdited.connect(self._on_text_edited)
        self.field.editingFinished.connect(self._on_editing_finished)
        self._error = make_paragraph("layer_name_error", style_class="danger")
        self._error.hide()
        # `leave` may be called during an edit or an undo, where no other edit is possible: rename afterwards.
        self._pending_rename: tuple[str, str, BlockPath] = ("", "", ())
        self._rename_timer = QTimer(self, singleShot=True, interval=0)
        self._rename_timer.setObjectName("rename_timer")
        self._rename_timer.timeout.connect(self._on_rename_timeout)
        document.replaced.connect(self._on_document_replaced)
        self._assemble()

    def _assemble(self) -> None:
        label = make_caption("Name")
        label.setBuddy(self.field)
        self._grid = layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GRID)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(0, 2)
        layout.setColumnStretch(1, 3)
        layout.addWidget(label, 0, 0)
        layout.addWidget(self.field, 0, 1)
        layout.addWidget(self._error, 1, 0, 1, 2)

    def line_up(self, widths: tuple[int, int]) -> None:
        """Let the field begin where the fields of the form below begin.

        Arguments:
            widths: least widths of the titles and of the editors of this form, in pixels.
        """
        for column, width in enumerate(widths):
            self._grid.setColumnMinimumWidth(column, width)

    def show_layer(self, layer: LayerSpecification, block: BlockPath = ()) -> None:
        """Show the name of a layer. A draft stays if the layer is the same as before.

        Arguments:
            layer: a layer of the document.
            block: path to its stack.
        """
        if self._layer is not None and (self._layer.name, self._block) != (layer.name, block):
            self.leave()
        if self._layer is None or self._layer.type != layer.type:
            self.field.setText(layer.name)
            self._show_error("")
        self._layer, self._block = layer, block

    def leave(self) -> None:
        """Show no layer. A draft is applied to its layer soon after."""
        if self._layer is not None and self.field.isModified() and not self._error.text():
            self._pending_rename = self._layer.name, self.field.text(), self._block
            self._rename_timer.start()
        self._layer = None

    def commit(self) -> None:
        """Apply the draft, if it is a possible name."""
        if self._layer is None or self._error.text():
            return
        name, block = self._layer.name, self._block
        self.field.setModified(False)
        if self._document.inference_of(name, block) is None or self.field.text().strip() == name:
            return
        self._document.apply(rename_layer(self._document.project_for(block), name, self.field.text(), block))

    @Slot(str)
    def _on_text_edited(self, text: str) -> None:
        if self._layer is None:
            return
        try:
            rename_layer(self._document.project_for(self._block), self._layer.name, text, self._block)
        except TinymlError as error:
            self._show_error(str(error))
        else:
            self._show_error("")

    @Slot()
    def _on_editing_finished(self) -> None:
        self.commit()

    @Slot()
    def _on_rename_timeout(self) -> None:
        """Apply the draft of a layer that is no longer shown."""
        (old, new, block), document = self._pending_rename, self._document
        # Another edit may have deleted the layer or its block, or used the name, in between.
        if nearest_block(document.project, block) != block:
            return
        project = document.project_for(block)
        names = [layer.name for layer in layers_in(project, block)]
        if old in names and new.strip() not in names:
            rename_in_place(document, old, new, block)

    @Slot()
    def _on_document_replaced(self) -> None:
        """Delete the draft, because it belongs to another project."""
        self._rename_timer.stop()
        self._layer = None

    def _show_error(self, sentence: str) -> None:
        show_text(self._error, sentence)
        set_style_property(self.field, "invalid", bool(sentence))
