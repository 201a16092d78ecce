"""The editor that appears over the name on a card and renames its layer."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout

from app.builder.canvas.card import Card
from app.builder.canvas.card_stack import CardStack
from app.document import BlockPath, Document
from app.document.blocks import nearest_block
from app.document.edits import rename_layer
from app.document.renaming import rename_in_place
from app.widgets.labels import make_paragraph, show_text
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from app.widgets.undo_keys import DraftLineEdit
from tinyml.core import TinymlError

_NARROWEST = 24 * GRID


class RenameEditor(QFrame):
    """Edits the name of one layer in place. Enter or a click elsewhere applies the name, Esc does not.

    A refused name says why, and the editor stays open. If the focus leaves it then, the layer keeps its name.

    Arguments:
        area: the scroll area of the cards; the editor lies on its viewport.
        card_stack: the cards.
        document: the document whose layer is renamed.

    Attributes:
        field: the line edit for the name.

    Signals:
        message(sentence): says why a name was refused when the focus left the editor.
        finished(): the editor was closed by a key, so the canvas gets the focus back.
    """

    message = Signal(str)
    finished = Signal()

    def __init__(self, area: QScrollArea, card_stack: CardStack, document: Document) -> None:
        super().__init__(area.viewport())
        self.setObjectName("rename_editor")
        self.setProperty("floating", True)
        self.hide()
        self._document, self._card_stack = document, card_stack
        self._card: Card | None = None
        self._name = ""
        self._block: BlockPath = ()
        self.field = DraftLineEdit(self)
        self.field.setObjectName("rename_field")
        self.field.setMaxLength(100)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.installEventFilter(self)
        self._error = make_paragraph("rename_error", style_class="danger")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        layout.addWidget(self.field)
        layout.addWidget(self._error)
        # The focus may leave during an edit or an undo, where no other edit is possible: rename afterwards.
        self._leave_timer = QTimer(self, singleShot=True, interval=0)
        self._leave_timer.timeout.connect(self._on_leave_timeout)
        document.changed.connect(self._on_document_changed)
        document.replaced.connect(self._on_document_replaced)
        for bar in (area.verticalScrollBar(), area.horizontalScrollBar()):
            bar.valueChanged.connect(self._on_scroll_value_changed)
        card_stack.arranged.connect(self._on_card_stack_arranged)

    def open_on(self, card: Card, block: BlockPath) -> None:
        """Show the editor over the name of a layer.

        Arguments:
            card: the card of the layer.
            block: path to the stack of the layer.
        """
        self._card, self._name, self._block = card, card.model.name, block
        self.field.setAccessibleName(f"New name of {short(self._name)}")
        self.field.setText(self._name)
        self._place()
        self.show()
        self.raise_()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> str:
        """Rename the layer and close the editor. If the name is refused, stay open and return the reason."""
        refusal = self._refusal() if self._card is not None else ""
        if self._card is not None and not refusal:
            self._rename()
            self._finish()
        return refusal

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # the card below does not get it

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.accept()  # a key that the field does not use must not act on the canvas below

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep keys from the canvas below, and notice when the focus leaves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            if self._is_canvas_key(event):
                event.accept()  # no shortcut: the field gets the key
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = Qt.Key(event.key())
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.commit()
                return True
            if key == Qt.Key.Key_Escape:
                self._finish()
                return True
            return key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _TEMPORARY:
            self._leave_timer.start()
        return False

    def _is_canvas_key(self, event: QKeyEvent) -> bool:
        """Return True if a key is the shortcut of a command that acts on the selected layers."""
        keys = QKeySequence(event.keyCombination())
        return any(keys in action.shortcuts() for action in self._area.actions())

    @property
    def _area(self) -> QScrollArea:
        # The area is no attribute, for the reason given in `AreaPart`.
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        assert isinstance(area, QScrollArea), "the constructor sets the parent"
        return area

    def _card_is_shown(self) -> bool:
        """Return False if the card was deleted, because a block around it was folded."""
        return self._card in self._card_stack.cards

    def _finish(self) -> None:
        self._close()
        self.finished.emit()

    def _close(self) -> None:
        self._leave_timer.stop()
        self._card = None
        self.hide()

    def _refusal(self) -> str:
        """Return why the layer cannot get this name; an empty text if it can."""
        if nearest_block(self._document.project, self._block) != self._block:
            return f"The layer '{self._name}' does not exist any more."
        try:
            rename_layer(self._document.project_for(self._block), self._name, self.field.text(), self._block)
        except TinymlError as error:
            return str(error)
        return ""

    def _rename(self) -> None:
        document, old, new = self._document, self._name, self.field.text().strip()
        if new == old or document.inference_of(old, self._block) is None:
            return
        self._card = None  # the editor waits for nothing else
        rename_in_place(document, old, new, self._block)

    def _place(self) -> None:
        viewport = self.parentWidget()
        if self._card is None or viewport is None or not self._card_is_shown():
            return
        title = self._card.title_rect
        corner = self._card.mapTo(viewport, title.topLeft())
        width = min(max(title.width(), _NARROWEST), max(viewport.width() - 2 * GRID, 0))
        self.setFixedWidth(width)
        self.adjustSize()
        left = min(max(corner.x() - GRID, GRID), max(viewport.width() - width - GRID, 0))
        self.move(left, corner.y() + (title.height() - self.field.sizeHint().height()) // 2 - 2)

    # ---------------------------------------------------------------------------------------------------------- slots

    @Slot(str)
    def _on_text_changed(self, _text: str) -> None:
        if self._card is None:
            return
        refusal = self._refusal()
        show_text(self._error, refusal)
        set_style_property(self.field, "invalid", bool(refusal))
        self._place()

    @Slot()
    def _on_leave_timeout(self) -> None:
        if self._card is None or (self.field.hasFocus() and self._card_is_shown()):
            return
        refusal = self._refusal()
        if refusal:
            self.message.emit(refusal)
        else:
            self._rename()
        self._close()

    @Slot()
    def _on_scroll_value_changed(self) -> None:
        self._place()

    @Slot()
    def _on_card_stack_arranged(self) -> None:
        """Follow the card. If it is gone, apply the name as after a click elsewhere."""
        if self._card is not None and not self._card_is_shown():
            self._leave_timer.start()
        self._place()

    @Slot()
    def _on_document_changed(self) -> None:
        """Close the editor if its layer was deleted or renamed elsewhere."""
        if self._card is not None and self._document.inference_of(self._name, self._block) is None:
            self._finish()

    @Slot()
    def _on_document_replaced(self) -> None:
        """Close the editor, because its layer belongs to another project."""
        self._close()


_TEMPORARY = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
"""Reasons why the focus leaves for some time: another window, or a menu of the field."""
