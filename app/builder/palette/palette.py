"""The palette: all layer types by family, with a search. They are dragged onto the canvas or inserted with Enter."""

from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.builder.commands import LayerCommands
from app.builder.drag import DragController, DragPayload
from app.builder.palette.palette_entry import PaletteEntry
from app.builder.palette.search_field import SearchField
from app.document import Document
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.fonts import bold_font, small_font
from app.widgets.theme.theme import GRID
from tinyml.layers import Layer, layer_types

FAMILY_TITLES = {
    "convolution": "Convolution",
    "pooling": "Pooling",
    "dense": "Dense",
    "activation": "Activation",
    "regularisation": "Regularisation",
    "block": "Blocks",
}
"""The titles of the families, in the order of the palette. Other families follow under their own names."""


class Palette(QWidget):
    """Lists every layer type by family, with a search.

    Arguments:
        document: the document into which layers are inserted.
        parent: the parent widget.

    Attributes:
        search: the search field.
        entries: the entries of all layer types, by family.

    Signals:
        message(sentence): says why nothing was inserted.
    """

    message = Signal(str)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Palette of layer types")
        self.setMinimumWidth(21 * GRID)
        self._commands = LayerCommands(document, self)
        self._commands.message.connect(self.message)
        self.search = SearchField(self)
        self.search.textChanged.connect(self._on_search_text_changed)
        self.search.returnPressed.connect(self._on_search_return_pressed)
        self.search.step_requested.connect(self._on_search_step_requested)
        self.entries: list[PaletteEntry] = []
        self._found: list[PaletteEntry] = []
        self._highlighted: PaletteEntry | None = None
        self._rows: list[QWidget] = []
        self._list = QWidget()
        self._list.setObjectName("palette_list")
        self._list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self._nothing_found = make_label("palette_nothing_found", style_class="muted", wraps=True)
        self._fill()
        self._scroll = self._make_scroll_area()
        self._assemble()
        self._show_search("")
        self._drag = DragController(self, document)

    def focus_search(self) -> None:
        """Give the keyboard focus to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # ------------------------------------------------------------------------------------------------------- assembly

    def _make_scroll_area(self) -> QScrollArea:
        scroll = QScrollArea(self)
        scroll.setObjectName("palette_scroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._list)
        return scroll

    def _assemble(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, 0, 0)
        layout.setSpacing(GRID)
        search_row = QVBoxLayout()
        search_row.setContentsMargins(0, 0, GRID, 0)
        search_row.addWidget(self.search)
        add_layout(layout, search_row)
        layout.addWidget(self._scroll)

    def _fill(self) -> None:
        layout = QVBoxLayout(self._list)
        layout.setContentsMargins(0, 0, GRID, GRID)
        layout.setSpacing(0)
        by_family: dict[str, list[type[Layer]]] = {family: [] for family in FAMILY_TITLES}
        for layer_type in layer_types().values():
            by_family.setdefault(layer_type.Settings.family, []).append(layer_type)
        for family, members in by_family.items():
            if members:
                self._add_family(family, members)
        self._nothing_found.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing_found.setContentsMargins(GRID // 2, GRID, 0, 0)
        self._nothing_found.hide()
        for row in (*self._rows, self._nothing_found):
            layout.addWidget(row)
        layout.addStretch(1)

    def _add_family(self, family: str, members: list[type[Layer]]) -> None:
        family_title = FAMILY_TITLES.get(family, family.capitalize())
        title = make_label(f"palette_title_{family}", family_title, "muted")
        title.setFont(bold_font(small_font(title.font())))
        title.setContentsMargins(GRID // 2, GRID, 0, GRID // 2)
        self._rows.append(title)
        for layer_type in members:
            entry = PaletteEntry(layer_type, family_title, self._list)
            entry.activated.connect(self._on_entry_activated)
            entry.pressed.connect(self._on_entry_pressed)
            entry.step_requested.connect(self._on_entry_step_requested)
            self._rows.append(entry)
            self.entries.append(entry)

    # --------------------------------------------------------------------------------------------------------- search

    @Slot(str)
    def _on_search_text_changed(self, text: str) -> None:
        self._show_search(text.strip())

    def _show_search(self, text: str) -> None:
        """Show the entries that match a search, best match first; all entries by family if the text is empty."""
        ranks = {entry: entry.terms.rank(text) for entry in self.entries} if text else dict.fromkeys(self.entries, 0)
        found = [(rank, entry) for entry, rank in ranks.items() if rank is not None]
        self._found = [entry for _, entry in sorted(found, key=lambda pair: pair[0])]
        order = self._found if text else self._rows
        layout = self._list.layout()
        assert isinstance(layout, QVBoxLayout)
        for position, row in enumerate(order):
            layout.removeWidget(row)
            layout.insertWidget(position, row)
        for row in self._rows:
            row.setHidden(bool(text) and row not in self._found)
        self._nothing_found.setText(f"No layer type matches “{text}”. Clear the search to see all of them.")
        self._nothing_found.setHidden(bool(self._found))
        self._set_tab_stop((self._found or self.entries)[0])
        self._highlight(self._found[0] if text and self._found else None)

    def _highlight(self, entry: PaletteEntry | None) -> None:
        """Mark the entry that Enter in the search field inserts; None for no entry."""
        for each in self.entries:
            each.set_highlighted(each is entry)
        self._highlighted = entry
        if entry is None:
            description = "Type the name of a layer type." if self._found else self._nothing_found.text()
        else:
            self._set_tab_stop(entry)
            self._scroll.ensureWidgetVisible(entry, 0, GRID)
            place = f"{self._found.index(entry) + 1} of {len(self._found)}"
            description = f"{entry.accessibleName()}, {place}. Press Enter to insert it."
        self.search.setAccessibleDescription(description)

    @Slot()
    def _on_search_return_pressed(self) -> None:
        if self._highlighted is not None:
            self._commands.insert(self._highlighted.type_name)
        elif not self._found:
            self.message.emit(self._nothing_found.text())
        self.search.selectAll()

    @Slot(int)
    def _on_search_step_requested(self, distance: int) -> None:
        if self._highlighted is not None:
            position = self._found.index(self._highlighted) + distance
            self._highlight(self._found[min(max(position, 0), len(self._found) - 1)])
        elif self._found and distance > 0:
            self._highlight(self._found[0])

    # -------------------------------------------------------------------------------------------------------- entries

    @Slot(str)
    def _on_entry_activated(self, type_name: str) -> None:
        self._commands.insert(type_name)

    @Slot(int)
    def _on_entry_step_requested(self, distance: int) -> None:
        entry = self.sender()
        if not isinstance(entry, PaletteEntry):
            return
        position = self._found.index(entry) + distance
        if position < 0 and distance == -1:
            self.search.setFocus(Qt.FocusReason.BacktabFocusReason)
            return
        neighbour = self._found[min(max(position, 0), len(self._found) - 1)]
        self._set_tab_stop(neighbour)
        neighbour.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(neighbour, 0, GRID)

    @Slot(QPointF)
    def _on_entry_pressed(self, position: QPointF) -> None:
        entry = self.sender()
        if isinstance(entry, PaletteEntry):
            self._set_tab_stop(entry)
            hot_spot = entry.mapFromGlobal(position).toPoint()
            self._drag.prepare(DragPayload(layer_type=entry.type_name), entry.picture(), hot_spot, position.toPoint())

    def _set_tab_stop(self, stop: PaletteEntry) -> None:
        """Let Tab reach only one entry; the arrow keys reach the others."""
        for entry in self.entries:
            entry.setFocusPolicy(Qt.FocusPolicy.StrongFocus if entry is stop else Qt.FocusPolicy.ClickFocus)
