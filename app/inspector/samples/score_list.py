"""The class scores of a sample: one bar for each class."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import format_percentage
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, Theme, current_theme


class ScoreList(QWidget):
    """Shows a bar for the predicted probability of each class. The true class is bold.

    The bar of the predicted class has the accent colour, or the colour of errors if the prediction is wrong.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._scores: np.ndarray = np.zeros(0)
        self._true = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_scores(self, names: Sequence[str], scores: np.ndarray, true: int) -> None:
        """Show the scores of another sample.

        Arguments:
            names: the class names.
            scores: `(classes,)` the predicted probability of each class.
            true: index of the true class; -1 if it is not known.
        """
        same_rows = len(scores) == len(self._scores)
        self._names, self._scores, self._true = tuple(map(short, names)), scores, true
        lines = [f"{name} {format_percentage(float(score))}" for name, score in zip(self._names, scores, strict=True)]
        self.setAccessibleDescription(", ".join(lines))
        self.setToolTip(tool_tip("\n".join(lines)))
        if not same_rows:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(18 * GRID, round(len(self._scores) * self._small_metrics().height() * 1.3))

    def minimumSizeHint(self) -> QSize:
        return QSize(11 * GRID, round(len(self._scores) * self._small_metrics().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not len(self._scores):
            return
        theme, metrics = current_theme(), self._small_metrics()
        height = min(self.height() / len(self._scores), 1.6 * metrics.height())
        name_width = min(max(metrics.horizontalAdvance(name) for name in self._names) + GRID, 0.4 * self.width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row in range(len(self._scores)):
            self._paint_row(painter, theme, QRectF(0, row * height, self.width(), height), name_width, row)

    def _paint_row(self, painter: QPainter, theme: Theme, area: QRectF, name_width: float, row: int) -> None:
        score = float(self._scores[row])
        predicted = row == int(self._scores.argmax())
        font = small_font(self.font())
        font.setBold(row == self._true)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(theme.text if row == self._true or predicted else theme.muted))
        name = metrics.elidedText(self._names[row], Qt.TextElideMode.ElideRight, name_width - GRID / 2)
        painter.drawText(QRectF(area.left(), area.top(), name_width, area.height()), middle, name)
        number_width = metrics.horizontalAdvance(format_percentage(1.0)) + GRID / 2
        right = QRectF(area.right() - number_width, area.top(), number_width, area.height())
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight, format_percentage(score))
        track = QRectF(area.left() + name_width, 0, area.width() - name_width - number_width - GRID / 2, 6)
        track.moveTop(area.center().y() - 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.track))
        painter.drawRoundedRect(track, 3, 3)
        if score > 0.002:
            predicted_color = theme.accent if self._true in (row, -1) else theme.danger
            painter.setBrush(QColor(predicted_color if predicted else theme.muted))
            track.setWidth(max(track.width() * score, 3))
            painter.drawRoundedRect(track, 3, 3)

    def _small_metrics(self) -> QFontMetricsF:
        return QFontMetricsF(small_font(self.font()))
