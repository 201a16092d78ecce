"""Finds Python objects for items of layouts. Qt does not tell them when an item is deleted."""

import shiboken6
from PySide6.QtWidgets import QLayout, QLayoutItem


def layout_items() -> list[QLayoutItem]:
    """Return the Python objects for items of layouts; a layout inside another one is no such item."""
    wrappers = shiboken6.getAllValidWrappers()
    return [wrapper for wrapper in wrappers if isinstance(wrapper, QLayoutItem) and not isinstance(wrapper, QLayout)]
