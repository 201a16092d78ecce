"""What differs between the selected runs: a heading with their names, and the table."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.monitor.runs.differences_table import DifferencesTable
from app.runs import RunRecord
from app.training.differences import find_differences
from app.widgets.labels import make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import describe_count

MOST_COMPARED = 6
"""So many runs have a column in the table."""


class Comparison(QWidget):
    """The differences between some runs.

    Attributes:
        table: a column for each run.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs_comparison")
        self.table = DifferencesTable()
        self._names = make_label("runs_compared", style_class="muted", ignores_width=True)
        self._same = make_label("runs_same", style_class="muted", wraps=True)
        heading = QHBoxLayout()
        heading.setSpacing(GRID)
        heading.addWidget(make_label("runs_differences_heading", "Differences", "heading"))
        heading.addWidget(self._names, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        add_layout(layout, heading)
        layout.addWidget(self._same)
        layout.addWidget(self.table)

    def compare(self, records: Sequence[RunRecord]) -> None:
        """Show what differs between some runs.

        Arguments:
            records: of the runs, from left to right. Those after the first six are left out, and the heading says so;
                one alone differs from nothing.
        """
        count, records = len(records), records[:MOST_COMPARED]
        found = find_differences([record.project for record in records])
        # Two columns need no colours above them, and more names have no room beside the heading.
        names = " · ".join(short(record.name) for record in records)
        counted = describe_count(count, "run") if count == len(records) else f"{len(records)} of {count} selected runs"
        self._names.setText(names if count < 3 else counted)
        self.table.show_differences([(record.name, record.color) for record in records], found)
        self.table.setVisible(bool(found))
        show_text(self._same, "" if found else "Network, data and settings are the same.")
        self.setVisible(len(records) > 1)
