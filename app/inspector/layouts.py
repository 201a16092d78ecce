"""Rows, columns and scroll areas of the inspector, and the names of its widgets."""

from typing import TypeVar

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.widgets.theme.theme import GRID

AnyWidget = TypeVar("AnyWidget", bound=QWidget)


class Column(QWidget):
    """A widget that is never lower than its content needs at its width.

    The minimum of Qt's layouts forgets that wrapped text needs more lines in a narrow column, and squeezes what is
    below it instead.
    """

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        layout = self.layout()
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize) and layout is not None:
            self.setMinimumHeight(layout.minimumHeightForWidth(self.width()) if layout.hasHeightForWidth() else 0)
        return handled


def with_names(widget: AnyWidget, object_name: str, accessible_name: str = "") -> AnyWidget:
    """Set Qt's two names of a widget and return the widget.

    Arguments:
        widget: the widget to name.
        object_name: Qt's objectName, which the guided tour and the tests use.
        accessible_name: Qt's accessibleName, which screen readers use; empty to keep Qt's default.
    """
    widget.setObjectName(object_name)
    if accessible_name:
        widget.setAccessibleName(accessible_name)
    return widget


def make_scroll_area(content: QWidget) -> QScrollArea:
    """Return an area that scrolls its content if the content needs more space. It takes no keyboard focus.

    Arguments:
        content: the widget inside the area.
    """
    policy = content.sizePolicy()
    policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
    content.setSizePolicy(policy)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(content)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


def make_row(spacing: int = GRID) -> QHBoxLayout:
    """Return a layout from left to right without margins.

    Arguments:
        spacing: pixels between its items.
    """
    return _without_margins(QHBoxLayout(), spacing)


def make_column(owner: QWidget | None = None, spacing: int = GRID // 2) -> QVBoxLayout:
    """Return a layout from top to bottom without margins.

    Arguments:
        owner: the widget that gets the layout; None for a layout inside another layout.
        spacing: pixels between its items.
    """
    return _without_margins(QVBoxLayout() if owner is None else QVBoxLayout(owner), spacing)


AnyLayout = TypeVar("AnyLayout", bound=QBoxLayout)


def _without_margins(layout: AnyLayout, spacing: int) -> AnyLayout:
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
    return layout
