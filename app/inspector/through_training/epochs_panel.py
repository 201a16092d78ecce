"""The section "Through training": a slider and a play button move the whole page through the epochs."""

import qtawesome
from PySide6.QtCore import QEvent, QSize, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

from app.formatting import format_size
from app.inspector.layouts import make_column, make_row, with_names
from app.inspector.state import InspectorState
from app.inspector.through_training.epoch_slider import EpochSlider
from app.inspector.through_training.evolution_strip import EvolutionStrip
from app.inspector.through_training.player import SPEEDS, Player
from app.training import Inspection
from app.widgets.choice_box import ChoiceBox
from app.widgets.labels import make_caption, make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.theme.theme import GRID, current_theme

_CHANGED = "These weights do not fit the network or the data as they are now. Undo the changes to see the epochs."

_NARROW = 48 * GRID
"""In a panel narrower than this, the buttons have a line of their own. In pixels."""


class EpochsPanel(QWidget):
    """Shows which epoch the weights belong to, and moves through the epochs of the shown run.

    Maps, filters, reconstructions and everything else of the page follow, because the inspection uses other weights.

    Arguments:
        state: says when the pictures of an epoch are there, for the player.
        inspection: its `epochs` are shown.

    Attributes:
        player: plays the epochs.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_epochs")
        self._state, self._inspection, self._epochs = state, inspection, inspection.epochs
        self.player = Player(state, inspection, self)
        self._slider = with_names(EpochSlider(), "inspector_epoch_slider", "Epoch")
        self._first, self._last = make_caption("epoch 0"), make_caption("0")
        self._first.setObjectName("inspector_epoch_first")
        self._last.setObjectName("inspector_epoch_last")
        self._make_buttons()
        self._text = make_label("inspector_epoch_text", style_class="muted")
        self._missing = make_label("inspector_epochs_missing", style_class="muted", wraps=True)
        self._evolution = EvolutionStrip(state, inspection)
        self._arrange()
        self._pace = PacedRefresh(self)
        self._pace.due.connect(self._refresh)
        self._slider.valueChanged.connect(self._epochs.choose)
        self._slider.play_pressed.connect(self.player.toggle)
        for signal in (
            self._epochs.changed,
            self._epochs.epochs_changed,
            state.methods_changed,
            inspection.sample_trace_changed,
            inspection.problem_changed,
        ):
            signal.connect(self._pace.request)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.player.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._controls.setDirection(directions.TopToBottom if self.width() < _NARROW else directions.LeftToRight)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()

    def _make_buttons(self) -> None:
        self._play = with_names(QPushButton(), "inspector_epoch_play", "Play the epochs")
        self._play.setAutoDefault(True)  # so that Enter presses it, too
        self._play.setIconSize(QSize(2 * GRID, 2 * GRID))
        self._play.clicked.connect(self.player.toggle)
        self._speed = with_names(ChoiceBox(), "inspector_epoch_speed", "Epochs a second")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed} / s", speed)
        self._speed.setCurrentIndex(1)
        self._speed.setToolTip("How many epochs are played in a second, at most")
        self._speed.setMinimumContentsLength(4)
        self._speed.currentIndexChanged.connect(self._on_speed_index_changed)
        self._live = with_names(QPushButton("Newest"), "inspector_epoch_live", "Follow the newest weights")
        self._live.setCheckable(True)
        self._live.setProperty("segment", True)
        self._live.setToolTip("Show the newest weights, and follow the run while it trains")
        self._live.clicked.connect(self._on_live_clicked)

    def _arrange(self) -> None:
        epochs, buttons = make_row(), make_row()
        epochs.addWidget(self._first)
        epochs.addWidget(self._slider, 1)
        epochs.addWidget(self._last)
        for widget in (self._play, self._speed, self._live):
            buttons.addWidget(widget)
        buttons.addStretch()
        self._controls = make_row()
        add_layout(self._controls, epochs, 1)
        add_layout(self._controls, buttons)
        column = make_column(self)
        add_layout(column, self._controls)
        column.addWidget(self._text)
        column.addWidget(self._missing)
        column.addWidget(self._evolution)

    @Slot()
    def _refresh(self) -> None:
        """Show the epochs, the chosen one, and what is missing."""
        epochs, stops = self._epochs, self._epochs.stops
        fits = self._inspection.snapshot is epochs.snapshot and len(stops) > 0
        self._slider.show_stops(len(stops), epochs.place, epochs.best_place)
        self._slider.setEnabled(fits and len(stops) > 1)
        self._play.setEnabled(fits and len(stops) > 1)
        self._live.setEnabled(fits and len(stops) > 1)
        self._live.setChecked(epochs.following)
        self._first.setText(f"epoch {stops[0] if stops else 0}")
        self._last.setText(str(stops[-1] if stops else 0))
        self._show_icon()
        trace = self._inspection.visible_trace
        shown = epochs.snapshot if trace is None else trace.snapshot
        description = epochs.describe(shown)
        self._slider.setAccessibleDescription(description)
        trained = "the row below shows the trained weights" if self._state.random_weights else ""
        show_text(self._text, " · ".join(part for part in (self._best_text(), self._size_text(), trained) if part))
        show_text(self._missing, epochs.missing if fits or not stops else _CHANGED)

    def _best_text(self) -> str:
        place = self._epochs.best_place
        return f"▾ best epoch {self._epochs.stops[place]}" if place >= 0 else ""

    def _size_text(self) -> str:
        count = len(self._epochs.stops)
        return f"{count} epoch{'s' if count != 1 else ''} kept, {format_size(self._epochs.size)}" if count else ""

    def _show_icon(self) -> None:
        playing, theme = self._epochs.playing, current_theme()
        icon = "mdi6.stop" if playing else "mdi6.play"
        self._play.setIcon(qtawesome.icon(icon, color=theme.text, color_disabled=theme.muted))
        name = "Stop playing" if playing else "Play the epochs"
        self._play.setAccessibleName(name)
        self._play.setToolTip(f"{name} (Space or Enter on the slider)")

    @Slot(int)
    def _on_speed_index_changed(self, index: int) -> None:
        self.player.set_speed(SPEEDS[index])

    @Slot(bool)
    def _on_live_clicked(self, _checked: bool) -> None:
        """Follow the run. A click while it is followed changes nothing; the slider leaves the newest weights."""
        self.player.stop()
        self._epochs.follow()
        self._refresh()
