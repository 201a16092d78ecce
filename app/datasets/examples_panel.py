"""The examples of a dataset in the views that fit it."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.datasets.all_panel import AllPanel
from app.datasets.class_table import ClassTable
from app.datasets.column_table import ColumnTable
from app.datasets.example_index import Example, ExampleIndex
from app.datasets.example_view import ExampleView
from app.datasets.point_plot import PointPlot
from app.datasets.preview import MOST_CLASSES, MOST_POINTS, DataDetails, DataPreview
from app.datasets.row_table import RowTable
from app.jobs import BackgroundRunner
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.labels import make_label, show_text
from app.widgets.plain_text import short
from app.widgets.theme.class_colors import class_color
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count

_MEAN_SIZE = 96
_MOST_LEGEND = 12 * GRID


class ExamplesPanel(QWidget):
    """Shows one of the views of a dataset, or one example of it.

    Arguments:
        runner: paints pictures.

    Attributes:
        view: the name of the view; the one to go back to while an example is shown large.

    Signals:
        view_changed(view): the user went to another view by a click in this one.
        example_shown(): `example` changed.
    """

    view_changed = Signal(str)
    example_shown = Signal()

    def __init__(self, runner: BackgroundRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_examples")
        self._preview: DataPreview | None = None
        self.view = ""
        self._classes, self._legend = ClassTable(), ClassTable("data_page_legend", "Classes")
        self._legend.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._all = AllPanel(runner)
        self._means = ImageGrid(image_size=_MEAN_SIZE)
        self._means.setObjectName("data_page_means")
        self._means.setAccessibleName("Mean images")
        self._means.set_placeholder("Computing the mean images …")
        self._columns, self._rows = ColumnTable(), RowTable()
        self._plot: PointPlot | None = None
        self._example = ExampleView()
        self._limits = make_label("data_page_limits", style_class="muted", wraps=True)
        self._lay_out()
        self._classes.opened.connect(self._on_class_opened)
        self._classes.example_opened.connect(self._on_class_example_opened)
        self._all.opened.connect(self._on_example_opened)
        self._means.picked.connect(self._on_mean_picked)
        self._example.closed.connect(self._on_example_closed)
        self._example.moved.connect(self.example_shown)

    @property
    def example(self) -> Example | None:
        """The example that is shown large; None if there is none."""
        return self._example.example if self._stack.currentWidget() is self._example else None

    @property
    def training_examples(self) -> ExampleIndex | None:
        """The training examples, if they are images."""
        preview = self._preview
        is_image = preview is not None and len(preview.description.example_shape) == 3
        return ExampleIndex(preview.splits, 0) if preview is not None and is_image else None

    def show_preview(self, preview: DataPreview | None) -> None:
        """Show other data. `show_view` must follow.

        Arguments:
            preview: the data; None for none.
        """
        self._preview = preview
        is_image = preview is not None and len(preview.description.example_shape) == 3
        self._example.show_example(None, -1)
        self._means.set_images([])
        self._columns.show_columns(())
        self._all.use(preview.splits if preview is not None and is_image else None, preview.index if preview else None)
        index = preview.index if preview is not None and not is_image else None
        self._rows.show_rows(index, preview.description if preview is not None else None)
        classes = preview.classes if preview is not None else ()
        has_points = preview is not None and preview.points is not None
        self._classes.show_classes(classes)
        self._legend.show_classes(classes, [class_color(label) for label in range(len(classes))])
        self._legend.setMaximumHeight(min(self._legend.wanted_height(), _MOST_LEGEND))
        self._legend.setVisible(has_points and bool(classes))
        if preview is not None and preview.points is not None and preview.labels is not None:
            self._make_plot().show_points(
                preview.points, preview.labels, preview.description.example_shape == (2,), preview.description
            )

    def show_details(self, details: DataDetails) -> None:
        """Show what was found in the data of the preview.

        Arguments:
            details: of the shown preview.
        """
        self._columns.show_columns(details.columns)
        self._means.set_images([GridImage(image, short(name), f"mean of {name}") for name, image in details.means])

    def show_view(self, view: str) -> None:
        """Show one of the views of the preview.

        Arguments:
            view: its name.
        """
        self.view = view
        self._stack.setCurrentWidget(self._pages[view])
        show_text(self._limits, self._describe_limits())

    def _lay_out(self) -> None:
        self._points = QWidget()
        points = QVBoxLayout(self._points)
        points.setContentsMargins(0, 0, 0, 0)
        points.setSpacing(GRID)
        points.addWidget(self._legend)
        self._pages: dict[str, QWidget] = {
            "class": self._classes,
            "all": self._all,
            "mean": self._means,
            "columns": self._columns,
            "rows": self._rows,
            "points": self._points,
        }
        self._stack = QStackedWidget()
        for page in (*self._pages.values(), self._example):
            self._stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._limits)

    def _make_plot(self) -> PointPlot:
        """Return the plot. It takes some milliseconds to make, and most data has no points."""
        layout = self._points.layout()
        if self._plot is None and isinstance(layout, QVBoxLayout):
            self._plot = PointPlot()
            layout.addWidget(self._plot, 1)
        assert self._plot is not None
        return self._plot

    def _describe_limits(self) -> str:
        """Say what is not shown because there is too much of it; return an empty text if nothing is left out."""
        preview = self._preview
        if preview is None:
            return ""
        classes = len(preview.description.class_names)
        if self.view == "class" and classes > len(preview.classes):
            return f"The first {MOST_CLASSES} of {describe_count(classes, 'class')}."
        if self.view == "points" and len(preview.splits.train) > MOST_POINTS:
            return f"The first {describe_count(MOST_POINTS, 'training example')}."
        return self._rows.limits if self.view == "rows" else ""

    def _open(self, index: ExampleIndex, position: int) -> None:
        self._example.show_example(index, position)
        self._stack.setCurrentWidget(self._example)
        show_text(self._limits, "")
        self._example.setFocus()
        self.example_shown.emit()

    @Slot(int)
    def _on_example_opened(self, position: int) -> None:
        if self._all.index is not None:
            self._open(self._all.index, position)

    @Slot(int)
    def _on_class_opened(self, label: int) -> None:
        if "all" in (self._preview.views if self._preview is not None else ()):
            self._all.show_class(label)
            self.show_view("all")
            self.view_changed.emit("all")
            self._all.grid.setFocus()

    @Slot(int, int)
    def _on_class_example_opened(self, label: int, number: int) -> None:
        if self._preview is not None:
            index = ExampleIndex(self._preview.splits, None, label)
            self._open(index, index.find(number))

    @Slot(int)
    def _on_mean_picked(self, place: int) -> None:
        """Show the examples of the class of a mean image, unless it is the mean of all examples."""
        if self._preview is not None and self._preview.classes:
            shown = [label for label, each in enumerate(self._preview.classes) if each.count]
            if place < len(shown):
                self._means.set_current(-1)
                self._on_class_opened(shown[place])

    @Slot(int)
    def _on_example_closed(self, position: int) -> None:
        self.show_view(self.view)
        if self.view == "all":
            self._all.grid.pick(position)
            self._all.grid.setFocus()
        else:
            self._pages[self.view].setFocus()
        self.example_shown.emit()
