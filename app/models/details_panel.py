"""The details of the selected tensor: its histogram and its pictures."""

from PySide6.QtCore import QEvent, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.formatting import format_number
from app.models.histogram import Histogram
from app.models.pictures import TensorPictures
from app.widgets.images.image_grid import ImageGrid
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count, describe_shape
from tinyml.core.tensor_file import TensorHeader
from tinyml.storage import TensorSummary

_SELECT_ONE = "Histogram and pictures of the selected tensor appear here."


class DetailsPanel(QWidget):
    """Histogram and pictures of the selected tensor.

    Attributes:
        title: name and shape of the tensor.
        note: mean and standard deviation, or why there is no histogram.
        histogram: the histogram.
        explanation: what the pictures show, or why there are none.
        grid: the pictures.
        cell: name, place and value of the clicked number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("models_details")
        self._pictures: TensorPictures | None = None
        self.title = make_label("models_tensor_title", style_class="heading", wraps=True, ignores_width=True)
        self.note = make_label("models_histogram_note", style_class="muted", wraps=True, ignores_width=True)
        self.explanation = make_label("models_picture_note", style_class="muted", wraps=True, ignores_width=True)
        self.cell = make_label("models_cell", wraps=True, selectable=True, ignores_width=True)
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
        show_text(self.title, "")
        show_text(self.note, _SELECT_ONE)
        self.histogram.hide()
        self._clear_pictures("")

    def show_tensor(self, header: TensorHeader, summary: TensorSummary | None) -> None:
        """Show the title and the statistics of another tensor. Call `show_pictures` later for its pictures.

        Arguments:
            header: its name and shape.
            summary: its statistics; None while they are not known.
        """
        show_text(self.title, f"{short(header.name)} · {describe_shape(header.shape) or 'a single number'}")
        self.show_summary(summary)
        self._clear_pictures("")

    def show_summary(self, summary: TensorSummary | None) -> None:
        """Show the statistics of the tensor. If `summary` is None, show that they are not read yet."""
        counts = summary.histogram if summary else None
        self.histogram.setVisible(counts is not None)
        if summary is None:
            show_text(self.note, "Not read yet.")
        elif counts is None or summary.edges is None:
            show_text(self.note, summary.note)
        else:
            self.histogram.show_counts(counts, summary.edges)
            mean, deviation = (format_number(each, 4) for each in (summary.mean, summary.standard_deviation))
            text = f"mean {mean}, standard deviation {deviation}"
            if summary.non_finite:
                text += f"; {describe_count(summary.non_finite, 'number')} NaN or infinite, not in the histogram"
            show_text(self.note, text)

    def show_pictures(self, pictures: TensorPictures) -> None:
        """Show `pictures` of the tensor.

        If they replace pictures of the same tensor, for example with the colours of another theme, the selected picture
        and the marked pixel stay.
        """
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
        """Show a `sentence` that says why there are no pictures."""
        self._clear_pictures(sentence)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "histogram"):
            self.histogram.apply_theme()

    def _lay_out(self) -> None:
        self.setMinimumWidth(26 * GRID)
        self.histogram.setMinimumHeight(8 * GRID)
        self.histogram.setMaximumHeight(32 * GRID)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID)
        for widget in (self.title, self.note, self.histogram, self.explanation, self.grid, self.cell):
            layout.addWidget(widget, {self.histogram: 2, self.grid: 5}.get(widget, 0))
        for widget in (self.histogram, self.grid):
            # They share the room that the texts leave.
            widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        layout.addStretch(0)

    def _clear_pictures(self, explanation: str) -> None:
        self._pictures = None
        self.grid.set_images(())
        self.grid.hide()
        show_text(self.explanation, explanation)
        show_text(self.cell, "")

    @Slot(int, int, int)
    def _on_cell_clicked(self, index: int, row: int, column: int) -> None:
        if self._pictures is not None:
            show_text(self.cell, self._pictures.describe_cell(index, row, column))
