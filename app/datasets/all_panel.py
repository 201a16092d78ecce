"""All examples that are images, with filters by part and class."""

from PySide6.QtCore import QSignalBlocker, QSize, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.datasets.example_grid import ExampleGrid
from app.datasets.example_index import PART_NAMES, ExampleIndex
from app.jobs import BackgroundRunner
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count
from tinyml.data import Splits

_ALL_PARTS, _ALL_CLASSES = "all parts", "all classes"


class AllPanel(QWidget):
    """A grid of all examples, and the choice of some of them.

    Arguments:
        runner: paints the pictures.

    Signals:
        opened(position): the user wants to see an example of `index` large.
    """

    opened = Signal(int)

    def __init__(self, runner: BackgroundRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_page_all_panel")
        self._splits: Splits | None = None
        self._everything: ExampleIndex | None = None
        self.index: ExampleIndex | None = None
        self._part, self._class = ChoiceBox(), ChoiceBox()
        self._part.setObjectName("data_page_part_filter")
        self._part.setAccessibleName("Show the examples of one part")
        self._class.setObjectName("data_page_class_filter")
        self._class.setAccessibleName("Show the examples of one class")
        self._count = make_label("data_page_all_count", style_class="muted", ignores_width=True)
        self.grid = ExampleGrid(runner)
        self.grid.opened.connect(self.opened)
        for box in (self._part, self._class):
            box.currentIndexChanged.connect(self._on_filter_changed)
        filters = QHBoxLayout()
        filters.setSpacing(GRID)
        filters.addWidget(self._part)
        filters.addWidget(self._class)
        filters.addWidget(self._count, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        add_layout(layout, filters)
        layout.addWidget(self.grid, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * GRID, 14 * GRID)

    def use(self, splits: Splits | None, everything: ExampleIndex | None) -> None:
        """Show other data.

        Arguments:
            splits: the parts; None for none.
            everything: the list of all their examples.
        """
        self._splits, self._everything = splits, everything
        names = splits.train.description.class_names if splits is not None else ()
        with QSignalBlocker(self._part), QSignalBlocker(self._class):
            self._part.clear()
            self._part.addItem(_ALL_PARTS, None)
            for number, name in enumerate(PART_NAMES):
                if splits is not None and len(splits[number]):
                    self._part.addItem(name, number)
            self._class.clear()
            self._class.addItem(_ALL_CLASSES, None)
            for label, name in enumerate(names):
                self._class.addItem(short(name), label)
        self._class.setVisible(bool(names))
        self._show()

    def show_class(self, label: int) -> None:
        """Show the examples of one class in all parts.

        Arguments:
            label: the class.
        """
        with QSignalBlocker(self._part):
            self._part.setCurrentIndex(0)
        place = self._class.findData(label)
        if place != self._class.currentIndex():
            self._class.setCurrentIndex(place)
        else:
            self._show()

    def _show(self) -> None:
        if self._splits is None:
            self.index = None
            self.grid.show_examples(None, QSize(1, 1))
            return
        height, width = self._splits.train.description.example_shape[-2:]
        part, label = self._part.currentData(), self._class.currentData()
        everything = self._everything if part is None and label is None else None
        self.index = everything or ExampleIndex(self._splits, part, label)
        self._count.setText(describe_count(len(self.index), "example"))
        self.grid.show_examples(self.index, QSize(width, height))

    @Slot()
    def _on_filter_changed(self) -> None:
        self._show()
