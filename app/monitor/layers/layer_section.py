"""One section of the page of a layer: a title, the values at the cursor, a chart, and a paragraph that explains it."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.monitor.layers.explanations import EXPLANATIONS
from app.monitor.layers.time_chart import TimeChart
from app.widgets.labels import make_label, make_paragraph
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID


class LayerSection(QWidget):
    """A chart with its title, its values and its explanation.

    Arguments:
        name: key of its explanation, such as "gradient_norm".
        title: what is shown.
        chart: the chart.

    Attributes:
        name: the same.
        chart: the same.
        values: the label with the values at the cursor, or else the newest ones.
    """

    def __init__(self, name: str, title: str, chart: TimeChart) -> None:
        super().__init__()
        self.name, self.chart = name, chart
        self.setObjectName(f"layer_section_{name}")
        heading = make_label(f"layer_section_{name}_title", title, "heading")
        heading.setMinimumWidth(heading.sizeHint().width())
        self.values: QLabel = make_label(f"layer_section_{name}_values", "", "muted", ignores_width=True)
        self.values.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        chart.setObjectName(f"layer_chart_{name}")
        chart.setAccessibleName(f"{title} over the epochs. The arrow keys move the cursor.")
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(heading)
        header.addWidget(self.values, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, GRID)
        layout.setSpacing(GRID // 2)
        add_layout(layout, header)
        layout.addWidget(chart)
        layout.addWidget(make_paragraph(f"layer_section_{name}_text", EXPLANATIONS[name], "muted"))
        layout.addStretch(1)
        chart.cursor_moved.connect(self.show_values)

    @Slot()
    def show_values(self) -> None:
        """Show the values at the cursor, or else the newest ones."""
        self.values.setText(self.chart.reading)
