"""The layers of a network in a file as chips. A click shows the tensors of a layer only."""

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.formatting import format_count
from app.models.reading.file_contents import LayerCard
from app.models.reading.name_tree import Part
from app.models.state.models_state import ModelsState
from app.widgets.flow_box import FlowBox
from app.widgets.plain_text import short, tool_tip
from app.widgets.scroll_panel import ScrollPanel
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID, current_theme, family_color
from tinyml.core import describe_shape
from tinyml.layers import display_name

_MOST_CHIPS = 200
"""Further layers have no chip: the filter finds their tensors."""
_EDGE = 3
"""Width of the bar in the colour of the family, in pixels."""
_MOST_ROWS = 4
"""More rows of chips scroll."""


class LayerChips(ScrollPanel):
    """Shows the layers of the shown file, with the shape of their outputs. It is hidden for other files.

    Arguments:
        state: the state of the page.
    """

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        self._box = FlowBox(spacing=GRID - 2)
        super().__init__(self._box, parent)
        self.setObjectName("models_layers")
        self.setAccessibleName("Layers of the network in the file")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._state = state
        state.contents_changed.connect(self._on_contents_changed)
        state.part_changed.connect(self._on_part_changed)
        self._on_contents_changed()

    @property
    def chips(self) -> tuple["LayerChip", ...]:
        """The chips, in the order of the network."""
        return tuple(widget for widget in self._box.widgets if isinstance(widget, LayerChip))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        row = self.chips[0].sizeHint().height() + GRID - 2 if self.chips else 0
        return min(self._box.heightForWidth(width), _MOST_ROWS * row)

    def minimumSizeHint(self) -> QSize:
        return QSize(16 * GRID, self.heightForWidth(max(self.width(), 1)))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _reached_before(self) -> QWidget:
        """Return the widget that Tab reaches before this panel; Qt orders only widgets that take the focus."""
        widget: QWidget = self
        while (before := widget.previousInFocusChain()) is not None and before is not self:
            widget = before
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                break
        return widget

    @Slot()
    def _on_contents_changed(self) -> None:
        layers = self._state.contents.layers if self._state.contents is not None else ()
        if tuple(chip.layer for chip in self.chips) != layers[:_MOST_CHIPS]:
            choose = self._state.choose_part
            self._box.set_widgets([LayerChip(layer, choose) for layer in layers[:_MOST_CHIPS]])
            # New widgets are the last ones that Tab reaches; these stand before the table.
            for before, chip in pairwise((self._reached_before(), *self.chips)):
                self.setTabOrder(before, chip)
        self.setVisible(bool(layers))
        self._on_part_changed()
        self.updateGeometry()

    @Slot()
    def _on_part_changed(self) -> None:
        for chip in self.chips:
            chip.setChecked(chip.layer.part is not None and chip.layer.part == self._state.part)


class LayerChip(QAbstractButton):
    """One layer: a bar in the colour of its family, its name, the shape of its output.

    Arguments:
        layer: what is shown.
        choose: called with the part of the names that the table should show; None for all.
    """

    def __init__(self, layer: LayerCard, choose: Callable[[Part | None], object]) -> None:
        super().__init__()
        self.layer = layer
        self._name, self._shape = short(layer.name, 32), describe_shape(layer.shape)
        self.setObjectName(f"models_layer_{layer.name}")
        self.setCheckable(True)
        self.setEnabled(layer.part is not None)
        kind = display_name(layer.type) if layer.type else "Input"
        tensors = layer.part.stop - layer.part.start if layer.part is not None else 0
        count = f"{format_count(tensors)} tensor{'' if tensors == 1 else 's'}" if tensors else "no tensors"
        self.setAccessibleName(f"{self._name}, {short(kind)}, gives {self._shape or 'an unknown shape'}, {count}")
        more = "\nClick to see only its tensors; click again to see all." if tensors else ""
        self.setToolTip(tool_tip(f"{layer.name}: {kind}, gives {self._shape or '?'}, {count}.{more}"))
        self.toggled.connect(self.update)
        self._choose = choose
        self.clicked.connect(self._on_clicked)

    def sizeHint(self) -> QSize:
        bold = QFontMetrics(bold_font(self.font()))
        shape = self.fontMetrics().horizontalAdvance(f" {self._shape}") + 2 if self._shape else 0
        width = _EDGE + 2 * GRID + bold.horizontalAdvance(self._name) + shape
        return QSize(width, bold.height() + GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(4 * GRID, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        marked = self.isChecked() or self.hasFocus() or (self.underMouse() and self.isEnabled())
        background = QColor(theme.accent if self.isChecked() else theme.card)
        background.setAlphaF(0.18 if self.isChecked() else 1.0)
        painter.setPen(QPen(QColor(theme.accent if marked else theme.border), 1))
        painter.setBrush(background)
        painter.drawRoundedRect(frame, GRID // 2, GRID // 2)
        painter.fillRect(QRectF(1, 1, _EDGE, self.height() - 2), family_color(self.layer.family))
        painter.setFont(bold_font(self.font()))
        painter.setPen(QColor(theme.text))
        area = self.rect().adjusted(_EDGE + GRID, 0, -GRID, 0)
        name = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter), name)
        area.setLeft(area.left() + painter.fontMetrics().horizontalAdvance(name))
        painter.setFont(self.font())
        painter.setPen(QColor(theme.muted))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), self._shape)

    @Slot()
    def _on_clicked(self) -> None:
        self._choose(self.layer.part if self.isChecked() else None)
