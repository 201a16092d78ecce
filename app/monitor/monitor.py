"""The monitor: the live curves of a run, and its summary beside them."""

from functools import partial
from math import isfinite, log
from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.monitor.curve_plot import CurvePlot
from app.monitor.export import CurveTable, paint_widgets, save_picture
from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS
from app.monitor.run_summary import RunSummary
from app.training import Session, SessionState
from app.training.curves import RunCurves
from app.widgets.labels import make_label
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_NUMBERS_MS = 200
"""Milliseconds between two refreshes of the numbers; faster changes cannot be read."""
_BEST_SHAPE = 1.2
"""Width of a plot divided by its height, if there is room to choose."""
_NARROWEST_PLOT = 48 * GRID
"""Width of a plot below which its legend has no room beside its options, in pixels."""
_LOWEST_PLOT = 20 * GRID
"""Height of a plot below which two of them do not fit below each other, in pixels."""
_EMPTY = "No run yet. Press Train (F5). Loss and accuracy appear here while the network learns."
_STOP_LABELS = {
    SessionState.PAUSED: "paused",
    SessionState.STOPPED: "stopped",
    SessionState.FAILED: "failed",
}
"""Text of the line that marks where a run is paused or has ended."""
_FILE_KINDS = {"csv": "Curves as a table", "png": "Curves as a picture"}


class Monitor(QWidget):
    """Loss and accuracy of a run, or R² if its targets are numbers, during the run and after it.

    The plots and the numbers are refreshed in turn (`PacedRefresh`), and not while they are hidden. No report is lost
    then.

    Arguments:
        session: the training session. It reports the run that is shown.

    Attributes:
        loss_plot: the plot of the loss.
        accuracy_plot: the plot of the accuracy or of R².
        summary: the numbers; the page places it beside the curves.
        export_row: the button for exports; the page places it beside the curves.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitor")
        self.setAccessibleName("Training curves")
        self._session = session
        self.loss_plot = CurvePlot("loss", LOSS_DISPLAY)
        self.accuracy_plot = CurvePlot("accuracy", METRIC_DISPLAYS["accuracy"], log_choice=False)
        self.summary = RunSummary(self)
        self.summary.hide()  # until the page has placed it
        self._export_button = QPushButton("Export…")
        self._export_report = make_label("monitor_export_report", wraps=True)
        self._background = BackgroundRunner()
        self._export_job = LatestJob(self._background, self)
        self._paces = (
            PacedRefresh(self, _NUMBERS_MS),
            PacedRefresh(self.loss_plot),
            PacedRefresh(self.accuracy_plot),
        )
        self.export_row = self._make_export_row()
        self._lay_out()
        self._connect()

    @property
    def curves(self) -> RunCurves:
        """Everything that the shown run has reported."""
        return self._session.run.curves

    @property
    def empty(self) -> bool:
        """True before the first run, while there are no curves."""
        return self._stack.currentIndex() == 0

    @property
    def newest_text(self) -> str:
        """The newest loss and metric, smoothed as in the legends; empty before the first batch."""
        loss, metric = self.curves.loss.newest_training, self.curves.measured.newest_training
        if loss is None:
            return ""
        text = f"loss {LOSS_DISPLAY.write(loss)}"
        if metric is not None and isfinite(metric):
            display = METRIC_DISPLAYS[self.curves.metric]
            text += f" · {display.title.replace('Accuracy', 'accuracy')} {display.write(metric)}"
        return text

    @Slot()
    def export(self) -> None:
        """Ask for a file, and save the curves in it as a table or as a picture."""
        path = ask_where_to_save(self, "Export curves", Path("curves.csv"), _FILE_KINDS)
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Save the curves to `path` in the background: as a picture if it ends in .png, else as a table."""
        self._report("Saving…")
        if path.suffix.lower() == ".png":
            self.refresh()
            areas = self.loss_plot.area, self.accuracy_plot.area
            for area in areas:
                area.set_saving_picture(True)
            image = paint_widgets([self.loss_plot, self.accuracy_plot])
            for area in areas:
                area.set_saving_picture(False)
            self._export_job.start(partial(save_picture, image, path))
        else:
            self._export_job.start(partial(CurveTable(self.curves).save, path))

    def shutdown(self) -> None:
        """Wait until a running export is written. The window calls it when it closes."""
        self._background.shutdown(LONGEST_SAVE)

    @Slot()
    def refresh(self) -> None:
        """Show everything that was reported, without waiting for a turn."""
        for pace in self._paces:
            pace.refresh()

    @Slot()
    def _show_numbers(self) -> None:
        self._stack.setCurrentIndex(0 if self.curves.empty and not self._session.state.active else 1)
        self._export_button.setEnabled(not self.empty)
        self.summary.show_run(self.curves, self._session)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_plots()

    def _place_plots(self) -> None:
        """Put the plots side by side, or one below the other if that is nearer to the best shape of a plot."""
        width, height = max(self.width(), 1), max(self.height(), 1)
        beside, below = abs(log(width / 2 / height / _BEST_SHAPE)), abs(log(2 * width / height / _BEST_SHAPE))
        narrow = width < 2 * _NARROWEST_PLOT + 4 * GRID
        stacked = narrow or (below < beside and height >= 2 * _LOWEST_PLOT)
        self._splitter.setOrientation(Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)

    def _lay_out(self) -> None:
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._make_empty_page())
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("monitor_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * GRID)
        for index, plot in enumerate((self.loss_plot, self.accuracy_plot)):
            self._splitter.addWidget(plot)
            self._splitter.setStretchFactor(index, 1)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        layout.addWidget(self._splitter)
        self._stack.addWidget(page)

    def _make_empty_page(self) -> QWidget:
        label = make_label("monitor_empty", _EMPTY, "muted", wraps=True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setMargin(2 * GRID)
        return label

    def _make_export_row(self) -> QWidget:
        self._export_button.setObjectName("monitor_export")
        self._export_button.setToolTip("Save the curves as a table (CSV) or as a picture (PNG)")
        self._export_button.setEnabled(False)
        self._export_report.hide()
        row = QWidget(self)
        row.hide()  # until the page has placed it
        layout = QVBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._export_report)
        layout.addWidget(self._export_button, 0, Qt.AlignmentFlag.AlignLeft)
        return row

    def _connect(self) -> None:
        for pace, show in zip(
            self._paces, (self._show_numbers, self.loss_plot.redraw, self.accuracy_plot.redraw), strict=True
        ):
            pace.due.connect(show)
        self._export_button.clicked.connect(self.export)
        self._export_job.returned.connect(self._on_export_returned)
        self._export_job.failed.connect(self._on_export_failed)
        self._session.started.connect(self._show_run)
        self._session.batches_finished.connect(self._schedule)
        self._session.epochs_finished.connect(self._schedule)
        self._session.state_changed.connect(self._show_state)
        self._session.continued.connect(self._show_run)
        self._session.run_changed.connect(self._on_run_changed)
        export_action = QAction("Export curves…", self)
        export_action.setObjectName("action_export_curves")
        export_action.triggered.connect(self.export)
        for plot in (self.loss_plot, self.accuracy_plot):
            plot.addAction(export_action)

    @Slot()
    def _schedule(self) -> None:
        for pace in self._paces:
            pace.request()

    def _report(self, text: str, danger: bool = False) -> None:
        label = self._export_report
        set_style_property(label, "danger", danger)
        set_style_property(label, "muted", not danger)
        label.setText(text)
        label.show()

    @Slot()
    def _on_run_changed(self) -> None:
        self._show_run()
        self._show_state()

    @Slot()
    def _show_run(self) -> None:
        curves = self.curves
        self._export_report.hide()
        self.accuracy_plot.show_metric(curves.metric, METRIC_DISPLAYS[curves.metric])
        for plot in (self.loss_plot, self.accuracy_plot):
            plot.set_stop_marker(None)
            plot.set_curves(curves)
        self._schedule()

    @Slot()
    def _show_state(self) -> None:
        label = _STOP_LABELS.get(self._session.state, "")
        failed = self._session.state is SessionState.FAILED
        if self.curves.empty and not failed:
            label = ""
        for plot in (self.loss_plot, self.accuracy_plot):
            plot.set_stop_marker(self.curves.position if label else None, label, serious=failed)
        self._schedule()

    @Slot(object)
    def _on_export_returned(self, path: Path) -> None:
        self._report(f"Saved {path.name}.")

    @Slot(str)
    def _on_export_failed(self, sentence: str) -> None:
        self._report(sentence, danger=True)
