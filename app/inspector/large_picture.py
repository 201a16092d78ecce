"""A large picture with its title and its words, which the user can close."""

import numpy as np
from PySide6.QtCore import QMetaObject, Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QToolButton, QWidget

from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.viewport import Viewport
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID

_HEIGHT = 32 * GRID
"""Height of the picture, in pixels."""


class LargePicture(QWidget):
    """Shows the chosen one of several small pictures large. It is hidden while none is chosen.

    Arguments:
        name: start of the objectNames: "inspector_step" gives "inspector_step_picture".

    Signals:
        closed(): the user does not want to see it any more.
    """

    closed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._area: QScrollArea | None = None
        self._follows = False
        self._title = make_label(f"{name}_title", style_class="heading", ignores_width=True)
        close = with_names(QToolButton(), f"{name}_close", "Close the large picture (Escape)")
        close.setText("✕")
        close.setToolTip(close.accessibleName())
        close.setAutoRaise(True)
        close.clicked.connect(self.closed)
        self._picture = with_names(Picture(Viewport(self)), f"{name}_picture", "The chosen picture, large")
        self._picture.setFixedHeight(_HEIGHT)
        self._words = make_label(f"{name}_words", wraps=True, selectable=True)
        self._words.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        header = make_row()
        header.addWidget(self._title, 1)
        header.addWidget(close)
        layout = make_column(self)
        add_layout(layout, header)
        layout.addWidget(self._words)
        layout.addWidget(self._picture)
        self.hide()

    def show_picture(self, title: str, words: str, image: QImage, values: np.ndarray) -> None:
        """Show another picture.

        Arguments:
            title: above the picture.
            words: what it shows.
            image: the pixels.
            values: `(H, W)` or `(C, H, W)` the numbers of the pixels.
        """
        self._title.setText(title)
        self._words.setText(words)
        self._picture.show_image(image, values)
        self.show()

    def scroll_into_view(self) -> None:
        """Scroll the page to the picture as soon as it has its place, and keep it in view until the user scrolls."""
        QMetaObject.invokeMethod(self, "_follow", Qt.ConnectionType.QueuedConnection)

    @Slot()
    def _follow(self) -> None:
        if self._area is None:
            self._area = _area_around(self)
            if self._area is None:
                return
            bar = self._area.verticalScrollBar()
            bar.rangeChanged.connect(self._on_range_changed)
            bar.actionTriggered.connect(self._on_action_triggered)
        self._follows = True
        self._on_range_changed()

    @Slot()
    def _on_range_changed(self) -> None:
        """Scroll again: texts that wrap get their height after the first scrolling."""
        if self._area is not None and self._follows and self.isVisible():
            self._area.ensureWidgetVisible(self, 0, GRID)

    @Slot()
    def _on_action_triggered(self) -> None:
        self._follows = False


def _area_around(widget: QWidget) -> QScrollArea | None:
    """Return the scroll area that the widget is in; None if there is none."""
    area = widget.parentWidget()
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    return area
