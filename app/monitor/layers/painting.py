"""What the cells of the layer table are painted with: histograms, the bar of an update, and marks."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF

from app.monitor.layers.judgement import USUAL_UPDATES
from app.widgets.theme.theme import GRID, current_theme
from tinyml.learner.layer_stats import Histogram

_UPDATE_SCALE = (1e-6, 1.0)
_BAR = 5.0
_MARK = 7.0


def update_share(ratio: float) -> float:
    """Return how much of the bar a ratio of update to weights fills, 0 to 1. The scale is logarithmic.

    >>> update_share(1e-6), update_share(1e-3), update_share(5.0), update_share(0.0)
    (0.0, 0.5, 1.0, 0.0)
    """
    if math.isnan(ratio) or ratio <= 0:
        return 0.0
    low, high = (math.log10(end) for end in _UPDATE_SCALE)
    return min(max((math.log10(ratio) - low) / (high - low), 0.0), 1.0) if math.isfinite(ratio) else 1.0


def paint_update(painter: QPainter, box: QRectF, ratio: float) -> None:
    """Draw the ratio of update to weights as a bar, with two marks around the usual values.

    Arguments:
        painter: paints the cell.
        box: the room of the bar.
        ratio: the ratio.
    """
    theme = current_theme()
    track = QRectF(box.left(), box.center().y() - _BAR / 2, box.width(), _BAR)
    painter.fillRect(track, QColor(theme.track))
    painter.fillRect(QRectF(track.left(), track.top(), track.width() * update_share(ratio), _BAR), QColor(theme.accent))
    for end in USUAL_UPDATES:
        left = track.left() + track.width() * update_share(end)
        painter.fillRect(QRectF(round(left), track.top() - 3, 1, _BAR + 6), QColor(theme.muted))


def paint_histogram(painter: QPainter, box: QRectF, histogram: Histogram, color: QColor) -> None:
    """Draw a histogram, with a line below it and a mark at zero.

    Arguments:
        painter: paints the cell.
        box: the room of the histogram.
        histogram: the histogram.
        color: of its bars.
    """
    tallest = max(histogram.counts, default=0)
    theme = current_theme()
    base = box.bottom() - 1
    painter.fillRect(QRectF(box.left(), base, box.width(), 1), QColor(theme.border))
    if not tallest:
        return
    counts = histogram.counts
    if histogram.low == histogram.high:  # equal numbers: one bar in the middle
        counts = (0,) * (len(counts) // 2) + (tallest,) + (0,) * (len(counts) // 2)
    step = box.width() / len(counts)
    path = QPainterPath()
    height = base - box.top()
    for number, count in enumerate(counts):
        if count:
            size = max(count / tallest * height, 1.0)
            path.addRect(box.left() + number * step, base - size, max(step - 0.7, 0.5), size)
    painter.fillPath(path, color)
    if histogram.low < 0 < histogram.high:
        zero = box.left() - histogram.low / (histogram.high - histogram.low) * box.width()
        painter.fillRect(QRectF(round(zero), base, 1, 3), QColor(theme.text))


def paint_mark(painter: QPainter, middle: QPointF, upwards: bool, color: QColor) -> None:
    """Draw a small triangle.

    Arguments:
        painter: paints the cell.
        middle: middle of the triangle.
        upwards: True if it points upwards.
        color: of the triangle.
    """
    half = _MARK / 2 if upwards else -_MARK / 2
    corners = (QPointF(0, -half), QPointF(-_MARK / 2, half), QPointF(_MARK / 2, half))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([middle + corner for corner in corners]))
    painter.restore()


def paint_family(painter: QPainter, left: float, middle: float, color: QColor) -> None:
    """Draw the upright bar with the colour of a layer family.

    Arguments:
        painter: paints the cell.
        left: left border of the bar.
        middle: height of its middle.
        color: of the family.
    """
    painter.fillRect(QRectF(left, middle - GRID, 5, 2 * GRID), color)
