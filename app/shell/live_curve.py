"""The live curve of the status bar: the last part of the training loss, with the current loss and metric."""

from collections import deque
from math import isfinite

from PySide6.QtCore import QPointF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.monitor import Monitor
from app.training import Session
from app.widgets.theme.theme import GRID, SERIES_COLORS, current_theme
from tinyml.learner import BatchFinished

POINTS = 120
"""Number of losses that are drawn."""
CURVE_WIDTH = 72
"""Width of the curve, in pixels."""
USUAL_TEXT = "loss 0.000000 · accuracy 00.0 %"
"""There is always room for this text, so that the parts beside it rarely move."""


class LiveCurve(QAbstractButton):
    """A button that draws the last losses of the run and names the current loss and metric.

    It repaints only when `refresh` is called, and not while it is hidden.

    Arguments:
        session: its run is shown.
        monitor: knows the smoothed numbers of this run.
    """

    def __init__(self, session: Session, monitor: Monitor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._monitor = session, monitor
        self._losses: deque[float] = deque(maxlen=POINTS)
        self._compact = False
        self.setObjectName("status_curve")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Loss of the run")
        session.started.connect(self._on_started)
        session.run_changed.connect(self._on_run_changed)
        session.batches_finished.connect(self._on_batches_finished)
        self._on_run_changed()

    @property
    def losses(self) -> tuple[float, ...]:
        """The losses that are drawn, the oldest first."""
        return tuple(self._losses)

    @property
    def empty(self) -> bool:
        """True if there is nothing to draw."""
        return not self._losses

    def set_compact(self, compact: bool) -> None:
        """Show only the curve, or also the numbers.

        Arguments:
            compact: True for the curve alone.
        """
        if compact != self._compact:
            self._compact = compact
            self.updateGeometry()
            self.update()

    def refresh(self) -> None:
        """Show the numbers of this moment."""
        text = self._monitor.newest_text
        if text != self.text():
            self.setText(text)
            self.setAccessibleDescription(f"{text}. Opens Train." if text else "")
            self.setToolTip(f"{text}\nClick to see the curves." if text else "")
            self.updateGeometry()
        self.update()

    # -------------------------------------------------------------------------------------------------------- events

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        text = 0
        if not self._compact and self.text():
            text = max(metrics.horizontalAdvance(shown) for shown in (self.text(), USUAL_TEXT)) + GRID
        return QSize(CURVE_WIDTH + text + GRID, metrics.height() + GRID // 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus() or self.underMouse():
            painter.setPen(QColor(theme.accent))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), GRID // 2, GRID // 2)
        painter.setPen(QPen(QColor(SERIES_COLORS["training"]), 1.5))
        painter.drawPolyline(self._curve())
        if not self._compact:
            painter.setPen(QColor(theme.text))
            place = self.rect().adjusted(CURVE_WIDTH + GRID, 0, -GRID // 2, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())

    def _curve(self) -> QPolygonF:
        """Return the points of the curve. It fills the height between the smallest and the largest loss."""
        losses = [loss for loss in self._losses if isfinite(loss)]
        if len(losses) < 2:
            return QPolygonF()
        low, high = min(losses), max(losses)
        height, span, top = self.height() - GRID, (high - low) or 1.0, GRID / 2
        step = (CURVE_WIDTH - GRID) / (len(losses) - 1)
        return QPolygonF(
            [QPointF(GRID / 2 + step * place, top + height * (high - loss) / span) for place, loss in enumerate(losses)]
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    # --------------------------------------------------------------------------------------------------------- slots

    @Slot()
    def _on_started(self) -> None:
        self._losses.clear()
        self.refresh()

    @Slot()
    def _on_run_changed(self) -> None:
        """Show the epochs of another run: the losses of its batches are not kept here."""
        self._losses.clear()
        self._losses.extend(epoch.training_loss for epoch in self._session.history[-POINTS:])
        self.refresh()

    @Slot(object)
    def _on_batches_finished(self, batches: list[BatchFinished]) -> None:
        self._losses.extend(batch.loss for batch in batches[-POINTS:])
