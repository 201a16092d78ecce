"""The figures beside the curves, and what they mean."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.monitor.curves import RunCurves
from app.monitor.diagnosis import Diagnosis
from app.training.session import Session
from app.widgets.formatting import (
    format_count,
    format_duration,
    format_number,
    format_percentage,
    format_r_squared,
    format_rate,
)
from app.widgets.labels import make_caption, make_label
from app.widgets.theme.style_properties import set_style_property
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
    """Figures of the run in two columns, training and validation, and one sentence about them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run_summary")
        self._values: dict[str, QLabel] = {}
        self._titles: dict[str, str] = {}
        self._row_titles: dict[str, QLabel] = {}
        self._state = QLabel()
        self._state.setObjectName("run_state")
        self._state.setProperty("muted", True)
        self._frame = QFrame()
        self._frame.setObjectName("diagnosis")
        self._frame.setProperty("advice", True)
        self._finding, self._advice = (
            make_label("diagnosis_finding", wraps=True),
            make_label("diagnosis_advice", wraps=True),
        )
        self._lay_out()
        self.show_diagnosis(None)

    @property
    def texts(self) -> dict[str, str]:
        """What each figure reads, by name: "epoch", "training_loss", …"""
        return {name: label.text() for name, label in self._values.items()}

    def show_run(self, curves: RunCurves, session: Session) -> None:
        """Show the newest figures."""
        self._state.setText(session.state.value)
        self._state.setAccessibleName(f"State of the run: {session.state.value}")
        # A run that goes on is in an epoch; one that has ended has so many behind it.
        done = math.ceil(curves.position) if session.state.active else len(curves.history)
        done = min(done, curves.planned_epochs)
        self._set("epoch", f"{format_count(done)} of {format_count(curves.planned_epochs)}")
        self._set("training_loss", format_number(curves.loss.newest_training))
        self._set("validation_loss", format_number(curves.loss.newest_validation))
        numbers = curves.metric == "r_squared"
        write = format_r_squared if numbers else format_percentage
        self._name_metric(*(("R²", "Test R²") if numbers else ("Accuracy", "Test accuracy")))
        self._set("training_accuracy", write(curves.measured.newest_training))
        self._set("validation_accuracy", write(curves.measured.newest_validation))
        best = curves.best_epoch
        self._set("best", "–" if best is None else f"{best.epoch}")
        self._set("speed", format_rate(session.examples_per_second))
        self._set("elapsed", format_duration(session.seconds))
        self._set("test", write(session.test_r_squared if numbers else session.test_accuracy))

    def show_diagnosis(self, diagnosis: Diagnosis | None) -> None:
        """Say what the curves mean, or nothing."""
        self._frame.setVisible(diagnosis is not None)
        if diagnosis is None:
            return
        self._finding.setText(diagnosis.finding)
        self._advice.setText(diagnosis.advice)
        self._advice.setVisible(bool(diagnosis.advice))
        set_style_property(self._finding, "danger", diagnosis.severity == "danger")

    def _lay_out(self) -> None:
        heading = QLabel("Training")
        heading.setProperty("heading", True)
        title = QHBoxLayout()
        title.addWidget(heading)
        title.addStretch(1)
        title.addWidget(self._state)
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
        words = QVBoxLayout(self._frame)
        words.setContentsMargins(GRID + GRID // 2, GRID, GRID, GRID)
        words.setSpacing(GRID // 2)
        words.addWidget(self._finding)
        words.addWidget(self._advice)
        self._finding.setProperty("heading", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(title)
        layout.addWidget(self._frame)
        layout.addLayout(grid)
        layout.addStretch(1)

    def _make_row_title(self, name: str, text: str) -> QLabel:
        label = self._row_titles[name] = make_caption(text)
        return label

    def _name_metric(self, title: str, test_title: str) -> None:
        """Write which metric the figures are."""
        self._row_titles["accuracy"].setText(title)
        self._row_titles["test"].setText(test_title)
        for part in ("training", "validation"):
            self._titles[f"{part}_accuracy"] = f"{title}, {part}"
        self._titles["test"] = test_title

    def _make_value(self, name: str, title: str) -> QLabel:
        label = QLabel()
        label.setObjectName(f"run_{name}")
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # The width must not follow the text: the plots beside it would jump with every number.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._values[name], self._titles[name] = label, title
        self._set(name, "–")
        return label

    def _set(self, name: str, text: str) -> None:
        label = self._values[name]
        if label.text() != text:
            label.setText(text)
            # Screen readers read the accessible name instead of the text.
            label.setAccessibleName(f"{self._titles[name]}: {text}")
