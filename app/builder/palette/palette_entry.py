"""One layer type in the palette: icon, name and summary, painted by one widget."""

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.builder.layer_icons import ICON_SIZE, paint_layer_icon
from app.builder.layer_search import SearchTerms
from app.forms.formula import formula_text
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, RADIUS, current_theme
from tinyml.layers import Layer

_TEXT_LEFT = ICON_SIZE + 3 * GRID
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_TO_THE_END = 1000
"""More entries than the palette has."""

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_Home: -_TO_THE_END, Qt.Key.Key_End: _TO_THE_END}


class PaletteEntry(QWidget):
    """Shows one layer type, which can be dragged or inserted.

    Arguments:
        layer_type: the layer type.
        family_title: title of its family, which the search finds too.
        parent: the parent widget.

    Attributes:
        type_name: name of the layer type, as files spell it: "ReLu".
        terms: texts that a search compares with.

    Signals:
        activated(type_name): the entry was double-clicked, or Enter or Space was pressed.
        pressed(position): the left mouse button was pressed at `position`, in global coordinates.
        step_requested(distance): an arrow key, Home or End was pressed; `distance` is a number of entries, negative
            for up.
    """

    activated = Signal(str)
    pressed = Signal(QPointF)
    step_requested = Signal(int)

    def __init__(self, layer_type: type[Layer], family_title: str, parent: QWidget) -> None:
        super().__init__(parent)
        settings = layer_type.Settings
        self.type_name, self._title = layer_type.type_name, layer_type.__name__
        self._family, self._summary = settings.family, settings.summary
        self.terms = SearchTerms.for_layer_type(self._title, settings, family_title)
        self._floating = self._highlighted = False
        self.setObjectName(f"palette_{self.type_name}")
        self.setAccessibleName(f"{self._title}: {self._summary}")
        self.setAccessibleDescription("Press Enter to insert it after the selected layer.")
        self.setToolTip(
            f"{self._title}: {formula_text(settings.formula)}\n"
            "Drag it onto the canvas. Enter or double-click: insert it after the selected layer."
        )
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_highlighted(self, highlighted: bool) -> None:
        """Mark the entry as the one that Enter in the search field inserts.

        Arguments:
            highlighted: True to mark it, False to remove the mark.
        """
        if highlighted != self._highlighted:
            self._highlighted = highlighted
            self.update()

    def picture(self) -> QPixmap:
        """Return the entry painted as a small card, for the drag."""
        self._floating = True
        picture = self.grab()
        self._floating = False
        return picture

    # --------------------------------------------------------------------------------------------------------- layout

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        summary = self._summary_box(width)
        return summary.bottom() + 1 + GRID // 2 + 1

    def sizeHint(self) -> QSize:
        width = self.width() if self.width() > _TEXT_LEFT else 22 * GRID
        return QSize(22 * GRID, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(14 * GRID, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.updateGeometry()

    def _summary_box(self, width: int) -> QRect:
        metrics = QFontMetrics(small_font(self.font()))
        top = GRID // 2 + QFontMetrics(self.font()).height()
        box = QRect(_TEXT_LEFT, top, max(width - _TEXT_LEFT - 2, 5 * GRID), 1000)
        box.setHeight(metrics.boundingRect(box, _WRAP, self._summary).height())
        return box

    # ------------------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        marked = self._floating or self._highlighted or self.hasFocus()
        if marked or self.underMouse():
            painter.setBrush(QColor(theme.card if self._floating else theme.track))
            painter.setPen(QColor(theme.accent) if marked else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
        icon_top = (self.height() - ICON_SIZE) / 2
        paint_layer_icon(painter, QRectF(GRID, icon_top, ICON_SIZE, ICON_SIZE), self._family)
        painter.setPen(QColor(theme.text))
        height = QFontMetrics(self.font()).height()
        painter.drawText(QRect(_TEXT_LEFT, GRID // 2, self.width() - _TEXT_LEFT, height), 0, self._title)
        painter.setFont(small_font(self.font()))
        painter.setPen(QColor(theme.muted))
        painter.drawText(self._summary_box(self.width()), _WRAP, self._summary)
        painter.end()

    # ---------------------------------------------------------------------------------------------- mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.pressed.emit(event.globalPosition())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.activated.emit(self.type_name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated.emit(self.type_name)
        elif plain and key in _STEPS:
            self.step_requested.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)
