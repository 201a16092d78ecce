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
_SINGLE_ROWS = ("min", "max", "mean", "std", "zeros", "not finite")


class StatisticsTable(QWidget):
    """Three rows of two numbers each for one tensor. Beside another tensor, each number has a row of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_statistics")
        self.setAccessibleName("Statistics of the selected tensor")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(GRID // 2, 0, GRID // 2, 0)
        self._grid.setHorizontalSpacing(GRID + GRID // 2)
        self._grid.setVerticalSpacing(GRID)
        self._cells: list[tuple[QLabel, QLabel]] = []
        self._titles: list[QLabel] = []
        for row, title in enumerate(_SINGLE_ROWS):
            this = make_label(f"models_statistic_{row}", selectable=True)
            other = make_label(f"models_other_statistic_{row}", "", "muted", selectable=True)
            self._titles.append(QLabel(title))
            for column, label in enumerate((self._titles[row], this, other)):
                label.setFont(small_font(label.font()))
                label.setAlignment(Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft)
                self._grid.addWidget(label, row, column)
            self._cells.append((this, other))
        self._grid.setColumnStretch(0, 1)

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The texts of the two tensors, for each row that is shown."""
        return [(this.text(), other.text()) for this, other in self._cells if not this.isHidden()]

    def show_summaries(self, this: TensorSummary, other: TensorSummary | None = None) -> None:
        """Show other statistics.

        Arguments:
            this: of the selected tensor.
            other: of the tensor that it is compared with; None if there is none.
        """
        titles = _ROWS if other is None else _SINGLE_ROWS
        these = _write(this) if other is not None else _write_pairs(this)
        others = _write(other) if other is not None else ("",) * len(titles)
        for row, (label, cells) in enumerate(zip(self._titles, self._cells, strict=True)):
            shown = row < len(titles)
            for widget, text in zip((label, *cells), (titles, these, others), strict=True):
                widget.setText(text[row] if shown else "")
                widget.setVisible(shown)
            cells[1].setVisible(other is not None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a thin line below each row."""
        painter = QPainter(self)
        painter.setPen(QColor(current_theme().border))
        for this in (this for this, _ in self._cells if not this.isHidden()):
            bottom = this.geometry().bottom() + GRID // 2
            painter.drawLine(0, bottom, self.width(), bottom)


def _write(summary: TensorSummary) -> tuple[str, ...]:
    """Return one text for each of the single rows."""
    numbers = (summary.minimum, summary.maximum, summary.mean, summary.standard_deviation)
    return (*map(format_number, numbers), format_count(summary.zeros), format_count(summary.non_finite))


def _write_pairs(summary: TensorSummary) -> tuple[str, ...]:
    """Return one text for each row of two numbers."""
    texts = _write(summary)
    return tuple(f"{first} · {second}" for first, second in zip(texts[::2], texts[1::2], strict=True))
