"""Widgets in rows that wrap at the width of the box, as words of a text do."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme.theme import GRID


class FlowBox(QWidget):
    """Places its widgets from left to right, and begins a new row where the next one does not fit.

    It is no `QLayout`, because PySide keeps objects for the items of a layout of its own; see `app/widgets/layouts.py`.

    Arguments:
        parent: the parent widget.
        spacing: pixels between two widgets, and between two rows.
    """

    def __init__(self, parent: QWidget | None = None, spacing: int = GRID) -> None:
        super().__init__(parent)
        self._spacing = spacing
        self._widgets: tuple[QWidget, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """The widgets, in order."""
        return self._widgets

    def set_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Show other widgets. The box owns them; those that it no longer shows are deleted.

        Arguments:
            widgets: in the order of reading and of Tab.
        """
        for widget in self._widgets:
            if widget not in widgets:
                widget.hide()
                widget.deleteLater()
        self._widgets = tuple(widgets)
        for widget in widgets:
            widget.setParent(self)
            widget.installEventFilter(self)
            widget.show()
        self._refresh()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max((area.bottom() + 1 for area in self._areas(width)), default=0)

    def sizeHint(self) -> QSize:
        sizes = [widget.sizeHint() for widget in self._shown()]
        width = sum(size.width() for size in sizes) + self._spacing * max(len(sizes) - 1, 0)
        return QSize(
            width, self.heightForWidth(max(self.width(), 1)) if self.isVisible() else self.heightForWidth(width)
        )

    def minimumSizeHint(self) -> QSize:
        widest = max((widget.minimumSizeHint().width() for widget in self._shown()), default=0)
        return QSize(widest, max((widget.sizeHint().height() for widget in self._shown()), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place the widgets again when one of them is shown, hidden or needs another size."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent, QEvent.Type.FontChange):
            self._refresh()
        return False

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _refresh(self) -> None:
        self._place()
        self.updateGeometry()

    def _place(self) -> None:
        for widget, area in zip(self._shown(), self._areas(self.width()), strict=True):
            widget.setGeometry(area)

    def _areas(self, width: int) -> list[QRect]:
        """Return the place of each shown widget in a box of this width."""
        areas, place, row_height = [], QPoint(0, 0), 0
        for widget in self._shown():
            # A style sheet may ask for more than the widget does.
            size = widget.sizeHint().expandedTo(widget.minimumSize())
            size.setWidth(max(min(size.width(), width), 1))
            if place.x() and place.x() + size.width() > width:
                place = QPoint(0, place.y() + row_height + self._spacing)
                row_height = 0
            areas.append(QRect(place, size))
            place.setX(place.x() + size.width() + self._spacing)
            row_height = max(row_height, size.height())
        return areas
