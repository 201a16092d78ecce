"""The plots of the Train page with their tools. They share positions, cursor and options."""

import math
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.jobs import LONGEST_SAVE, BackgroundRunner, LatestJob
from app.monitor.curve_plot import CurvePlot
from app.monitor.export import CurveTable, save_drawing, save_picture
from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS, RATE_DISPLAY
from app.monitor.overlays import Overlay
from app.monitor.positions import UNITS
from app.monitor.tool_row import ToolRow
from app.training.curves import RunCurves
from app.widgets.labels import make_label
from app.widgets.picture_export import PICTURE_SCALE, draw_widgets, paint_widgets
from app.widgets.save_dialog import ask_where_to_save
from app.widgets.theme.style_properties import set_style_property
from app.widgets.theme.theme import GRID

_BEST_SHAPE = 1.2
"""Width of a plot divided by its height, if there is room to choose."""
_NARROWEST_PLOT = 22 * GRID
"""Width of a plot below which two of them do not fit side by side, in pixels."""
_LOWEST_PLOT = 20 * GRID
"""Height of a plot below which two of them do not fit below each other, in pixels."""
_RATE_HEIGHT = 14 * GRID
_SHARE = re.compile(r"0\.\d{3}")
"""A saved share of the room."""
_SMOOTHED_AT_ONCE = 1 << 16
"""So many batches are smoothed between two events, in about ten milliseconds."""
_FILE_KINDS = {"csv": "Curves as a table", "png": "Curves as a picture", "svg": "Curves as a drawing"}


class PlotGroup(QWidget):
    """The loss and the metric beside or above each other, and the learning rate below them.

    The learning rate is shown if it changes in the run, or if the user wants to see it.

    Arguments:
        parent: the parent widget.

    Attributes:
        tools: the row of tools above the plots.
        loss_plot, accuracy_plot, rate_plot: the plots.

    Signals:
        refresh_wanted(): a picture of the plots is about to be painted, so they must be up to date.
    """

    refresh_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("plot_group")
        self.tools = ToolRow()
        self.loss_plot = CurvePlot("loss", LOSS_DISPLAY)
        self.accuracy_plot = CurvePlot("accuracy", METRIC_DISPLAYS["accuracy"])
        self.rate_plot = CurvePlot("learning_rate", RATE_DISPLAY)
        self.plots = (self.loss_plot, self.accuracy_plot, self.rate_plot)
        self._curves = RunCurves()
        self._overlays: tuple[Overlay, ...] = ()
        self._rate_wanted: bool | None = None
        self._loss_share = 0.5
        self._report_label = make_label("monitor_export_report", wraps=True)
        self._smooth_timer = QTimer(self, singleShot=True, interval=0)
        self._smooth_timer.timeout.connect(self._smooth_some)
        self._background = BackgroundRunner()
        self._export_job = LatestJob(self._background, self)
        self._lay_out()
        self._connect()
        self._add_actions()

    def set_curves(self, curves: RunCurves) -> None:
        """Show another run (`curves`) from its beginning, and follow it."""
        self._curves = curves
        self._rate_wanted = None
        self._report_label.hide()
        self._smooth()
        self.accuracy_plot.show_metric(curves.metric, METRIC_DISPLAYS[curves.metric])
        for plot in self.plots:
            plot.set_stop_marker(None)
            plot.set_changes(())
            plot.set_curves(curves)
        self.tools.follow_button.setChecked(True)

    def set_overlays(self, overlays: Sequence[Overlay]) -> None:
        """Draw other runs (`overlays`) over the shown one."""
        if tuple(overlays) == self._overlays:
            return
        self._overlays = tuple(overlays)
        self._smooth()
        for plot in self.plots:
            plot.set_overlays(self._overlays)

    def set_color(self, number: int) -> None:
        """Use a colour of the list for the shown run while it is compared with others.

        Arguments:
            number: of the colour (see `run_color`).
        """
        for plot in self.plots:
            plot.set_color(number)

    def update_tools(self, empty: bool) -> None:
        """Offer what is possible with the shown run now.

        Arguments:
            empty: True if there is nothing to export.
        """
        self.tools.export_button.setEnabled(not empty)
        self.tools.show_span(self._curves.shown_span)
        rate = self._curves.learning_rate
        self.tools.offer_rate(len(rate) > 0)
        shown = len(rate) > 0 and (rate.smallest < rate.largest if self._rate_wanted is None else self._rate_wanted)
        if shown == self.rate_plot.isHidden():
            self.rate_plot.setVisible(shown)
            self._link_positions(self.loss_plot)
        if self.tools.rate_button.isChecked() != shown:
            self.tools.rate_button.setChecked(shown)

    @Slot()
    def export(self) -> None:
        """Ask for a file, and save the curves in it as a table or as a picture."""
        path = ask_where_to_save(self, "Export curves", Path("curves.csv"), _FILE_KINDS)
        if path is not None:
            self.export_to(path)

    def export_to(self, path: Path) -> None:
        """Save the curves in the background: as a picture if the name ends in .png or .svg, else as a table.

        Arguments:
            path: the file.
        """
        self._report("Saving…")
        kind = path.suffix.lower()
        if kind in (".png", ".svg"):
            self.refresh_wanted.emit()
            self._set_saving_picture(PICTURE_SCALE if kind == ".png" else 1.0)
            widgets = [plot for plot in self.plots if not plot.isHidden()]
            if kind == ".png":
                save = partial(save_picture, paint_widgets(widgets))
            else:
                save = partial(save_drawing, draw_widgets(widgets, "Training curves"))
            self._set_saving_picture(0.0)
            self._export_job.start(partial(save, path))
        else:
            self._export_job.start(partial(CurveTable(self._curves).save, path))

    @Slot()
    def copy(self) -> None:
        """Copy a picture of the plots to the clipboard."""
        self.refresh_wanted.emit()
        self._set_saving_picture(PICTURE_SCALE)
        QGuiApplication.clipboard().setImage(paint_widgets([plot for plot in self.plots if not plot.isHidden()]))
        self._set_saving_picture(0.0)
        self._report("Copied the curves as a picture.")

    def save(self, settings: QSettings) -> None:
        """Save how the curves are drawn in the `settings` of the window."""
        self.tools.save(settings)
        settings.setValue("curves/loss_share", f"{self._loss_share:.3f}")

    def restore(self, settings: QSettings) -> None:
        """Draw as the last session has saved in the `settings`. Values without a meaning change nothing."""
        self.tools.restore(settings)
        share = str(settings.value("curves/loss_share", ""))
        if _SHARE.fullmatch(share):
            self._loss_share = float(share)
            self._place_plots()

    def shutdown(self) -> None:
        """Wait until a running export is written. The window calls it when it closes."""
        self._background.shutdown(LONGEST_SAVE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Place the plots for the size that is left to them."""
        if event.type() == QEvent.Type.Resize and watched is self._splitter:
            self._place_plots()
        return super().eventFilter(watched, event)

    def _place_plots(self) -> None:
        """Put the plots side by side, or one below the other if that is nearer to the best shape of a plot."""
        width, height = max(self._splitter.width(), 1), max(self._splitter.height(), 1)
        beside = abs(math.log(width / 2 / height / _BEST_SHAPE))
        below = abs(math.log(2 * width / height / _BEST_SHAPE))
        stacked = (below < beside and height >= 2 * _LOWEST_PLOT) or width < 2 * _NARROWEST_PLOT
        self._splitter.setOrientation(Qt.Orientation.Vertical if stacked else Qt.Orientation.Horizontal)
        length = height if stacked else width
        loss = round(self._loss_share * length)
        self._splitter.setSizes([loss, length - loss])

    def _lay_out(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("monitor_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(2 * GRID)
        self._splitter.installEventFilter(self)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        for plot in (self.loss_plot, self.accuracy_plot):
            self._splitter.addWidget(plot)
        self.rate_plot.area.setMinimumHeight(_RATE_HEIGHT // 2)
        self.rate_plot.setFixedHeight(_RATE_HEIGHT)
        self.rate_plot.hide()
        self._report_label.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.tools)
        layout.addWidget(self._report_label)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.rate_plot)

    def _connect(self) -> None:
        tools = self.tools
        tools.smoothed.connect(self._on_smoothed)
        tools.unit_chosen.connect(self._on_unit_chosen)
        tools.log_button.toggled.connect(self._on_log_toggled)
        tools.follow_button.toggled.connect(self._on_follow_toggled)
        tools.rate_button.clicked.connect(self._on_rate_clicked)
        tools.export_button.clicked.connect(self.export)
        self._export_job.returned.connect(self._on_export_returned)
        self._export_job.failed.connect(self._on_export_failed)
        for plot in self.plots:
            plot.moved.connect(self._on_moved)
            plot.follow_requested.connect(self._follow)
            plot.hovered.connect(self._on_hovered)

    def _add_actions(self) -> None:
        """Offer the commands in the context menus of the plots, too."""
        self._copy_action = QAction("Copy picture", self)
        self._copy_action.setObjectName("action_copy_curves")
        self._copy_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        self._copy_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._copy_action.triggered.connect(self.copy)
        export = QAction("Export curves…", self)
        export.setObjectName("action_export_curves")
        export.triggered.connect(self.export)
        outliers = QAction("Show outliers", self)
        outliers.setObjectName("action_show_outliers")
        outliers.setCheckable(True)
        outliers.setToolTip("Let single very large values stretch the axis; else, arrows point to them")
        outliers.toggled.connect(self._on_outliers_toggled)
        for plot in self.plots:
            plot.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            plot.addActions([self._copy_action, export, outliers])

    def _set_saving_picture(self, scale: float) -> None:
        for plot in self.plots:
            plot.area.set_saving_picture(scale)

    def _link_positions(self, leader: CurvePlot) -> None:
        """Let all plots show the same positions as one of them (`leader`)."""
        for plot in self.plots:
            if plot is not leader:
                plot.area.show_range(leader.area.positions, plot.area.heights)

    def _smooth(self) -> None:
        """Smooth all curves as the user wants: the first batches now, the others between other events."""
        for curves in self._all_curves():
            curves.smooth_by(self.tools.factor)
        self._smooth_some()

    def _all_curves(self) -> list[RunCurves]:
        return [self._curves, *(overlay.curves for overlay in self._overlays)]

    @Slot()
    def _smooth_some(self) -> None:
        left, smoothed = _SMOOTHED_AT_ONCE, 0
        for curves in self._all_curves():
            smoothed += curves.smooth_more(left - smoothed)
            if smoothed >= left:
                self._smooth_timer.start()
                return
        if smoothed:
            for plot in self.plots:
                plot.redraw()

    def _report(self, text: str, danger: bool = False) -> None:
        set_style_property(self._report_label, "danger", danger)
        set_style_property(self._report_label, "muted", not danger)
        self._report_label.setText(text)
        self._report_label.show()

    @Slot()
    def _on_splitter_moved(self) -> None:
        """Remember how the user has divided the room between the two plots."""
        loss, metric = self._splitter.sizes()
        self._loss_share = loss / max(loss + metric, 1)

    @Slot()
    def _follow(self) -> None:
        self.tools.follow_button.setChecked(True)

    @Slot(bool)
    def _on_follow_toggled(self, following: bool) -> None:
        for plot in self.plots:
            plot.set_following(following)

    @Slot(bool)
    def _on_log_toggled(self, log: bool) -> None:
        # The visible part of one axis has no meaning on the other.
        self._follow()
        self.loss_plot.set_log(log)

    @Slot(str)
    def _on_unit_chosen(self, name: str) -> None:
        self._follow()
        for plot in self.plots:
            plot.set_unit(next(unit for unit in UNITS if unit == name))

    @Slot()
    def _on_smoothed(self) -> None:
        self._smooth()
        self.tools.show_span(self._curves.shown_span)

    @Slot(bool)
    def _on_rate_clicked(self, wanted: bool) -> None:
        self._rate_wanted = wanted
        self.rate_plot.setVisible(wanted)
        self.rate_plot.redraw()
        self._link_positions(self.loss_plot)

    @Slot()
    def _on_moved(self) -> None:
        self.tools.follow_button.setChecked(False)
        moved = self.sender()
        self._link_positions(next(plot for plot in self.plots if plot is moved))

    @Slot(float)
    def _on_hovered(self, epoch: float) -> None:
        for plot in self.plots:
            plot.show_cursor(epoch)

    @Slot(bool)
    def _on_outliers_toggled(self, shown: bool) -> None:
        for plot in self.plots:
            plot.set_outliers(shown)

    @Slot(object)
    def _on_export_returned(self, path: Path) -> None:
        self._report(f"Saved {path.name}.")

    @Slot(str)
    def _on_export_failed(self, sentence: str) -> None:
        self._report(sentence, danger=True)
