"""The small heat maps of the layer table: computed for visible cells only, and a few at a time."""

from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.monitor.layers.heat import HeatMap, make_heat_map
from app.training.layer_history import LayerHistogram, LayerHistory

Cell = tuple[str, LayerHistogram]
"""Path of a layer, and which of its histograms."""

_ROWS, _COLUMNS = 28, 96
_TURN_SECONDS = 0.004
_PAUSE_MS = 15
"""How long it computes at once, and the pause after it, so that the window never waits for it."""
_NEW_SECONDS = 1.0
"""Least time between two pictures of the same cell. In a long run, a second changes little in them."""


class HeatMaps(QObject):
    """Heat maps of the histograms of a run. Until a new one is computed, the one before it is shown.

    Signals:
        computed(cell): there is a new heat map for a `Cell`.
    """

    computed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = LayerHistory()
        self._layers: tuple[str, ...] = ()
        self._shown_at = 0.0
        self._maps: dict[Cell, HeatMap | None] = {}
        self._current: set[Cell] = set()
        self._wanted: dict[Cell, None] = {}
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def busy(self) -> bool:
        """True while a heat map is to be computed."""
        return self._timer.isActive()

    def show_history(self, history: LayerHistory) -> None:
        """Show another run, or new measurements of the same run.

        Arguments:
            history: the measurements of the run.
        """
        other = history is not self._history or history.layers != self._layers
        if other:
            self._history, self._layers = history, history.layers
            self._maps.clear()
        if other or perf_counter() - self._shown_at > _NEW_SECONDS:
            self._shown_at = perf_counter()
            self._current.clear()
            self.stop()

    def find(self, cell: Cell) -> HeatMap | None:
        """Return the heat map of a `cell`, and request a newer one if there are new measurements."""
        if cell not in self._current and cell not in self._wanted:
            self._wanted[cell] = None
            if not self._timer.isActive():
                self._timer.start()
        return self._maps.get(cell)

    def stop(self) -> None:
        """Drop all requests, because the cells are not visible any more."""
        self._wanted.clear()
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        end = perf_counter() + _TURN_SECONDS
        while self._wanted and perf_counter() < end:
            cell = next(iter(self._wanted))
            del self._wanted[cell]
            series = self._history.histograms(*cell)
            self._maps[cell] = make_heat_map(self._history.positions, series, _ROWS, _COLUMNS)
            self._current.add(cell)
            self.computed.emit(cell)
        if self._wanted:
            self._timer.start()
