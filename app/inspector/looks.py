"""Small steps that every column of the inspector takes: names, looks and distances."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.plain_label import PlainLabel
from app.widgets.theme import GRID

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, object_name: str, accessible_name: str = "") -> AnyWidget:
    """Name a widget for the guided tour and for screen readers, and return it."""
    widget.setObjectName(object_name)
    if accessible_name:
        widget.setAccessibleName(accessible_name)
    return widget


def make_label(object_name: str, text: str = "", look: str = "", wraps: bool = False) -> QLabel:
    """Make a label with a look: "muted", "heading", "danger" or "warning"."""
    label = named(PlainLabel(text, elides=not wraps), object_name)
    if look:
        label.setProperty(look, True)
    return label


def make_scroll_area(content: QWidget) -> QScrollArea:
    """Put a widget into an area that scrolls when it needs more room than there is."""
    policy = content.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    content.setSizePolicy(policy)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def make_row(spacing: int = GRID) -> QHBoxLayout:
    """Make a layout from left to right without margins."""
    return _without_margins(QHBoxLayout(), spacing)


def make_column(owner: QWidget | None = None, spacing: int = GRID // 2) -> QVBoxLayout:
    """Make a layout from top to bottom without margins, of a widget or to be put into another layout."""
    return _without_margins(QVBoxLayout() if owner is None else QVBoxLayout(owner), spacing)


AnyLayout = TypeVar("AnyLayout", bound=QBoxLayout)


def _without_margins(layout: AnyLayout, spacing: int) -> AnyLayout:
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout
