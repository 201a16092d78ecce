"""The middle of the Data page: what the dataset is, its classes and some of its examples."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QSizePolicy,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.datasets.class_table import ClassTable
from app.datasets.point_plot import PointPlot
from app.datasets.preview import MOST_CLASSES, MOST_IMAGES, MOST_ROWS, DataPreview
from app.datasets.sentences import describe_examples
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.class_colors import class_color
from app.widgets.theme.fonts import scaled_font
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.data import DataDescription

_IMAGE_SIZE = 48
_TITLE_SCALE = 1.25


class PreviewPanel(QWidget):
    """Shows a dataset: its description at once, its examples as soon as they are read."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_preview")
        self.setMinimumWidth(40 * GRID)
        self.preview: DataPreview | None = None
        self._title = make_label("data_page_title", style_class="heading")
        self._title.setFont(scaled_font(self._title.font(), _TITLE_SCALE))
        self._summary = make_label("data_page_summary", style_class="muted", wraps=True, selectable=True)
        self._about = make_label("data_page_about", style_class="muted", wraps=True, selectable=True)
        self._facts = make_label("data_page_facts", wraps=True, selectable=True)
        self._message = make_label("data_page_message", wraps=True, selectable=True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._limits = make_label("data_page_limits", style_class="muted", wraps=True)
        self._classes = ClassTable()
        self._grid = ImageGrid(image_size=_IMAGE_SIZE)
        self._grid.setObjectName("data_page_images")
        self._grid.setAccessibleName("Examples")
        self._table = self._make_table()
        self._plot: PointPlot | None = None
        self._lay_out()

    @property
    def message(self) -> str:
        """The sentence in place of the examples; empty while they are shown."""
        return self._message.text() if self._stack.currentWidget() is self._message else ""

    def show_description(self, data: DataDescription | None) -> None:
        """Show what is known without the examples.

        Arguments:
            data: the description of the dataset; None if it is not known.
        """
        show_text(self._title, short(data.title) if data is not None else "")
        show_text(self._summary, describe_examples(data) if data is not None else "")
        show_text(self._about, data.about if data is not None else "")

    def show_message(self, sentence: str, danger: bool = False) -> None:
        """Show a sentence in place of the examples.

        Arguments:
            sentence: why there are no examples.
            danger: True for an error.
        """
        self.preview = None
        show_text(self._facts, "")
        set_style_property(self._message, "danger", danger)
        set_style_property(self._message, "muted", not danger)
        self._message.setText(sentence)
        self._stack.setCurrentWidget(self._message)

    def show_preview(self, preview: DataPreview) -> None:
        """Show classes and examples.

        Arguments:
            preview: of the dataset whose description is shown.
        """
        self.preview = preview
        show_text(self._facts, preview.facts)
        show_text(self._limits, _describe_limits(preview))
        are_images = len(preview.description.example_shape) == 3
        colors = [class_color(index) for index in range(len(preview.classes))] if preview.points is not None else ()
        self._classes.setVisible(bool(preview.classes))
        self._classes.show_classes(preview.classes, colors)
        self._classes.setMaximumHeight(2**24 - 1 if are_images else self._classes.wanted_height())
        self._grid.setVisible(bool(preview.images))
        self._grid.set_images([GridImage(image, tooltip=f"example {n}") for n, image in enumerate(preview.images)])
        self._show_points(preview)
        self._table.setVisible(bool(preview.columns))
        self._fill_table(preview)
        self._stack.setCurrentWidget(self._content)

    def _show_points(self, preview: DataPreview) -> None:
        if preview.points is None or preview.labels is None:
            if self._plot is not None:
                self._plot.hide()
            return
        if self._plot is None:
            # A plot takes some milliseconds to create, and most data has no points.
            self._plot = PointPlot()
            self._content_layout.insertWidget(self._content_layout.indexOf(self._table), self._plot, 3)
        self._plot.show_points(preview.points, preview.labels, in_plane=preview.description.example_shape == (2,))
        self._plot.show()

    def _lay_out(self) -> None:
        self._content = QWidget()
        self._content_layout = content = QVBoxLayout(self._content)
        content.setContentsMargins(0, 0, 0, 0)
        content.setSpacing(GRID)
        for widget in (self._classes, self._grid, self._table):
            content.addWidget(widget, 3)
        content.addWidget(self._limits)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._message)
        self._stack.addWidget(self._content)
        # The examples take the room that the texts leave. Else the page would scroll below their wanted height.
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID + GRID // 2, 2 * GRID, GRID)
        layout.setSpacing(GRID // 2)
        for label in (self._title, self._summary, self._about, self._facts):
            layout.addWidget(label)
        layout.addSpacing(GRID)
        layout.addWidget(self._stack, 1)

    def _make_table(self) -> QTableWidget:
        table = QTableWidget()
        table.setObjectName("data_page_examples")
        table.setAccessibleName("The first examples")
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + GRID)
        return table

    def _fill_table(self, preview: DataPreview) -> None:
        table = self._table
        table.clear()
        table.setRowCount(len(preview.rows))
        table.setColumnCount(len(preview.columns))
        table.setHorizontalHeaderLabels(list(preview.columns))
        for row, texts in enumerate(preview.rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(short(text))
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                table.setItem(row, column, item)
        table.resizeColumnsToContents()


def _describe_limits(preview: DataPreview) -> str:
    """Say what is not shown because there is too much of it; return an empty text if everything relevant is shown."""
    data = preview.description
    if len(data.class_names) > len(preview.classes):
        return f"The first {MOST_CLASSES} of {describe_count(len(data.class_names), 'class')}."
    if preview.images and len(preview.images) == MOST_IMAGES:
        return f"The first {MOST_IMAGES} training examples."
    if preview.columns and len(preview.rows) == MOST_ROWS:
        return f"The first {MOST_ROWS} training examples."
    return ""
