"""Put a layout into another one, without a trap of PySide.

`addLayout` makes a Python object for each item of a filled layout. When a widget leaves the layout, Qt deletes the item
but does not tell its Python object. PySide then takes the next Qt object at the same address for the item, and the
program crashes. `itemAt` and `itemAtPosition` make such objects too.
"""

import shiboken6
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLayout


def add_layout(layout: QBoxLayout, inner: QLayout, stretch: int = 0) -> None:
    """Add a layout to a row or to a column. Use this instead of `addLayout`.

    Arguments:
        layout: the row or the column.
        inner: the layout to add.
        stretch: its share of the room that is left, relative to the other items.
    """
    layout.addLayout(inner, stretch)
    _forget_items(inner)


def add_layout_at(grid: QGridLayout, inner: QLayout, row: int, column: int) -> None:
    """Add a layout to a grid. Use this instead of `addLayout`.

    Arguments:
        grid: the grid.
        inner: the layout to add.
        row, column: its place, counted from 0.
    """
    grid.addLayout(inner, row, column)
    _forget_items(inner)


def _forget_items(layout: QLayout) -> None:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if isinstance(item, QLayout):
            _forget_items(item)
        elif item is not None:
            shiboken6.invalidate(item)
