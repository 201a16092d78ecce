"""The controls above the samples: a class, mistakes only, and a field for the number of a sample."""

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from app.inspector.layouts import make_row, with_names
from app.inspector.samples.sample_filter import ALL_CLASSES
from app.widgets.choice_box import ChoiceBox
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from app.widgets.undo_keys import DraftLineEdit
from tinyml.data import Dataset

_NUMBER_WIDTH = 6 * GRID
_LONGEST_NUMBER = 12
_SHORTEST_CLASS = 6


class SampleFilters(QWidget):
    """Lets the user choose which samples are listed, and go to one by its number.

    Signals:
        changed(): another class, or mistakes only.
        number_entered(text): the user wrote the number of a sample and pressed Enter.
    """

    changed = Signal()
    number_entered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._class = with_names(ChoiceBox(), "inspector_class_filter", "Show only the samples of one class")
        # Otherwise the row asks for more than the narrowest column has, and the layout cuts all three.
        self._class.setMinimumContentsLength(_SHORTEST_CLASS)
        self._mistakes = with_names(
            QPushButton("mistakes"), "inspector_mistakes_only", "Show only samples with a wrong prediction"
        )
        self._mistakes.setCheckable(True)
        self._mistakes.setProperty("segment", True)
        self._mistakes.setToolTip("Show only the samples whose prediction is wrong")
        self._number = with_names(DraftLineEdit(), "inspector_sample_number", "Go to the sample with this number")
        self._number.setPlaceholderText("#")
        self._number.setToolTip("The number of a sample, counted from 0: write it and press Enter")
        self._number.setMaxLength(_LONGEST_NUMBER)
        self._number.setMaximumWidth(_NUMBER_WIDTH)
        row = make_row(GRID // 2)
        row.addWidget(self._class, 1)
        row.addWidget(self._mistakes)
        row.addWidget(self._number)
        row.addStretch()
        self.setLayout(row)
        self._class.currentIndexChanged.connect(self.changed)
        self._mistakes.toggled.connect(self.changed)
        self._number.returnPressed.connect(self._on_return_pressed)

    @property
    def class_index(self) -> int:
        """The true class of the samples; `ALL_CLASSES` for all samples."""
        return int(self._class.currentData())

    @property
    def mistakes_only(self) -> bool:
        """True for samples with a wrong prediction only."""
        return self._mistakes.isChecked()

    def use(self, samples: Dataset | None) -> None:
        """Offer the classes of other samples, without a signal.

        Arguments:
            samples: the samples; None until they are loaded.
        """
        has_classes = samples is None or samples.description.has_classes
        with QSignalBlocker(self._class), QSignalBlocker(self._mistakes):
            self._class.clear()
            self._class.addItem("all classes", ALL_CLASSES)
            for index, name in enumerate(samples.description.class_names if samples is not None else ()):
                self._class.addItem(short(name), index)
            if not has_classes:
                self._mistakes.setChecked(False)
        self._class.setVisible(has_classes)
        self._mistakes.setVisible(has_classes)
        self._number.clear()

    @Slot(str)
    def start_number(self, text: str) -> None:
        """Begin to write a number, because the user typed a digit in the list of samples.

        Arguments:
            text: what was typed. If it is no digit, nothing happens.
        """
        if text.isdecimal() or text == "#":
            self._number.setFocus()
            self._number.setText(text)

    @Slot()
    def _on_return_pressed(self) -> None:
        self.number_entered.emit(self._number.text())
        self._number.selectAll()
