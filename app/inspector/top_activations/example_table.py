"""The strongest examples of a map or unit as rows, for data that are no images."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from app.formatting import format_count, format_value
from app.inspector.part_computation import PartResult
from app.widgets.plain_text import short, tool_tip

MOST_COLUMNS = 8
"""More numbers of an example are not listed."""


class ExampleTable(QTableWidget):
    """A row for each of the strongest examples: index, class, activation and its first numbers.

    Signals:
        chosen(rank): the user clicked a row, or pressed Enter in it; 0 is the strongest example.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector_top_rows")
        self.setAccessibleName("Strongest examples")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.setFixedHeight(
            self.horizontalHeader().sizeHint().height() + 5 * self.verticalHeader().defaultSectionSize()
        )
        self.cellClicked.connect(self._on_cell_clicked)
        self.activated.connect(self._on_activated)

    def show_examples(self, result: PartResult, map_index: int) -> None:
        """Show the strongest examples of a map.

        Arguments:
            result: what was found.
            map_index: index of the map or unit.
        """
        samples, found = result.samples, result.value
        examples = found.examples[map_index].tolist()
        description = samples.description
        names = description.input_names[:MOST_COLUMNS]
        numbers = samples.unscaled_examples(found.examples[map_index]).reshape(len(examples), -1)[:, :MOST_COLUMNS]
        columns = names or [f"input {number + 1}" for number in range(numbers.shape[1])]
        header = ["example", *(["class"] if description.has_classes else []), "activation", *columns]
        self.setColumnCount(len(header))
        self.setHorizontalHeaderLabels([short(name, 24) for name in header])
        self.setRowCount(len(examples))
        for row, example in enumerate(examples):
            label = [short(description.class_names[samples.labels[example]])] if description.has_classes else []
            values = [found.activations[map_index, row], *numbers[row]]
            texts = [format_count(example), *label, *(format_value(float(value)) for value in values)]
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(tool_tip(f"{header[column]}: {text}"))
                self.setItem(row, column, item)
        self.resizeColumnsToContents()

    @Slot(int, int)
    def _on_cell_clicked(self, row: int, _column: int) -> None:
        self.chosen.emit(row)

    @Slot()
    def _on_activated(self) -> None:
        self.chosen.emit(self.currentRow())
