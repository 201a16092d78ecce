"""One tensor closely: how its numbers are distributed, and its pictures."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.models.pictures import TensorPictures
from app.widgets.formatting import format_number
from app.widgets.images.image_grid import ImageGrid
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID, current_theme
from tinyml.core import describe_count, describe_shape
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

_SELECT_ONE = "Select a tensor to see its histogram and pictures."


class Histogram(pyqtgraph.PlotWidget):
    """How many numbers lie where, as bars; a dotted line marks zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_histogram")
        self.setAccessibleName("Histogram of the selected tensor")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMinimumHeight(10 * GRID)
        self._bars = pyqtgraph.BarGraphItem(x0=[], x1=[], height=[])
        self._zero = pyqtgraph.InfiniteLine(0, angle=90)
        self.addItem(self._bars)
        self.addItem(self._zero, ignoreBounds=True)
        self.getPlotItem().getAxis("left").setStyle(tickLength=0)
        self.apply_theme()

    def show_counts(self, counts: np.ndarray, edges: np.ndarray) -> None:
        """Show bars between the edges."""
        self._bars.setOpts(x0=edges[:-1], x1=edges[1:], height=counts)
        tallest = max(int(counts.max(initial=0)), 1)
        self.getPlotItem().getViewBox().setRange(
            xRange=(float(edges[0]), float(edges[-1])), yRange=(0, tallest * 1.05), padding=0.02
        )

    def apply_theme(self) -> None:
        """Take the colours of the theme."""
        theme = current_theme()
        self.setBackground(theme.surface)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(QPen(QColor(theme.border), 0))
            axis.setTextPen(QColor(theme.muted))
            axis.setTickFont(self.font())
        self._bars.setOpts(brush=QColor(theme.accent), pen=QPen(QColor(theme.surface), 0))
        self._zero.setPen(QPen(QColor(theme.muted), 0, Qt.PenStyle.DotLine))


class DetailsPanel(QWidget):
    """Histogram and pictures of the selected tensor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_details")
        self._pictures: TensorPictures | None = None
        self.title = make_label("models_tensor_title", style_class="heading", wraps=True, ignores_width=True)
        self.note = make_label("models_histogram_note", style_class="muted", wraps=True, ignores_width=True)
        self.explanation = make_label("models_picture_note", style_class="muted", wraps=True, ignores_width=True)
        self.cell = make_label("models_cell", wraps=True, ignores_width=True)
        self.cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.histogram = Histogram()
        self.grid = ImageGrid(positions=True)
        self.grid.setObjectName("models_pictures")
        self.grid.setAccessibleName("Pictures of the selected tensor")
        self.grid.cell_clicked.connect(self._on_cell_clicked)
        self.grid.setMinimumHeight(8 * GRID)
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show that no tensor is selected."""
        self.title.setText("")
        show_text(self.note, _SELECT_ONE)
        self.histogram.hide()
        self._clear_pictures("")

    def show_tensor(self, header: TensorHeader, summary: TensorSummary | None) -> None:
        """Show the numbers of another tensor; its pictures come later."""
        self.title.setText(f"{short(header.name)} · {describe_shape(header.shape) or 'a single number'}")
        self.show_summary(summary)
        self._clear_pictures("")

    def show_summary(self, summary: TensorSummary | None) -> None:
        """Show the numbers of the tensor, or that they are still being read."""
        counts = summary.histogram if summary else None
        self.histogram.setVisible(counts is not None)
        if summary is None:
            show_text(self.note, "Not read yet.")
        elif counts is None or summary.edges is None:
            show_text(self.note, summary.note)
        else:
            self.histogram.show_counts(counts, summary.edges)
            mean, deviation = (format_number(each, 4) for each in (summary.mean, summary.standard_deviation))
            words = f"mean {mean}, standard deviation {deviation}"
            if summary.non_finite:
                words += f"; {describe_count(summary.non_finite, 'number')} NaN or infinite, not in the histogram"
            show_text(self.note, words)

    def show_pictures(self, pictures: TensorPictures) -> None:
        """Show the pictures of the tensor; what is picked stays when only the colours are others."""
        same = self._pictures is not None and self._pictures.name == pictures.name
        self._pictures = pictures
        if not same:
            self.grid.set_current(-1)
            self.grid.set_marked(None)
        self.grid.set_image_size(pictures.image_size)
        self.grid.set_images(pictures.images)
        self.grid.setVisible(bool(pictures.images))
        show_text(self.explanation, pictures.explanation)
        if not same:
            show_text(self.cell, "")

    def show_no_pictures(self, sentence: str) -> None:
        """Say why there are no pictures."""
        self._clear_pictures(sentence)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "histogram"):
            self.histogram.apply_theme()

    def _lay_out(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * GRID)
        for widgets in ((self.title, self.note, self.histogram), (self.explanation, self.grid, self.cell)):
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(GRID // 2)
            for widget in widgets:
                column.addWidget(widget, 1 if widget in (self.histogram, self.grid) else 0)
            column.addStretch(0)
            side.setMinimumWidth(20 * GRID)
            splitter.addWidget(side)
        splitter.setSizes([200, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _clear_pictures(self, words: str) -> None:
        self._pictures = None
        self.grid.set_images(())
        self.grid.hide()
        show_text(self.explanation, words)
        show_text(self.cell, "")

    @Slot(int, int, int)
    def _on_cell_clicked(self, index: int, row: int, column: int) -> None:
        if self._pictures is not None:
            show_text(self.cell, self._pictures.describe_cell(index, row, column))
