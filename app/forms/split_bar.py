"""A bar that shows how the examples are split into training, validation and test."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.formatting import format_count
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, SPLIT_COLORS, current_theme

_RADIUS = 4


class SplitBar(QWidget):
    """Shows the parts of the data as parts of one bar, with their names and counts where there is room.

    The tool tip and the accessible description hold the same numbers as text.

    Arguments:
        name: objectName of the bar.
        parent: the parent widget.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Split of the examples")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> dict[str, int]:
        """Number of examples of each part: "training", "validation" and "test"."""
        return dict(self._counts)

    def show_counts(self, training: int, validation: int, test: int) -> None:
        """Show other numbers of examples.

        Arguments:
            training, validation, test: number of examples of each part.
        """
        self._counts = {"training": training, "validation": validation, "test": test}
        described = ", ".join(f"{format_count(count)} {part}" for part, count in self._counts.items())
        self.setAccessibleDescription(described)
        self.setToolTip(described)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(20 * GRID, QFontMetrics(small_font(self.font())).height() + GRID)

    def minimumSizeHint(self) -> QSize:
        return QSize(8 * GRID, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        total = sum(self._counts.values())
        if not total:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        painter.setFont(small_font(self.font()))
        metrics = QFontMetrics(painter.font())
        left = 0.0
        for part, count in self._counts.items():
            area = QRectF(left, 0, self.width() * count / total, self.height())
            left = area.right()
            background, text_color = SPLIT_COLORS[current_theme().dark][part]
            painter.fillRect(area, QColor(background))
            painter.setPen(QColor(text_color))
            texts = (f"{format_count(count)} {part}", format_count(count))
            fitting = [text for text in texts if metrics.horizontalAdvance(text) + GRID / 2 <= area.width()]
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, next(iter(fitting), ""))
