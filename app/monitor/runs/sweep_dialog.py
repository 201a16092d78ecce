"""The dialog of a sweep: what varies, its values, and the results as one table and one plot."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.document import Document
from app.formatting import UNKNOWN, format_list
from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS, MetricDisplay
from app.monitor.runs.run_swatch import color_icon
from app.monitor.runs.sweep_plot import SweepPlot
from app.runs.sweep import SweepSetting, parse_values, sweep_settings
from app.runs.sweep_runner import SweepRow, SweepRunner
from app.training import Session
from app.widgets.labels import make_label
from app.widgets.layouts import add_layout
from app.widgets.plain_text import short, tool_tip
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import TinymlError, describe_count

_COLUMNS = ("value", "run", "state", "loss", "validation loss", "metric", "test")
_NAME = _COLUMNS.index("run")
_HINT = "A list such as “0.01, 0.1, 1”, or a range: “1 to 5”, “8 to 64 by 8”, “0.001 to 1 times 10”."


class SweepDialog(QDialog):
    """Starts and stops sweeps, and shows their results. The window stays usable while it is open.

    A sweep continues when the dialog is closed, which shows it again when it is opened again.

    Arguments:
        document: its project is varied; it does not change.
        session: trains the runs.
        parent: the parent widget.

    Attributes:
        runner: runs the sweep.
    """

    def __init__(self, document: Document, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sweep_dialog")
        self.setWindowTitle("Sweep")
        self._document, self._session = document, session
        self.runner = SweepRunner(session, document, self)
        self._settings: tuple[SweepSetting, ...] = ()
        self._setting, self._values = QComboBox(), QLineEdit()
        self._hint = make_label("sweep_hint", _HINT, "muted", wraps=True)
        self._start, self._stop, self._close = QPushButton("Start"), QPushButton("Stop"), QPushButton("Close")
        self._progress = make_label("sweep_progress", style_class="muted", wraps=True)
        self._table, self._plot = QTableWidget(), SweepPlot()
        self._name_widgets()
        self._lay_out()
        self._refresh = VisibleRefresh(self, before_window=False)
        self._refresh.due.connect(self._on_due)
        for signal in (self.runner.changed, session.state_changed, document.changed):
            signal.connect(self._refresh.request)
        self._setting.currentIndexChanged.connect(self._on_setting_changed)
        self._values.textChanged.connect(self._check)
        self._start.clicked.connect(self._on_start_clicked)
        self._stop.clicked.connect(self.runner.stop)
        self._close.clicked.connect(self.close)
        self._refresh.request()

    @property
    def texts(self) -> list[list[str]]:
        """The texts of the table."""
        columns = range(self._table.columnCount())
        rows = range(self._table.rowCount())
        return [[item.text() if (item := self._table.item(row, column)) else "" for column in columns] for row in rows]

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._values.setFocus()

    def _name_widgets(self) -> None:
        names = {
            "sweep_setting": (self._setting, "What varies"),
            "sweep_values": (self._values, "Values"),
            "sweep_start": (self._start, "Start the sweep"),
            "sweep_stop": (self._stop, "Stop the sweep"),
            "sweep_close": (self._close, "Close"),
            "sweep_table": (self._table, "Results of the sweep"),
        }
        for name, (widget, spoken) in names.items():
            widget.setObjectName(name)
            widget.setAccessibleName(spoken)
        self._start.setProperty("primary", True)
        self._start.setDefault(True)
        for button in (self._stop, self._close):
            button.setAutoDefault(False)
        self._table.setFrameShape(QFrame.Shape.NoFrame)
        self._table.setProperty("roomy", True)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setShowGrid(False)
        self._table.verticalHeader().hide()
        self._table.setColumnCount(len(_COLUMNS))
        self._table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("Setting", self._setting)
        form.addRow("Values", self._values)
        buttons = QHBoxLayout()
        buttons.addWidget(self._progress, 1)
        for button in (self._start, self._stop, self._close):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        add_layout(layout, form)
        layout.addWidget(self._hint)
        layout.addWidget(self._table, 1)
        layout.addWidget(self._plot, 1)
        add_layout(layout, buttons)
        self.resize(100 * GRID, 75 * GRID)

    def _chosen(self) -> SweepSetting | None:
        index = self._setting.currentIndex()
        return self._settings[index] if 0 <= index < len(self._settings) else None

    @Slot()
    def _on_due(self) -> None:
        settings = sweep_settings(self._document.project)
        if [setting.title for setting in settings] != [setting.title for setting in self._settings]:
            before = self._setting.currentText()
            self._setting.blockSignals(True)
            self._setting.clear()
            self._setting.addItems([setting.title for setting in settings])
            self._setting.setCurrentIndex(max(self._setting.findText(before), 0))
            self._setting.blockSignals(False)
            self._settings = settings
            if not self._values.text() or self._setting.currentText() != before:
                self._on_setting_changed()
        self._show_results()
        self._check()

    @Slot()
    def _on_setting_changed(self) -> None:
        setting = self._chosen()
        if setting is not None:
            self._values.setText(setting.example)

    @Slot()
    def _check(self) -> None:
        """Say which runs the sweep has, or what is wrong with the values."""
        setting, runner = self._chosen(), self.runner
        problem = ""
        try:
            values = parse_values(self._values.text(), setting.whole if setting is not None else True)
        except TinymlError as error:
            problem, values = str(error), ()
        words = f"{describe_count(len(values), 'run')}: {format_list([f'{value:g}' for value in values])}. {_HINT}"
        self._show_hint(problem or words, bool(problem))
        active = self._session.state.active
        self._start.setEnabled(not problem and not active and not runner.running)
        self._start.setToolTip("Stop the active run first" if active and not runner.running else "")
        self._stop.setEnabled(runner.running)
        for widget in (self._setting, self._values):
            widget.setEnabled(not runner.running)

    def _show_hint(self, text: str, wrong: bool) -> None:
        set_style_property(self._hint, "danger", wrong)
        set_style_property(self._hint, "muted", not wrong)
        self._hint.setText(text)

    @Slot()
    def _on_start_clicked(self) -> None:
        setting = self._chosen()
        if setting is None:
            return
        try:
            self.runner.start(setting, self._values.text())
        except TinymlError as error:
            self._show_hint(str(error), wrong=True)

    def _show_results(self) -> None:
        runner = self.runner
        known = next((row.record for row in runner.rows if row.record is not None), None)
        classes = known is None or known.description.has_classes
        display = METRIC_DISPLAYS["accuracy" if classes else "r_squared"]
        title = runner.setting.title if runner.setting is not None else "value"
        self._table.setHorizontalHeaderLabels([title, *_COLUMNS[1:-2], display.title, display.test_title])
        self._table.setRowCount(len(runner.rows))
        for place, row in enumerate(runner.rows):
            for column, text in enumerate(_cells(row, display)):
                item = QTableWidgetItem(text)
                if column == _NAME and row.record is not None:
                    item.setIcon(color_icon(row.record.color))
                    item.setToolTip(tool_tip(row.record.name))
                self._table.setItem(place, column, item)
        points = [
            (row.value, row.record.measure, row.record.color)
            for row in runner.rows
            if row.record is not None and row.record.measure is not None and not row.record.results.diverged
        ]
        self._plot.show_points(points, title, display.title)
        done = f"{runner.finished_runs} of {describe_count(len(runner.rows), 'run')} ended." if runner.rows else ""
        self._progress.setText(f"{done} {runner.sentence}".strip())


def _cells(row: SweepRow, display: MetricDisplay) -> tuple[str, ...]:
    """Return the texts of one row of the table."""
    record = row.record
    if record is None:
        return (f"{row.value:g}", UNKNOWN, "waits", *[UNKNOWN] * 4)
    results = record.results
    tested = results.test_accuracy if record.description.has_classes else results.test_r_squared
    state = "diverged" if results.diverged else record.state
    return (
        f"{row.value:g}",
        short(record.name, 16),
        state,
        LOSS_DISPLAY.write(results.training_loss),
        LOSS_DISPLAY.write(results.validation_loss),
        display.write(results.training_metric if results.validation_metric is None else results.validation_metric),
        display.write(tested),
    )
