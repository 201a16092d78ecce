"""The line that changes the learning rate of the active run."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.formatting import format_number
from app.monitor.control.tips import set_enabled
from app.training import Session, SessionState
from app.training.continuation import changed_rate
from app.widgets.labels import make_paragraph
from app.widgets.layouts import add_layout
from app.widgets.number_box import NumberBox
from app.widgets.number_range import NumberRange
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh
from tinyml.core import TinymlError
from tinyml.optims.schedules import schedule_descriptions

_MARKED = "A change while training is marked on the curves."
_INACTIVE = "No run is active. The settings hold the learning rate of the next run."


class RateLine(QWidget):
    """A field with the learning rate of the run, and a button that applies another one from the next batch on.

    Arguments:
        session: its active run is changed.
        parent: the parent widget.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("control_rate_line")
        self._session = session
        self._followed: float | None = None
        self._refusal = ""
        self._box = NumberBox(NumberRange(0, 1000, lowest_excluded=True))
        self._box.setObjectName("control_rate")
        self._box.setAccessibleName("Learning rate of the run")
        self._apply = QPushButton("Apply now")
        self._apply.setObjectName("control_rate_apply")
        self._apply.setAccessibleName("Apply the learning rate now")
        self._note: QLabel = make_paragraph("control_rate_note", _MARKED, "muted")
        self._lay_out()
        self._box.edited.connect(self._on_edited)
        self._box.refused.connect(self._on_refused)
        self._box.reverted.connect(self._on_reverted)
        self._apply.clicked.connect(self._on_clicked)
        refresh = VisibleRefresh(self)
        refresh.due.connect(self._refresh)
        for signal in (session.state_changed, session.setting_changed, session.run_changed, session.started):
            signal.connect(refresh.request)
        session.continued.connect(refresh.request)
        self._refresh()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(GRID)
        row.addWidget(self._box, 1)
        row.addWidget(self._apply)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        add_layout(layout, row)
        layout.addWidget(self._note)

    @property
    def _rate(self) -> float | None:
        """The rate of the run from its next batch on; None before the first run."""
        session = self._session
        if session.config is None:
            return None
        rate = changed_rate(session.run.changes, session.config.project.training.learning_rate)
        return float(session.pending.get("learning_rate", rate))

    @property
    def _chosen(self) -> float:
        """The rate in the field."""
        value: Any = self._box.value
        return float(value)

    @Slot()
    def _refresh(self) -> None:
        """Show the rate of the run, unless the user has chosen another one that is not applied yet."""
        rate = self._rate
        if rate is not None and (rate != self._followed or not self._session.state.active):
            self._followed = rate
            self._box.show_value(rate)
        self._show_state()

    def _show_state(self) -> None:
        session = self._session
        active = session.state.active and session.state is not SessionState.STOPPING
        set_enabled(self._box, "" if active else _INACTIVE, "The rate before the schedule changes it")
        reason = "" if active else _INACTIVE
        if active and self._chosen == self._rate:
            reason = "The run already has this learning rate. Write another one."
        set_enabled(self._apply, reason, "Use this learning rate from the next batch on")
        self._note.setText(self._refusal or self._describe())

    def _describe(self) -> str:
        session = self._session
        if session.state.active and "learning_rate" in session.pending:
            return f"{format_number(self._rate, trailing_zeros=False)} is used from the next batch on."
        schedule = "constant" if session.config is None else session.config.project.training.schedule
        if schedule == "constant":
            return _MARKED
        return f"{_MARKED} The schedule “{schedule_descriptions()[schedule].title}” multiplies the rate."

    @Slot(object, bool)
    def _on_edited(self, rate: Any, _continues: bool) -> None:
        self._refusal = ""
        self._box.show_value(rate)
        self._show_state()

    @Slot(str)
    def _on_refused(self, reason: str) -> None:
        self._refusal = f"Learning rate: {reason}"
        self._show_state()

    @Slot()
    def _on_reverted(self) -> None:
        self._refusal = ""
        self._show_state()

    @Slot()
    def _on_clicked(self) -> None:
        self._box.commit()
        if self._box.has_draft:  # it was refused, and the note says why
            return
        try:
            self._session.change("learning_rate", self._chosen)
            self._refusal = ""
        except TinymlError as error:
            self._refusal = str(error)
        self._show_state()
