"""The summary of a run beside its curves: the newest numbers."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.formatting import UNKNOWN, format_count, format_duration, format_rate
from app.monitor.metric_display import LOSS_DISPLAY, METRIC_DISPLAYS, MetricDisplay
from app.training import Session
from app.training.curves import RunCurves
from app.widgets.labels import make_caption, make_label
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID

_PAIRS = (("loss", "Loss"), ("accuracy", "Accuracy"))
_LINES = (
    ("epoch", "Epoch"),
    ("best", "Best epoch"),
    ("speed", "Examples/s"),
    ("elapsed", "Elapsed"),
    ("test", "Test accuracy"),
)


class RunSummary(QWidget):
    """The numbers of a run in two columns, training and validation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_summary")
        self._values: dict[str, QLabel] = {}
        self._titles: dict[str, str] = {}
        self._row_titles: dict[str, QLabel] = {}
        self._state = make_label("run_state", style_class="muted")
        self._lay_out()

    @property
    def texts(self) -> dict[str, str]:
        """The text of each number, by its name: "epoch", "training_loss", …"""
        return {name: label.text() for name, label in self._values.items()}

    def show_run(self, curves: RunCurves, session: Session) -> None:
        """Show the newest numbers.

        Arguments:
            curves: everything that the run has reported.
            session: its state, its time and its result on the test set.
        """
        self._state.setText(session.state.value)
        self._state.setAccessibleName(f"State of the run: {session.state.value}")
        # During the run, the number of the current epoch; after it, how many are completed.
        done = math.ceil(curves.position) if session.state.active else len(curves.history)
        planned = curves.planned_epochs
        done = min(done, planned)
        self._set("epoch", f"{format_count(done)} of {format_count(planned)}" if planned else UNKNOWN)
        self._set("training_loss", LOSS_DISPLAY.write(curves.loss.newest_training))
        self._set("validation_loss", LOSS_DISPLAY.write(curves.loss.newest_validation))
        display = METRIC_DISPLAYS[curves.metric]
        self._name_metric(display)
        self._set("training_accuracy", display.write(curves.measured.newest_training))
        self._set("validation_accuracy", display.write(curves.measured.newest_validation))
        best = curves.best_epoch
        self._set("best", UNKNOWN if best is None else f"{best.epoch}")
        self._set("speed", format_rate(session.examples_per_second))
        self._set("elapsed", format_duration(session.seconds))
        tested = session.test_r_squared if curves.metric == "r_squared" else session.test_accuracy
        self._set("test", display.write(tested))

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.addWidget(make_label("run_heading", "Training", "heading"))
        title.addStretch(1)
        title.addWidget(self._state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        add_layout(layout, title)
        add_layout(layout, self._make_grid())
        layout.addStretch(1)

    def _make_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        for column, text in enumerate(("training", "validation"), start=1):
            grid.addWidget(make_caption(text), 0, column, Qt.AlignmentFlag.AlignRight)
        for row, (name, text) in enumerate(_PAIRS, start=1):
            grid.addWidget(self._make_row_title(name, text), row, 0)
            for column, part in enumerate(("training", "validation"), start=1):
                grid.addWidget(self._make_value(f"{part}_{name}", f"{text}, {part}"), row, column)
        for row, (name, text) in enumerate(_LINES, start=1 + len(_PAIRS)):
            grid.addWidget(self._make_row_title(name, text), row, 0)
            grid.addWidget(self._make_value(name, text), row, 1, 1, 2)
        return grid

    def _make_row_title(self, name: str, text: str) -> QLabel:
        label = self._row_titles[name] = make_caption(text)
        return label

    def _name_metric(self, display: MetricDisplay) -> None:
        """Show the name of the metric in its rows."""
        self._row_titles["accuracy"].setText(display.title)
        self._row_titles["test"].setText(display.test_title)
        for part in ("training", "validation"):
            self._titles[f"{part}_accuracy"] = f"{display.title}, {part}"
        self._titles["test"] = display.test_title

    def _make_value(self, name: str, title: str) -> QLabel:
        # If the width followed the text, the plots beside it would jump with every number.
        label = make_label(f"run_{name}", selectable=True, ignores_width=True)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._values[name], self._titles[name] = label, title
        self._set(name, UNKNOWN)
        return label

    def _set(self, name: str, text: str) -> None:
        label = self._values[name]
        if label.text() != text:
            label.setText(text)
            # Screen readers read the accessible name instead of the text.
            label.setAccessibleName(f"{self._titles[name]}: {text}")
