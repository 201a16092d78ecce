"""The small bar with the buttons of the zoom, at the lower left of the canvas."""

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.builder.canvas.zoom import LARGEST, SMALLEST, Zoom
from app.formatting import SPACE
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID


class ZoomBar(QFrame):
    """Shows the zoom, with buttons that change it.

    Arguments:
        zoom: the zoom of the canvas.
        parent: the parent widget.
    """

    def __init__(self, zoom: Zoom, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("zoom_bar")
        self.setProperty("floating", True)
        self._zoom = zoom
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._out = self._add_button("zoom_out", "−", "Zoom out (Ctrl+−)")
        self._out.clicked.connect(zoom.zoom_out)
        self._size = self._add_button("zoom_actual_size", "", "Show the cards at 100 % (Ctrl+Alt+0)")
        self._size.clicked.connect(zoom.show_actual_size)
        self._in = self._add_button("zoom_in", "+", "Zoom in (Ctrl++)")
        self._in.clicked.connect(zoom.zoom_in)
        self._add_button("zoom_fit", "Fit", "Show the whole network (Ctrl+0)").clicked.connect(zoom.fit)
        zoom.changed.connect(self._on_zoom_changed)
        self._size.setMinimumWidth(self._size.fontMetrics().horizontalAdvance("200 %") + GRID)
        self._on_zoom_changed()

    def _add_button(self, name: str, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"button_{name}")
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(" (")[0])
        button.setFont(small_font(self.font()))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._row.addWidget(button)
        return button

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.adjustSize()  # a style sheet or another font changed the buttons
        return handled

    @Slot()
    def _on_zoom_changed(self) -> None:
        shown = f"{round(100 * self._zoom.factor)}{SPACE}%"
        self._size.setText(shown)
        self._size.setAccessibleDescription(f"The zoom is {shown}.")
        self._out.setEnabled(self._zoom.factor > SMALLEST)
        self._in.setEnabled(self._zoom.factor < LARGEST)
        self.adjustSize()
