"""One tensor closely: how its numbers are distributed, and its pictures."""

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.models.pictures import TensorPictures
from app.models.words import count_of, write_number
from app.widgets.image_grid import ImageGrid
from app.widgets.plain_label import PlainLabel
from app.widgets.plain_text import short
from app.widgets.theme import GRID, current_theme
from tinyml.core import describe_shape
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
        self.title = self._make_label("models_tensor_title", "heading")
        self.note = self._make_label("models_histogram_note", "muted")
        self.explanation = self._make_label("models_picture_note", "muted")
        self.cell = self._make_label("models_cell", "")
        self.cell.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.histogram = Histogram()
        self.grid = ImageGrid(positions=True)
        self.grid.setObjectName("models_pictures")
        self.grid.setAccessibleName("Pictures of the selected tensor")
        self.grid.cell_clicked.connect(self._show_cell)
        self._scroll = QScrollArea()
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """Show that no tensor is selected."""
        self.title.setText("")
        self._say(self.note, _SELECT_ONE)
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
            self._say(self.note, "Not read yet.")
        elif counts is None or summary.edges is None:
            self._say(self.note, summary.note)
        else:
            self.histogram.show_counts(counts, summary.edges)
            words = f"mean {write_number(summary.mean)}, standard deviation {write_number(summary.standard_deviation)}"
            if summary.non_finite:
                words += f"; {count_of(summary.non_finite, 'number')} NaN or infinite, not in the histogram"
            self._say(self.note, words)

    def show_pictures(self, pictures: TensorPictures) -> None:
        """Show the pictures of the tensor; what is picked stays when only the colours are others."""
        same = self._pictures is not None and self._pictures.name == pictures.name
        self._pictures = pictures
        if not same:
            self.grid.set_current(-1)
            self.grid.set_marked(None)
        self.grid.set_image_size(pictures.image_size)
        self.grid.set_images(pictures.images)
        self._scroll.setVisible(bool(pictures.images))
        self._say(self.explanation, pictures.explanation)
        if not same:
            self._say(self.cell, "")

    def show_no_pictures(self, sentence: str) -> None:
        """Say why there are no pictures."""
        self._clear_pictures(sentence)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "histogram"):
            self.histogram.apply_theme()

    def _lay_out(self) -> None:
        self._scroll.setObjectName("models_picture_scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.grid)
        self._scroll.setMinimumHeight(8 * GRID)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * GRID)
        for widgets in ((self.title, self.note, self.histogram), (self.explanation, self._scroll, self.cell)):
            side = QWidget()
            column = QVBoxLayout(side)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(GRID // 2)
            for widget in widgets:
                column.addWidget(widget, 1 if widget in (self.histogram, self._scroll) else 0)
            column.addStretch(0)
            side.setMinimumWidth(20 * GRID)
            splitter.addWidget(side)
        splitter.setSizes([200, 300])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _make_label(self, name: str, look: str) -> QLabel:
        label = PlainLabel()
        label.setObjectName(name)
        # Long names without spaces must not decide how wide the panel is.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if look:
            label.setProperty(look, True)
        return label

    def _say(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _clear_pictures(self, words: str) -> None:
        self._pictures = None
        self.grid.set_images(())
        self._scroll.hide()
        self._say(self.explanation, words)
        self._say(self.cell, "")

    @Slot(int, int, int)
    def _show_cell(self, index: int, row: int, column: int) -> None:
        if self._pictures is not None:
            self._say(self.cell, self._pictures.describe_cell(index, row, column))
