"""The layout of a page: a middle, panels at its sides and below it, with splitters. Panels fold."""

import json
from typing import Literal, get_args

from PySide6.QtCore import QByteArray, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from app.widgets.line_splitter import LINE, LineSplitter
from app.widgets.scroll_panel import ScrollPanel
from app.widgets.unfold_strip import STRIP, UnfoldStrip

Side = Literal["left", "right", "below"]
SIDES: tuple[Side, ...] = get_args(Side)
SMALLEST_MIDDLE = QSize(240, 160)
"""A page is not made smaller than this; if its middle needs more, the middle scrolls. In pixels."""
SCROLL_BAR = 12
"""Width of a scroll bar, in pixels."""
_WIDE = 1376
"""In a page wider than this, growing panels become wider: the page of a window of 1440 pixels. In pixels."""
_GROWING_SHARE = 1 / 3
"""The share of the additional width that a growing panel takes."""
LARGEST_SIZE = 10_000
"""Larger sizes in a saved state are wrong, in pixels."""
_ARROWS = {"left": Qt.ArrowType.RightArrow, "right": Qt.ArrowType.LeftArrow, "below": Qt.ArrowType.UpArrow}
_TEXTS: dict[Side, str] = {
    "left": "Show the panel at the left",
    "right": "Show the panel at the right",
    "below": "Show the panel below",
}


class PageLayout(QWidget):
    """Lays out a page: left | (middle over below) | right.

    A panel folds if the user folds it, or if there is too little room for the minimum of everything. In the second case
    it comes back when there is room. Tab never enters a folded panel, because it is hidden.

    Arguments:
        name: of the page; the objectNames begin with it.
        middle: the main content.
        left: what to choose from; None if there is none.
        right: settings or results; None if there are none.
        below: what follows from the main content; None if there is nothing.
        widths: of the panels at the left and at the right, in pixels, until the user changes them.
        below_height: of the panel below, in pixels, until the user changes it.
        below_share: the share of the height of a higher page that the panel below has, until the user changes it.
        smallest: width and height in pixels; panels fold rather than make the middle smaller.
        folded: the panels that are folded until the user unfolds them.
        growing: the panels at the sides that become wider in a wide page, until the user changes their width.

    Signals:
        changed(): a panel was folded, unfolded or resized.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        middle: QWidget,
        *,
        left: QWidget | None = None,
        right: QWidget | None = None,
        below: QWidget | None = None,
        widths: tuple[int, int] = (216, 300),
        below_height: int = 240,
        below_share: float = 0.0,
        smallest: tuple[int, int] = (0, 0),
        folded: tuple[Side, ...] = (),
        growing: tuple[Side, ...] = (),
    ) -> None:
        super().__init__()
        self.setObjectName(f"{name}_layout")
        self._first_sizes: dict[Side, int] = {"left": widths[0], "right": widths[1], "below": below_height}
        self._sizes = dict(self._first_sizes)
        self._first_folded = frozenset(folded)
        self._folded_by_user: set[Side] = set(folded)
        self._growing, self._below_share = frozenset(growing), below_share
        self._withdrawn: set[Side] = set()
        # If only one panel at the sides has room, it is the first of these.
        self._preferred: list[Side] = ["right", "left"]
        # The panel that the user unfolded although there is too little room.
        self._insisted: Side | None = None
        self._arranging = False
        self._middle = ScrollPanel(middle)
        self._least_middle = QSize(*smallest)
        self._middle.setObjectName(f"{name}_middle")
        contents: dict[Side, QWidget | None] = {"left": left, "right": right, "below": below}
        self._panels: dict[Side, ScrollPanel] = {side: ScrollPanel(w) for side, w in contents.items() if w is not None}
        self._strips: dict[Side, UnfoldStrip] = {
            side: UnfoldStrip(_ARROWS[side], _TEXTS[side]) for side in self._panels
        }
        self._columns = LineSplitter(Qt.Orientation.Horizontal)
        self._rows = LineSplitter(Qt.Orientation.Vertical)
        for part, widget in (("columns", self._columns), ("rows", self._rows)):
            widget.setObjectName(f"{name}_{part}")
        for side in self._panels:
            self._panels[side].setObjectName(f"{name}_{side}")
            self._strips[side].setObjectName(f"{name}_unfold_{side}")
            self._strips[side].hide()
        self._build()

    # ------------------------------------------------------------------------------------------------------ assembly

    def _build(self) -> None:
        self._rows.addWidget(self._middle)
        self._rows.setStretchFactor(0, 1)
        self._column = column = QWidget()
        self._fill(QVBoxLayout(column), self._rows, self._strips.get("below"))
        for side in ("left", "right"):
            if side == "right":
                self._columns.addWidget(column)
            if side in self._panels:
                self._columns.addWidget(self._panels[side])
        if "below" in self._panels:
            self._rows.addWidget(self._panels["below"])
        self._columns.setStretchFactor(self._columns.indexOf(column), 1)
        self._fill(QHBoxLayout(self), self._strips.get("left"), self._columns, self._strips.get("right"))
        for splitter in (self._columns, self._rows):
            splitter.splitterMoved.connect(self._on_splitter_moved)
            splitter.handle_double_clicked.connect(self._on_handle_double_clicked)
        for strip in self._strips.values():
            strip.clicked.connect(self._on_clicked)
        for panel in self.findChildren(ScrollPanel):
            panel.smallest_changed.connect(self._on_smallest_changed)

    @staticmethod
    def _fill(layout: QHBoxLayout | QVBoxLayout, *widgets: QWidget | None) -> None:
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for widget in widgets:
            if widget is not None:
                layout.addWidget(widget)

    # ------------------------------------------------------------------------------------------------------- folding

    @property
    def sides(self) -> tuple[Side, ...]:
        """The sides that have a panel with something to show."""
        return tuple(side for side in self._panels if side not in self._withdrawn)

    def is_folded(self, side: Side) -> bool:
        """Return True if the panel is not shown, because the user folded it or because there is too little room.

        Arguments:
            side: of the panel.
        """
        return self._panels[side].isHidden()

    def toggle(self, side: Side) -> None:
        """Fold a panel, or unfold it; do nothing if there is no such panel.

        Arguments:
            side: of the panel.
        """
        if side in self.sides:
            self.set_folded(side, not self.is_folded(side))

    def set_folded(self, side: Side, folded: bool) -> None:
        """Fold or unfold a panel. If there is room for one panel at the sides, the last unfolded one is shown.

        Arguments:
            side: of the panel.
            folded: True to fold it.
        """
        if folded:
            self._folded_by_user.add(side)
            self._insisted = None if self._insisted == side else self._insisted
            focused = QApplication.focusWidget()
            if focused is not None and self._panels[side].isAncestorOf(focused):
                self._middle.content.setFocus()
        else:
            self._folded_by_user.discard(side)
            self._insisted = side
            self._preferred.sort(key=lambda other: other != side)
        self._arrange()
        self.changed.emit()

    def set_offered(self, side: Side, offered: bool) -> None:
        """Withdraw a panel that has nothing to show, or offer it again. The user cannot unfold a withdrawn panel.

        Arguments:
            side: of the panel.
            offered: False to withdraw it.
        """
        if offered == (side in self._withdrawn):
            self._withdrawn ^= {side}
            self._arrange()
            self.changed.emit()

    # --------------------------------------------------------------------------------------------------------- state

    def save_state(self) -> QByteArray:
        """Return the sizes of the panels and which of them the user has folded."""
        state = {"sizes": self._sizes, "folded": sorted(self._folded_by_user)}
        return QByteArray(json.dumps(state).encode())

    def restore_state(self, state: QByteArray) -> bool:
        """Restore the sizes and folded panels. Return True if the state is valid; otherwise nothing changes.

        Arguments:
            state: a result of `save_state`.
        """
        try:
            saved = json.loads(bytes(state.data()))
            sizes = {side: saved["sizes"][side] for side in SIDES}
            folded = {side for side in SIDES if side in saved["folded"]}
        except (ValueError, KeyError, TypeError):
            return False
        if not all(type(size) is int and 0 < size <= LARGEST_SIZE for size in sizes.values()):
            return False
        self._sizes, self._folded_by_user = sizes, folded
        self._arrange()
        self.changed.emit()
        return True

    def reset(self) -> None:
        """Fold and unfold all panels as at first, and give them their first sizes."""
        self._sizes = dict(self._first_sizes)
        self._folded_by_user = set(self._first_folded)
        self._preferred, self._insisted = ["right", "left"], None
        self._arrange()
        self.changed.emit()

    # ---------------------------------------------------------------------------------------------------- arrangement

    def minimumSizeHint(self) -> QSize:
        # All panels can fold and everything scrolls, so a page never prevents its window from becoming small.
        return SMALLEST_MIDDLE + QSize(2 * STRIP, STRIP)

    def sizeHint(self) -> QSize:
        middle = self._middle.sizeHint()
        sides = sum(self._sizes[side] for side in self._panels if side != "below")
        below = self._sizes["below"] if "below" in self._panels else 0
        return QSize(middle.width() + sides, middle.height() + below)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Decide which panels have room, and give each of them its size."""
        if self._arranging:
            return
        self._arranging = True
        before = [self.is_folded(side) for side in self._panels]
        shown = self._panels_with_room()
        for side, panel in self._panels.items():
            panel.setVisible(side in shown)
            self._strips[side].setHidden(side in shown or side in self._withdrawn)
        self._set_widths([side for side in ("left", "right") if side in shown])
        self._set_heights(below="below" in shown)
        self._arranging = False
        if before != [self.is_folded(side) for side in self._panels]:
            self.changed.emit()

    def _panels_with_room(self) -> set[Side]:
        """Return the panels that are shown: not folded by the user, and with room for all minimums."""
        wanted = [side for side in self._preferred if side in self._panels and side not in self._folded_by_user]
        shown: set[Side] = set()
        for side in wanted:
            if self._has_room_for({*shown, side}) or side == self._insisted:
                shown.add(side)
        if "below" in self._panels and "below" not in self._folded_by_user:
            needed = self._smallest_middle().height() + LINE + self._panels["below"].smallest.height()
            if needed <= self.height() or self._insisted == "below":
                shown.add("below")
        if self._has_room_for(set(wanted)) and self._insisted != "below":
            self._insisted = None
        return shown - self._withdrawn

    def _has_room_for(self, sides: set[Side]) -> bool:
        strips = sum(STRIP for side in ("left", "right") if side in self._panels and side not in sides)
        needed = sum(self._smallest_width(side) + LINE for side in sides) + self._smallest_middle().width()
        return needed + strips <= self.width()

    def _smallest_middle(self) -> QSize:
        """Return the size below which the middle should not be laid out while panels can fold."""
        return self._middle.smallest.expandedTo(self._least_middle)

    def _smallest_width(self, side: Side) -> int:
        """Return the width that a panel needs, with room for its scroll bar if it is too low for its content."""
        smallest = self._panels[side].smallest
        return smallest.width() + (SCROLL_BAR if smallest.height() > self.height() else 0)

    def _set_widths(self, shown: list[Side]) -> None:
        """Give the panels at the sides the user's widths; if the middle needs their room, less."""
        strips = sum(STRIP for side in ("left", "right") if side in self._panels and side not in shown)
        room = self.width() - strips - LINE * len(shown)
        widths = {side: max(self._wanted_size(side), self._smallest_width(side)) for side in shown}
        missing = self._smallest_middle().width() + sum(widths.values()) - room
        for side in shown:
            less = min(max(missing, 0), widths[side] - self._smallest_width(side))
            widths[side] -= less
            missing -= less
        if shown and missing > 0:
            # The user insists on a panel. The middle scrolls then, and a panel in a tiny window scrolls too.
            widths[shown[0]] = max(min(widths[shown[0]], room - SMALLEST_MIDDLE.width()), 1)
        middle = max(room - sum(widths.values()), 1)
        self._column.setMinimumWidth(min(self._smallest_middle().width(), middle))
        for side in shown:
            self._panels[side].setMinimumWidth(min(self._smallest_width(side), widths[side]))
        _layout_of(self).activate()
        self._columns.setSizes([widths.get("left", 0)] * ("left" in self._panels) + [middle, widths.get("right", 0)])

    def _wanted_size(self, side: Side) -> int:
        """Return the size that the user has chosen; before, panels that grow have their share of a large page."""
        size = self._sizes[side]
        if size != self._first_sizes[side]:
            return size
        if side == "below":
            return max(size, round(self._below_share * self.height()))
        return size + (round(_GROWING_SHARE * max(self.width() - _WIDE, 0)) if side in self._growing else 0)

    def _set_heights(self, *, below: bool) -> None:
        """Give the panel below the user's height; if the middle needs its room, less."""
        if "below" not in self._panels:
            return
        room, smallest = self.height() - LINE, self._panels["below"].smallest.height()
        least = self._smallest_middle().height()
        height = max(min(self._wanted_size("below"), room - least), smallest)
        height = min(height, max(room - SMALLEST_MIDDLE.height(), 1))
        self._middle.setMinimumHeight(min(least, max(room - height, 1)) if below else 1)
        self._panels["below"].setMinimumHeight(min(smallest, height))
        _layout_of(self._column).activate()
        self._rows.setSizes([max(room - height, 1), height])

    # --------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _on_smallest_changed(self) -> None:
        self._arrange()

    @Slot()
    def _on_clicked(self) -> None:
        strip = self.sender()
        for side, other in self._strips.items():
            if other is strip:
                self.set_folded(side, folded=False)

    @Slot(int)
    def _on_handle_double_clicked(self, index: int) -> None:
        """Fold the panel beside the handle; the handle before widget `index` has this index."""
        for side, panel in self._panels.items():
            splitter = self._rows if side == "below" else self._columns
            handle = index - 1 if side == "left" else index
            if splitter is self.sender() and splitter.indexOf(panel) == handle:
                self.set_folded(side, folded=True)

    @Slot()
    def _on_splitter_moved(self) -> None:
        """Remember the sizes that the user has chosen."""
        for side, panel in self._panels.items():
            size = panel.height() if side == "below" else panel.width()
            moved = (self.sender() is self._rows) == (side == "below")
            if moved and not self.is_folded(side) and size != self._wanted_size(side):
                self._sizes[side] = size
        self.changed.emit()


def _layout_of(widget: QWidget) -> QLayout:
    layout = widget.layout()
    assert layout is not None
    return layout
