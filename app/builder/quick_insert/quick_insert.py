"""The popup of quick insert: a search field, and the layer types that match."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.builder.canvas.canvas import Canvas
from app.builder.commands import LayerCommands
from app.builder.layer_search import SearchTerms
from app.builder.quick_insert.candidate_list import CandidateList
from app.builder.quick_insert.candidates import find_candidates
from app.builder.quick_insert.gap import gap_at
from app.builder.quick_insert.query import parse_query
from app.builder.quick_insert.quick_field import QuickField
from app.builder.quick_insert.settings_text import setting_words
from app.document import BlockPath, Document
from app.widgets.labels import make_paragraph
from app.widgets.plain_text import short
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID, RADIUS, current_theme
from tinyml.core import describe_shape
from tinyml.layers import layer_types

_WIDTH = 52 * GRID
_ROWS = 7
_KEYS = "Enter: insert · Tab: insert, then the next one · ↑ ↓: choose · Esc: close"
_WINDOW_CHANGES = (QEvent.Type.Resize, QEvent.Type.Close, QEvent.Type.Hide)
"""What happens to a window after which the gap is elsewhere or gone."""

_RECENT = 5
"""Number of types that count as used recently."""


class QuickInsert(QFrame):
    """A popup inside the window that searches a layer type and inserts it into a gap, with its settings.

    It opens when the canvas asks for a layer, and gives the keyboard focus back to the canvas. It is a child of the
    window that shows the canvas, not a window of its own, so the focus stays in one window with every window manager.

    Arguments:
        document: the document into which layers are inserted.
        canvas: the canvas of this document.

    Attributes:
        search: the search field.
        list: the layer types that match.
    """

    def __init__(self, document: Document, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.setObjectName("quick_insert")
        self.setAccessibleName("Quick insert")
        self.hide()
        self._document, self._canvas = document, canvas
        self._commands = LayerCommands(document, self)
        self._commands.message.connect(self._on_message)
        self._block: BlockPath = ()
        self._index, self._recent = 0, list[str]()
        self._position = QPoint()
        types = layer_types().values()
        self._types = {each: SearchTerms.for_layer_type(each.__name__, each.Settings, "") for each in types}
        self._setting_words = setting_words([each.Settings for each in types])
        self._place = make_paragraph("quick_insert_place", style_class="muted")
        self.search = QuickField(self)
        self.list = CandidateList(self)
        self._hint = make_paragraph("quick_insert_hint", _KEYS, "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID // 2)
        for widget in (self._place, self.search, self.list, self._hint):
            layout.addWidget(widget)
        self.search.textChanged.connect(self._on_text_changed)
        self.search.step_requested.connect(self._on_step_requested)
        self.search.accepted.connect(self._on_accepted)
        self.search.cancelled.connect(self._on_cancelled)
        self.search.left.connect(self._on_left)
        self.list.clicked.connect(self._on_list_clicked)
        canvas.insert_requested.connect(self.open_at)
        canvas.installEventFilter(self)
        document.changed.connect(self._on_document_changed)
        document.replaced.connect(self._on_document_replaced)

    @Slot(object, int, QPoint, str)
    def open_at(self, block: BlockPath, index: int, position: QPoint, text: str = "") -> None:
        """Open the popup for a gap.

        Arguments:
            block: path of the block that the gap lies in.
            index: position of the new layer in that block.
            position: the middle of the gap, in global coordinates.
            text: the search text at first, such as the letter that the user typed on the canvas.
        """
        window = self._canvas.window()
        if self.parent() is not window:
            self._close()
            self.setParent(window)
            window.installEventFilter(self)
        self._block, self._index, self._position = block, index, position
        self.search.setText(text)
        self._show_candidates()
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.search.setCursorPosition(len(text))

    # -------------------------------------------------------------------------------------------------------- showing

    def _show_candidates(self) -> None:
        gap = gap_at(self._document, self._block, self._index)
        query = parse_query(self.search.text(), self._setting_words)
        candidates = find_candidates(query, gap, self._types, self._recent)
        self.list.show_candidates(candidates)
        layers = self._document.inferred_layers(self._block)
        start = f"the input of {short(self._block[-1], 30)}" if self._block else "the input"
        above = short(layers[self._index - 1].specification.name, 30) if self._index else start
        receives = f", which gives {describe_shape(gap.input_shape)}" if gap.input_shape else ""
        self._place.setText(f"Insert after {above}{receives}")
        self._show_hint("" if candidates else f"No layer type matches “{query.name}”. Try conv, relu, pool or linear.")
        self._arrange()

    def _show_hint(self, refusal: str) -> None:
        """Show why nothing can be inserted; the keys if there is no such reason."""
        self._hint.setText(refusal or _KEYS)
        set_style_property(self._hint, "danger", bool(refusal))
        set_style_property(self._hint, "muted", not refusal)
        self._describe_choice()

    def _describe_choice(self) -> None:
        """Tell screen readers which row Enter inserts."""
        current = self.list.current
        if current is None:
            self.search.setAccessibleDescription(self._hint.text())
            return
        place = f"{self.list.currentIndex().row() + 1} of {len(self.list.candidates)}"
        self.search.setAccessibleDescription(f"{current.describe()}, {place}. Press Enter to insert it.")

    def _arrange(self) -> None:
        """Place the popup below the gap, or above it where there is more room, inside the window."""
        window, at = self.window(), self.window().mapFromGlobal(self._position)
        width = min(_WIDTH, window.width() - 2 * GRID)
        self.setFixedWidth(width)
        around = sum(each.heightForWidth(width - 2 * GRID) for each in (self._place, self._hint))
        around += self.search.sizeHint().height() + 2 * GRID + 3 * (GRID // 2)
        below, above = window.height() - at.y() - 2 * GRID, at.y() - 2 * GRID
        downwards = below >= above or below >= around + self.list.height_of(_ROWS)
        rows = min(_ROWS, max(len(self.list.candidates), 1))
        height = max(min(self.list.height_of(rows), max(below, above) - around), 0)
        self.list.setFixedHeight(height)
        self.list.setVisible(bool(self.list.candidates))
        self.setFixedHeight(around + height)
        left = min(max(at.x() - width // 2, GRID), max(window.width() - width - GRID, 0))
        top = at.y() + GRID // 2 if downwards else at.y() - GRID // 2 - self.height()
        self.move(left, min(max(top, GRID), max(window.height() - self.height() - GRID, 0)))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.surface))
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        changes = (QEvent.Type.Hide,) if watched is self._canvas else _WINDOW_CHANGES
        if event.type() in changes and self.isVisible():
            self._close()
        return super().eventFilter(watched, event)

    # ------------------------------------------------------------------------------------------------------ inserting

    def _insert(self, stays_open: bool) -> None:
        chosen = self.list.current
        if chosen is None:
            return
        if chosen.refusal:
            self._show_hint(chosen.refusal)
            self._arrange()
            return
        self._recent = [chosen.type_name, *(each for each in self._recent if each != chosen.type_name)][:_RECENT]
        index, before = self._index, self._document.project
        self._index += 1
        self._commands.insert(chosen.type_name, index, self._block, chosen.settings)
        if self._document.project is before:  # the message of the command says why
            self._index = index
        elif stays_open:
            self.search.clear()
            self._show_candidates()
        else:
            self._finish()

    def _finish(self) -> None:
        # The canvas gets the focus first: if a widget with the focus is hidden, Qt gives it to some other widget.
        self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._close()

    def _close(self) -> None:
        self.hide()
        self.search.clear()
        if self.parent() is not self._canvas:
            # The window may be deleted before the canvas: that of a page that returns to the main window, for example.
            self.window().removeEventFilter(self)
            self.setParent(self._canvas)

    # ---------------------------------------------------------------------------------------------------------- slots

    @Slot(str)
    def _on_text_changed(self, _text: str) -> None:
        if self.isVisible():
            self._show_candidates()

    @Slot(int)
    def _on_step_requested(self, distance: int) -> None:
        self.list.choose(self.list.currentIndex().row() + distance)
        self._describe_choice()

    @Slot(bool)
    def _on_accepted(self, stays_open: bool) -> None:
        self._insert(stays_open)

    @Slot()
    def _on_cancelled(self) -> None:
        self._finish()

    @Slot()
    def _on_left(self) -> None:
        self._close()

    @Slot(QModelIndex)
    def _on_list_clicked(self, index: QModelIndex) -> None:
        self.list.choose(index.row())
        self._insert(stays_open=False)

    @Slot()
    def _on_document_changed(self) -> None:
        if self.isVisible():
            self._index = min(self._index, len(self._document.inferred_layers(self._block)))
            self._show_candidates()

    @Slot(str)
    def _on_message(self, sentence: str) -> None:
        self._show_hint(sentence)
        self._arrange()

    @Slot()
    def _on_document_replaced(self) -> None:
        self._close()
