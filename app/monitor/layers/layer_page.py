"""The page of one layer: how each of its quantities developed during the run."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.monitor.layers.heat import make_heat_map
from app.monitor.layers.heat_chart import HeatChart
from app.monitor.layers.judgement import USUAL_UPDATES
from app.monitor.layers.layer_columns import QUANTITIES, LayerRow
from app.monitor.layers.layer_delegate import quantity_color
from app.monitor.layers.layer_section import LayerSection
from app.monitor.layers.line_chart import Line, LineChart
from app.training.layer_history import LayerHistogram, LayerHistory, LayerScalar
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.learner.layer_stats import LayerStats

_NARROWEST_SECTION = 40 * GRID
_HEAT_ROWS = 64
_HEAT_COLUMNS = 256
_NO_PARAMETERS = "It has no trainable parameters, so there are no updates and gradients."
_TITLES: dict[LayerHistogram, str] = {"weights": "Weights", "gradients": "Gradients", "activations": "Activations"}


class LayerPage(QWidget):
    """Line plots and heat maps of one layer over the run, each with a paragraph that explains it.

    Signals:
        back_requested(): the user wants to see all layers again.
    """

    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_page")
        self._placed: list[tuple[LayerSection, int, int]] = []
        self._layer, self._history = "", LayerHistory()
        self.norm_chart, self.ratio_chart = LineChart(log=True), LineChart(log=True, marks=USUAL_UPDATES)
        self.units_chart, self.spread_chart = LineChart(shares=True), LineChart()
        self.heat_charts = {quantity: HeatChart() for quantity in QUANTITIES}
        self.sections = (
            LayerSection("gradient_norm", "Gradient norm", self.norm_chart),
            LayerSection("update_ratio", "Update / weight", self.ratio_chart),
            LayerSection("units", "Dead or saturated units", self.units_chart),
            LayerSection("spread", "Mean ± deviation", self.spread_chart),
            *(LayerSection(quantity, _TITLES[quantity], self.heat_charts[quantity]) for quantity in QUANTITIES),
        )
        self._lay_out()
        self.back_button.clicked.connect(self.back_requested)
        for section in self.sections:
            section.chart.cursor_moved.connect(self._on_cursor_moved)

    @property
    def layer(self) -> str:
        """Path of the layer that is shown."""
        return self._layer

    def show_layer(self, row: LayerRow, history: LayerHistory, moment: str) -> None:
        """Show everything that was measured in a layer.

        Arguments:
            row: the layer, with its newest measurement.
            history: the measurements of the run.
            moment: when it was measured, in words.
        """
        if (row.stats.layer, history) != (self._layer, self._history):
            self._layer, self._history = row.stats.layer, history
            self.scroll_area.verticalScrollBar().setValue(0)
        self._show_title(row, moment)
        self._show_lines(row.stats, history)
        for quantity, chart in self.heat_charts.items():
            series = history.histograms(self._layer, quantity)
            heat_map = make_heat_map(history.positions, series, _HEAT_ROWS, _HEAT_COLUMNS)
            chart.show_heat_map(heat_map, quantity_color(row, quantity))
        for section in self.sections:
            section.setVisible(bool(len(section.chart.positions)))
            section.show_values()
        self._place_sections()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_sections()

    def _lay_out(self) -> None:
        self.back_button = QPushButton("‹ All layers")
        self.back_button.setObjectName("layer_page_back")
        self.back_button.setAccessibleName("Back to all layers")
        self.back_button.setToolTip("Show all layers again (Esc)")
        self.title = make_label("layer_page_title", "", "heading")
        self.about = make_label("layer_page_about", "", "muted", ignores_width=True)
        header = QHBoxLayout()
        header.setSpacing(GRID)
        header.addWidget(self.back_button)
        header.addWidget(self.title)
        header.addWidget(self.about, 1)
        content = QWidget()
        self._grid = QGridLayout(content)
        self._grid.setContentsMargins(0, GRID, GRID, GRID)
        self._grid.setHorizontalSpacing(3 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self.scroll_area = QScrollArea()
        self.scroll_area.setObjectName("layer_page_scroll")
        self.scroll_area.setAccessibleName("History of the layer, to scroll")
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setWidget(content)
        for section in self.sections:
            section.setParent(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout(layout, header)
        layout.addWidget(self.scroll_area, 1)

    def _show_title(self, row: LayerRow, moment: str) -> None:
        name = short(row.stats.layer)
        self.title.setText(name)
        self.setAccessibleName(f"History of {name}")
        about = [row.facts.type_name, moment]
        if row.stats.update_ratio is None and row.stats.gradient_norm is None:
            about.append(_NO_PARAMETERS)
        self.about.setText(" · ".join(text for text in about if text))

    def _show_lines(self, stats: LayerStats, history: LayerHistory) -> None:
        positions = history.positions

        def line(scalar: LayerScalar, name: str = "", band: LayerScalar | None = None) -> list[Line]:
            """Return the line of a number, or none if the layer does not have it."""
            if getattr(stats, scalar) is None:
                return []
            width = history.series(stats.layer, band) if band is not None else None
            return [Line(name, history.series(stats.layer, scalar), width)]

        for chart, lines in (
            (self.norm_chart, line("gradient_norm")),
            (self.ratio_chart, line("update_ratio")),
            (self.units_chart, line("dead", "dead") + line("saturated", "saturated")),
            (self.spread_chart, line("activation_mean", band="activation_deviation")),
        ):
            chart.show_lines(positions if lines else positions[:0], lines)

    def _place_sections(self) -> None:
        """Place the visible sections in as many columns as fit."""
        shown = [section for section in self.sections if not section.isHidden()]
        columns = max(self.width() // _NARROWEST_SECTION, 1)
        wanted = [(section, number // columns, number % columns) for number, section in enumerate(shown)]
        if wanted == self._placed:
            return
        self._placed = wanted
        for section in self.sections:
            self._grid.removeWidget(section)
        for column in range(max(columns, self._grid.columnCount())):
            self._grid.setColumnStretch(column, int(column < columns))
        for section, row, column in wanted:
            self._grid.addWidget(section, row, column)

    @Slot(float)
    def _on_cursor_moved(self, position: float) -> None:
        """Let the cursors of all charts stand at the same time."""
        for section in self.sections:
            if section.chart is not self.sender():
                section.chart.set_cursor(position)
                section.show_values()
