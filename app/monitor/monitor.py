"""The monitor: the live curves of a run, and its summary beside them."""

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS
from app.monitor.overlays import Overlay
from app.monitor.plot_group import PlotGroup
from app.monitor.run_summary import RunSummary
from app.training import Session, SessionState
from app.training.curves import RunCurves
from app.widgets.labels import make_label
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.theme.theme import GRID

_NUMBERS_MS = 200
"""Milliseconds between two refreshes of the numbers; faster changes cannot be read."""
_EMPTY = "No run yet. Press Train (F5). Loss and accuracy appear here while the network learns."
_EMPTY_WITH_KEPT = "No run is shown. Choose one in the list of runs, or press Train (F5)."
_STOP_LABELS = {
    SessionState.PAUSED: "paused",
    SessionState.STOPPED: "stopped",
    SessionState.FAILED: "failed",
}
"""Text of the line that marks where a run is paused or has ended."""


class Monitor(QWidget):
    """Loss and accuracy of a run, or R² if its targets are numbers, during the run and after it.

    The plots and the numbers are refreshed in turn (`PacedRefresh`), and not while they are hidden. No report is lost
    then.

    Arguments:
        session: the training session. It reports the run that is shown.

    Attributes:
        plots: the plots with their tools.
        loss_plot: the plot of the loss.
        accuracy_plot: the plot of the accuracy or of R².
        summary: the numbers; the page places it beside the curves.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("monitor")
        self.setAccessibleName("Training curves")
        self._session = session
        self.plots = PlotGroup()
        self.loss_plot, self.accuracy_plot = self.plots.loss_plot, self.plots.accuracy_plot
        self.summary = RunSummary(self)
        self.summary.hide()  # until the page has placed it
        self._hint = make_label("monitor_empty", _EMPTY, "muted", wraps=True)
        self._has_overlays = self._has_kept = False
        self._paces = (
            PacedRefresh(self, _NUMBERS_MS),
            *(PacedRefresh(plot) for plot in self.plots.plots),
        )
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

    def set_overlays(self, overlays: Sequence[tuple[str, int, RunCurves]]) -> None:
        """Draw other runs beside the shown one, thin and with symbols.

        Arguments:
            overlays: name, number of the colour, and curves of each run.
        """
        self.plots.set_color(self._session.run.color)
        self.plots.set_overlays([Overlay(*overlay) for overlay in overlays])
        self._has_overlays = bool(overlays)
        self._schedule()

    @Slot()
    def offer_kept_runs(self) -> None:
        """Say, while nothing is shown, that there are runs to choose from."""
        self._has_kept = True
        self._schedule()

    def shutdown(self) -> None:
        """Wait until a running export is written. The window calls it when it closes."""
        self.plots.shutdown()

    @Slot()
    def refresh(self) -> None:
        """Show everything that was reported, without waiting for a turn."""
        for pace in self._paces:
            pace.refresh()

    @Slot()
    def _show_numbers(self) -> None:
        nothing = self.curves.empty and not self._session.state.active and not self._has_overlays
        self._stack.setCurrentIndex(0 if nothing else 1)
        if nothing:
            self._hint.setText(self._describe_nothing())
        self.plots.update_tools(self.empty)
        self.plots.set_color(self._session.run.color)
        for plot in self.plots.plots:
            plot.set_changes(self._session.run.changes)
        self.summary.show_run(self.curves, self._session)

    def _lay_out(self) -> None:
        self._stack = QStackedLayout(self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setMargin(2 * GRID)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self.plots)

    def _describe_nothing(self) -> str:
        """Return sentences that say why there are no curves, and how to get some."""
        run = self._session.run
        if run.state is SessionState.FAILED:
            return f"{run.name} failed before its first batch. {run.message}"
        return _EMPTY_WITH_KEPT if self._has_kept else _EMPTY

    def _connect(self) -> None:
        shows = (self._show_numbers, *(plot.redraw for plot in self.plots.plots))
        for pace, show in zip(self._paces, shows, strict=True):
            pace.due.connect(show)
        self.plots.refresh_wanted.connect(self.refresh)
        self._session.started.connect(self._show_run)
        self._session.batches_finished.connect(self._schedule)
        self._session.epochs_finished.connect(self._schedule)
        self._session.state_changed.connect(self._show_state)
        self._session.continued.connect(self._show_run)
        self._session.run_changed.connect(self._on_run_changed)

    @Slot()
    def _schedule(self) -> None:
        for pace in self._paces:
            pace.request()

    @Slot()
    def _on_run_changed(self) -> None:
        self._show_run()
        self._show_state()

    @Slot()
    def _show_run(self) -> None:
        curves = self.curves
        self.plots.set_curves(curves)
        self._schedule()

    @Slot()
    def _show_state(self) -> None:
        label = _STOP_LABELS.get(self._session.state, "")
        failed = self._session.state is SessionState.FAILED
        if self.curves.empty and not failed:
            label = ""
        for plot in self.plots.plots:
            plot.set_stop_marker(self.curves.position if label else None, label, serious=failed)
        self.summary.show_run(self.curves, self._session)  # a word must not wait for the turn of a plot
        self._schedule()
