"""The curves of the training that a model file remembers."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QWidget

from app.models.state.models_state import ModelsState
from app.widgets.plot import Plot
from app.widgets.theme.theme import GRID, SERIES_COLORS
from tinyml.storage import EpochSummary

_HEIGHT = 17 * GRID


class EpochAxis(pyqtgraph.AxisItem):
    """An axis whose ticks are whole epochs, also where there are few of them."""

    def tickSpacing(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, float]]:  # noqa: N803 - pyqtgraph's names
        """Return the distances of the ticks and their offsets, as pyqtgraph does, without those below one epoch."""
        whole = [(spacing, offset) for spacing, offset in super().tickSpacing(minVal, maxVal, size) if spacing >= 1]
        return whole or [(1.0, 0.0)]


class HistoryPlot(Plot):
    """Loss of the training and of the validation examples after each epoch. It is hidden without two epochs.

    Arguments:
        state: the state of the page.
    """

    def __init__(self, state: ModelsState, parent: QWidget | None = None) -> None:
        super().__init__(parent, axisItems={"bottom": EpochAxis("bottom")})
        self.setObjectName("models_history")
        self.setAccessibleName("Loss after each epoch")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseEnabled(x=False, y=False)
        self.setFixedHeight(_HEIGHT)
        self._state, self._has_room = state, True
        self._curves = {name: pyqtgraph.PlotDataItem() for name in ("training", "validation")}
        for curve in self._curves.values():
            self.addItem(curve)
        self.getPlotItem().setLabel("bottom", "epoch (training: solid, validation: dashed)")
        self.getPlotItem().setLabel("left", "loss")
        self.apply_theme()
        state.contents_changed.connect(self.refresh)
        self.refresh()

    @property
    def epochs(self) -> tuple[EpochSummary, ...]:
        """The epochs that are drawn."""
        about = self._state.contents.about if self._state.contents is not None else None
        return about.history if about is not None and len(about.history) > 1 else ()

    @Slot()
    def refresh(self) -> None:
        """Draw the curves of the shown file."""
        epochs = self.epochs
        self.setVisible(bool(epochs) and self._has_room)
        numbers = np.array([epoch.epoch for epoch in epochs], np.float64)
        for name, curve in self._curves.items():
            losses = [getattr(epoch, f"{name}_loss") for epoch in epochs]
            curve.setData(numbers, np.array([np.nan if loss is None else loss for loss in losses], np.float64))
        if epochs:
            last = epochs[-1]
            self.setAccessibleDescription(f"{len(epochs)} epochs; the last training loss is {last.training_loss:g}")

    def set_room(self, has_room: bool) -> None:
        """Hide the plot where the table needs the room.

        Arguments:
            has_room: True if there is room for both.
        """
        if has_room != self._has_room:
            self._has_room = has_room
            self.setVisible(bool(self.epochs) and has_room)

    def apply_theme(self) -> None:
        """Use the colours of the current theme."""
        self.paint_axes()
        for name, style in (("training", Qt.PenStyle.SolidLine), ("validation", Qt.PenStyle.DashLine)):
            self._curves[name].setPen(QPen(QColor(SERIES_COLORS[name]), 0, style))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_curves"):
            self.apply_theme()
