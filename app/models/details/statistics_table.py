"""The statistics of one tensor, and beside them those of the tensor with the same name in another file."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.formatting import format_count, format_number
from app.widgets.labels import make_label
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID, current_theme
from tinyml.storage import TensorSummary

_ROWS = ("min · max", "mean · std", "zeros · not finite")


class StatisticsTable(QWidget):
    """Three rows of two numbers each, for one or two tensors."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_statistics")
        self.setAccessibleName("Statistics of the selected tensor")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        self._grid.setHorizontalSpacing(GRID + GRID // 2)
        self._grid.setVerticalSpacing(GRID)
        self._cells: list[tuple[QLabel, QLabel]] = []
        for row, title in enumerate(_ROWS):
            this = make_label(f"models_statistic_{row}", selectable=True)
            other = make_label(f"models_other_statistic_{row}", "", "muted", selectable=True)
            for column, label in enumerate((QLabel(title), this, other)):
                label.setFont(small_font(label.font()))
                label.setAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
                self._grid.addWidget(label, row, column)
            self._cells.append((this, other))
        self._grid.setColumnStretch(0, 1)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The texts of the two tensors, row by row."""
        return [(this.text(), other.text()) for this, other in self._cells]

    def show_summaries(self, this: TensorSummary, other: TensorSummary | None = None) -> None:
        """Show other statistics.

        Arguments:
            this: of the selected tensor.
            other: of the tensor that it is compared with; None if there is none.
        """
        texts = [_write(this), _write(other) if other is not None else ("", "", "")]
        for row, cells in enumerate(self._cells):
            for column, label in enumerate(cells):
                label.setText(texts[column][row])
        for _, label in self._cells:
            label.setVisible(other is not None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a thin line below each row."""
        painter = QPainter(self)
        painter.setPen(QColor(current_theme().border))
        for this, _ in self._cells:
            bottom = this.geometry().bottom() + GRID // 2
            painter.drawLine(0, bottom, self.width(), bottom)


def _write(summary: TensorSummary) -> tuple[str, str, str]:
    def pair(first: float | None, second: float | None) -> str:
        return f"{format_number(first)} · {format_number(second)}"

    return (
        pair(summary.minimum, summary.maximum),
        pair(summary.mean, summary.standard_deviation),
        f"{format_count(summary.zeros)} · {format_count(summary.non_finite)}",
    )
