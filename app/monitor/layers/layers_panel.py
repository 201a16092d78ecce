"""The layer statistics of the shown run: a table of the layers, or the page of one of them."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from app.formatting import format_count
from app.monitor.layers.layer_columns import LayerRow
from app.monitor.layers.layer_facts import LayerFacts, collect_facts
from app.monitor.layers.layer_page import LayerPage
from app.monitor.layers.layer_rows import make_rows
from app.monitor.layers.layer_table import LayerTable
from app.monitor.layers.layer_table_model import LayerTableModel
from app.training import Run, Session
from app.training.layer_history import LayerHistory
from app.training.training_config import TrainingConfig
from app.widgets.labels import make_label
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.theme.theme import GRID
from tinyml.diagnosis import Probe

_REFRESH_MS = 200
_NO_RUN = "No run yet. Press Train (F5). What happens in each layer appears here while the network learns."
_WAITING = "The first measurement comes after some batches."
_NOT_MEASURED = "No layer statistics are kept for this run. Train it further, and they appear here."
_LOWEST = 22 * GRID


class LayersPanel(QWidget):
    """Shows what happens in each layer, about five times a second, and only while it is visible.

    Arguments:
        session: the training session. It reports the run that is shown.

    Attributes:
        table: the table of the layers.
        page: the page of one layer.
        now_button: chooses the newest histograms.
        time_button: chooses heat maps of the histograms over the run.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layers_panel")
        self.setAccessibleName("Layer statistics")
        self._session = session
        self._shown: tuple[LayerHistory, int] | None = None
        self._facts_of: TrainingConfig | Run | None = None
        self._facts: Mapping[str, LayerFacts] = {}
        self._probed: tuple[Run, Probe | None] | None = None
        self._opened = ""
        self._model = LayerTableModel(self)
        self.table = LayerTable(self._model)
        self.page = LayerPage()
        self._pace = PacedRefresh(self, _REFRESH_MS)
        self._lay_out()
        self._connect()
        self._pace.request()

    @property
    def through_time(self) -> bool:
        """True while the table shows heat maps."""
        return self.time_button.isChecked()

    @property
    def opened_layer(self) -> str:
        """Path of the layer whose page is shown; empty for the table."""
        return self._opened

    @Slot(str)
    def open_layer(self, layer: str) -> None:
        """Show the page of a `layer`, given by its path. If the run has no such layer, the table stays."""
        if any(row.stats.layer == layer for row in self._rows()):
            self._opened = layer
            self.refresh()
            self.page.back_button.setFocus()

    @Slot()
    def close_layer(self) -> None:
        """Show the table again, with the same layer selected."""
        layer, self._opened = self._opened, ""
        self.refresh()
        self.table.select_layer(layer)
        self.table.setFocus()

    @Slot(object, object)
    def show_probe(self, run: Run, probe: Probe | None) -> None:
        """Show the dead units of a run that has ended as a probe of its last weights found them.

        Arguments:
            run: the run.
            probe: measured with many examples; None if the run was not probed.
        """
        self._probed = run, probe
        self._pace.request()

    @Slot()
    def refresh(self) -> None:
        """Show everything that was measured, without waiting for the timer."""
        self._pace.refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._opened:
            self.close_layer()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._model.heat_maps.stop()

    def _lay_out(self) -> None:
        self.setMinimumHeight(_LOWEST)
        self._subtitle = make_label("layers_moment", "", "muted", ignores_width=True)
        self._empty = make_label("layers_empty", _NO_RUN, "muted", wraps=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._header = QWidget()
        header = QHBoxLayout(self._header)
        header.setContentsMargins(0, 0, 0, 0)
        header.setSpacing(0)
        heading = make_label("layers_heading", "Layer statistics", "heading")
        heading.setMinimumWidth(heading.sizeHint().width())
        header.addWidget(heading)
        header.addSpacing(GRID)
        header.addWidget(self._subtitle, 1)
        group = QButtonGroup(self)
        self.now_button = self._make_switch("now", "Show the newest histograms", group)
        self.time_button = self._make_switch("through time", "Show how the histograms developed over the run", group)
        self.now_button.setChecked(True)
        header.addWidget(self.now_button)
        header.addWidget(self.time_button)
        self._stack = QStackedWidget()
        for widget in (self._empty, self.table, self.page):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID // 2, GRID + GRID // 2, GRID)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self._header)
        layout.addWidget(self._stack, 1)

    def _make_switch(self, text: str, tip: str, group: QButtonGroup) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName(f"layers_{text.replace(' ', '_')}")
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setProperty("segment", True)
        group.addButton(button)
        return button

    def _connect(self) -> None:
        self._pace.due.connect(self._on_pace_due)
        self.time_button.toggled.connect(self._on_time_button_toggled)
        self.table.layer_opened.connect(self.open_layer)
        self.page.back_requested.connect(self.close_layer)
        self._session.batches_finished.connect(self._on_batches_finished)
        for signal in (
            self._session.started,
            self._session.continued,
            self._session.run_changed,
            self._session.state_changed,
        ):
            signal.connect(self._show_at_once)

    def _rows(self) -> list[LayerRow]:
        run = self._session.run
        if len(run.layer_history) and self._facts_of is not (run.config or run):
            self._facts_of, self._facts = run.config or run, collect_facts(run)
        # While a run trains, its newest measurement is newer than the probe.
        ended = self._probed is not None and self._probed[0] is run and not run.state.active
        return make_rows(run, self._facts, self._probed[1] if self._probed is not None and ended else None)

    def _describe_nothing(self) -> str:
        run = self._session.run
        if run.state.active:
            return _WAITING
        return _NOT_MEASURED if run.learned else _NO_RUN

    @Slot()
    def _on_pace_due(self) -> None:
        run, rows = self._session.run, self._rows()
        self._shown = run.layer_history, run.layer_history.measured
        if rows and all(row.stats.layer != self._opened for row in rows):
            self._opened = ""
        self._subtitle.setText(describe_moment(run.layer_history))
        if not rows:
            self._empty.setText(self._describe_nothing())
            self._stack.setCurrentWidget(self._empty)
        elif self._opened:
            row = next(row for row in rows if row.stats.layer == self._opened)
            self.page.show_layer(row, run.layer_history, describe_moment(run.layer_history))
            self._stack.setCurrentWidget(self.page)
        else:
            self._model.show_rows(rows, run.layer_history)
            self._stack.setCurrentWidget(self.table)
        self._header.setVisible(not (rows and self._opened))
        for button in (self.now_button, self.time_button):
            button.setVisible(bool(rows))

    @Slot()
    def _on_batches_finished(self) -> None:
        history = self._session.run.layer_history
        if self._shown != (history, history.measured):
            self._pace.request()

    @Slot()
    def _show_at_once(self) -> None:
        """Show another run, or the last measurement of a run that has ended or is paused."""
        self._pace.request()
        if self.isVisible():
            self._pace.catch_up()

    @Slot(bool)
    def _on_time_button_toggled(self, on: bool) -> None:
        self._model.set_through_time(on)
        self._show_at_once()


def describe_moment(history: LayerHistory) -> str:
    """Return how often a run was measured, and when last; empty before the first measurement.

    Arguments:
        history: the measurements of the run.

    >>> from app.formatting import SPACE
    >>> from tinyml.learner import BatchFinished
    >>> from tinyml.learner.layer_stats import LayerStats
    >>> history = LayerHistory()
    >>> for step in (10, 20, 30):
    ...     history.add(BatchFinished(1, step, 100, step, 8, 0.5, None, layers=(LayerStats("fc"),)))
    >>> describe_moment(history).replace(SPACE, " ")
    'every 10th batch · step 30'
    """
    if not len(history):
        return ""
    step = int(history.steps[-1])
    each = step / history.measured
    about = "" if each.is_integer() else "about "
    batch = "batch" if round(each) == 1 else f"{_ordinal(round(each))} batch"
    return f"{about}every {batch} · step {format_count(step)}"


def _ordinal(number: int) -> str:
    """Return a number as a place: "1st", "22nd", "13th"."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{format_count(number)}{ending}"
