"""The tools of a drawing: pen, eraser, colour, undo, redo and clear."""

import qtawesome
from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QGridLayout, QMenu, QToolButton, QWidget

from app.inspector.layouts import with_names
from app.inspector.samples.drawing.drawing_canvas import DrawingCanvas
from app.widgets.theme.theme import GRID, current_theme

PEN_WIDTHS = {"thin": 0.05, "medium": 0.08, "thick": 0.13}
"""Widths of the pen by name, as shares of the longer side of the canvas."""
PEN_COLORS = {
    "black": "#000000",
    "white": "#ffffff",
    "grey": "#808080",
    "red": "#e02020",
    "orange": "#f08a00",
    "yellow": "#f5d90a",
    "green": "#209a40",
    "blue": "#2060e0",
    "brown": "#8a5a2b",
}
"""Colours of the pen by name, for data in colour."""
_ICON = 16
_BUTTON = 3 * GRID + 2
_COLUMNS = 3


class DrawingTools(QWidget):
    """Buttons that change the pen of a canvas, and take back what was drawn.

    Arguments:
        canvas: the canvas.

    Signals:
        color_chosen(color): the user chose the colour of the pen.
    """

    color_chosen = Signal(QColor)

    def __init__(self, canvas: DrawingCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._color = QColor("white")
        self._pen = self._make_button("draw_pen", "Width of the pen")
        self._eraser = self._make_button("draw_eraser", "Eraser: take ink away")
        self._eraser.setCheckable(True)
        self._palette = self._make_button("draw_color", "Colour of the pen")
        self._undo = self._make_button("draw_undo", "Take back the last stroke (Ctrl+Z in the drawing)")
        self._redo = self._make_button("draw_redo", "Draw it again (Ctrl+Shift+Z in the drawing)")
        self._clear = self._make_button("draw_clear", "Clear the drawing (Del)")
        self._pen.setMenu(self._make_pen_menu())
        self._palette.setMenu(self._make_color_menu())
        for button in (self._pen, self._palette):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 4)
        buttons = (self._pen, self._eraser, self._palette, self._undo, self._redo, self._clear)
        for place, button in enumerate(buttons):
            layout.addWidget(button, *divmod(place, _COLUMNS))
        layout.setColumnStretch(_COLUMNS, 1)
        self._eraser.toggled.connect(self._on_eraser_toggled)
        self._undo.clicked.connect(canvas.undo)
        self._redo.clicked.connect(canvas.redo)
        self._clear.clicked.connect(canvas.clear)
        canvas.history_changed.connect(self._refresh)
        self._paint_icons()
        self._refresh()

    def offer_colors(self, offered: bool, color: QColor) -> None:
        """Show or hide the colours of the pen.

        Arguments:
            offered: True for data in colour.
            color: the colour of the pen now.
        """
        self._palette.setVisible(offered)
        self._color = color
        self._paint_icons()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()

    def _make_button(self, name: str, tooltip: str) -> QToolButton:
        button = with_names(QToolButton(), f"inspector_{name}", tooltip)
        button.setToolTip(tooltip)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click Ctrl+Z still belongs to the drawing
        button.setIconSize(QSize(_ICON, _ICON))
        button.setFixedSize(_BUTTON, _BUTTON)
        return button

    def _make_pen_menu(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for name, width in PEN_WIDTHS.items():
            action = group.addAction(name)
            action.setObjectName(f"inspector_pen_{name}")
            action.setCheckable(True)
            action.setChecked(width == self._canvas.pen_width)
            action.setData(width)
            menu.addAction(action)
        menu.triggered.connect(self._on_width_triggered)
        return menu

    def _make_color_menu(self) -> QMenu:
        menu = QMenu(self)
        for name, color in PEN_COLORS.items():
            action = menu.addAction(_swatch(QColor(color)), name)
            action.setObjectName(f"inspector_color_{name}")
            action.setData(color)
        menu.triggered.connect(self._on_color_triggered)
        return menu

    def _paint_icons(self) -> None:
        theme = current_theme()
        icons = {
            self._pen: "mdi6.pencil",
            self._eraser: "mdi6.eraser",
            self._undo: "mdi6.undo",
            self._redo: "mdi6.redo",
            self._clear: "mdi6.trash-can-outline",
        }
        for button, icon in icons.items():
            button.setIcon(qtawesome.icon(icon, color=theme.text, color_disabled=theme.border, color_on=theme.accent))
        self._palette.setIcon(_swatch(self._color))

    @Slot()
    def _refresh(self) -> None:
        canvas = self._canvas
        offers = ((self._undo, canvas.can_undo), (self._redo, canvas.can_redo), (self._clear, not canvas.is_empty))
        for button, offered in offers:
            if button.hasFocus() and not offered:
                canvas.setFocus()  # Qt would give it to the next button, and Ctrl+Z would mean the network
            button.setEnabled(offered)

    @Slot(bool)
    def _on_eraser_toggled(self, erasing: bool) -> None:
        self._canvas.erasing = erasing

    @Slot(QAction)
    def _on_width_triggered(self, action: QAction) -> None:
        self._canvas.pen_width = float(action.data())
        self._canvas.update()

    @Slot(QAction)
    def _on_color_triggered(self, action: QAction) -> None:
        self._eraser.setChecked(False)
        self.color_chosen.emit(QColor(str(action.data())))


def _swatch(color: QColor) -> QIcon:
    """Return a square of a colour, with an outline that is visible on every background."""
    pixels = QPixmap(_ICON, _ICON)
    pixels.fill(color)
    painter = QPainter(pixels)
    painter.setPen(QColor("#808080"))
    painter.drawRect(0, 0, _ICON - 1, _ICON - 1)
    painter.end()
    return QIcon(pixels)
