"""Object names, rows, columns and scroll areas of the inspector."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.theme.theme import GRID

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


def named(widget: AnyWidget, object_name: str, accessible_name: str = "") -> AnyWidget:
    """Name a widget for the guided tour and for screen readers, and return it."""
    widget.setObjectName(object_name)
    if accessible_name:
        widget.setAccessibleName(accessible_name)
    return widget


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
