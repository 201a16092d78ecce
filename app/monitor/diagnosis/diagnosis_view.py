"""The diagnosis of the shown run: cards with what is wrong, or one sentence that says that nothing is."""

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.document import Document
from app.document.edits import apply_action
from app.monitor.diagnosis.diagnosis_card import DiagnosisCard
from app.monitor.diagnosis.examiner import Examiner
from app.training import Run, Session, SessionState
from app.widgets.labels import make_label, show_text
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.plain_text import tool_tip
from app.widgets.theme.fonts import small_font
from app.widgets.theme.theme import GRID
from tinyml.core import TinymlError
from tinyml.diagnosis import MOST_SHOWN, RULES, Diagnosis, OpenData, Report, ShowLayer

_REFRESH_MS = 1000
_TOO_EARLY = "The first epoch is not done yet."
_DONE = "The project has this already. Train it to see the effect."


class DiagnosisView(QWidget):
    """Says what is wrong with the shown run and what helps, at most once a second. It computes nothing while hidden.

    Arguments:
        document: the buttons edit it; each edit can be undone.
        session: reports the run that is shown.
        shows_layers: True if something answers `layer_requested`; False leaves these buttons out.

    Signals:
        layer_requested(layer): the user wants to see the measurements of a layer, given by its path.
        data_requested(): the user wants to see the data.
        probed(run, probe): a diagnosis of a run has used this probe of its layers, or None.
    """

    layer_requested = Signal(str)
    data_requested = Signal()
    probed = Signal(object, object)

    def __init__(
        self, document: Document, session: Session, shows_layers: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("diagnosis_view")
        self.setAccessibleName("Diagnosis")
        self._document, self._session, self._shows_layers = document, session, shows_layers
        self._examiner = Examiner(document, session, self)
        self._shown: Run | None = None
        self._heading = make_label("diagnosis_heading", "Diagnosis", "heading")
        self._good = make_label("diagnosis_good", wraps=True)
        self._checked = make_label("diagnosis_checked", style_class="muted", wraps=True)
        self._checked.setFont(small_font(self._checked.font()))
        self.cards = [DiagnosisCard(number) for number in range(1, MOST_SHOWN + 1)]
        self._pace = PacedRefresh(self, _REFRESH_MS)
        self._lay_out()
        self._connect()
        self._clear()

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        """What is shown, the most telling first."""
        return tuple(card.diagnosis for card in self.cards if not card.isHidden() and card.diagnosis is not None)

    @Slot()
    def refresh(self) -> None:
        """Examine the shown run without waiting for a turn."""
        self._pace.refresh()

    def shutdown(self) -> None:
        """End the thread. The window calls it when it closes."""
        self._examiner.shutdown()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self._heading, *self.cards, self._good, self._checked):
            layout.addWidget(widget)

    def _connect(self) -> None:
        for card in self.cards:
            card.action_requested.connect(partial(self._act, card))
        self._pace.due.connect(self._on_pace_due)
        self._examiner.reported.connect(self._on_examiner_reported)
        self._examiner.probed.connect(self.probed)
        self._document.changed.connect(self._on_changed)
        session = self._session
        for signal in (session.epochs_finished, session.batches_finished, session.state_changed):
            signal.connect(self._pace.request)
        for signal in (session.started, session.continued, session.run_changed):
            signal.connect(self._on_run_changed)

    def _clear(self) -> None:
        """Show nothing, as before the first run."""
        self._shown = None
        for widget in (self._heading, *self.cards, self._good, self._checked):
            widget.hide()

    def _act(self, card: DiagnosisCard) -> None:
        """Do what the button of a card says."""
        action = card.diagnosis.action if card.diagnosis is not None else None
        if isinstance(action, ShowLayer):
            self.layer_requested.emit(action.layer)
        elif isinstance(action, OpenData):
            self.data_requested.emit()
        elif action is not None:
            try:
                self._document.apply(apply_action(self._document.project, action))
            except TinymlError as error:
                card.show_action(action.label, str(error))

    def _show_action(self, card: DiagnosisCard) -> None:
        """Show the button of a card, disabled if the project has it already or cannot have it."""
        action = card.diagnosis.action if card.diagnosis is not None else None
        if action is None or (isinstance(action, ShowLayer) and not self._shows_layers):
            card.show_action("")
            return
        obstacle = ""
        if not isinstance(action, ShowLayer | OpenData):
            try:
                edit = apply_action(self._document.project, action)
                obstacle = _DONE if edit.project == self._document.project else ""
            except TinymlError as error:
                obstacle = str(error)
        card.show_action(action.label, obstacle)

    @Slot()
    def _on_pace_due(self) -> None:
        if self._shown is not None and self._shown is not self._session.run:
            self._clear()
        self._examiner.examine()

    @Slot()
    def _on_run_changed(self) -> None:
        self._clear()
        self._pace.request()

    @Slot()
    def _on_changed(self) -> None:
        for card in self.cards:
            if not card.isHidden():
                self._show_action(card)

    @Slot(object, object)
    def _on_examiner_reported(self, run: Run, report: Report) -> None:
        self._shown = run
        self._heading.show()
        for card, diagnosis in zip(self.cards, report.diagnoses, strict=False):
            card.show_diagnosis(diagnosis)
            self._show_action(card)
            card.show()
        for card in self.cards[len(report.diagnoses) :]:
            card.hide()
        good = not report.diagnoses and bool(run.history)
        waiting = not report.diagnoses and not run.history and run.state is not SessionState.FAILED
        found = "No problem found so far." if run.state.active else "No problem found."
        show_text(self._good, found if good else _TOO_EARLY if waiting else "")
        show_text(self._checked, f"{len(report.checked)} of {len(RULES)} rules were checked." if good else "")
        # All of them are eight lines in this column, so they are there for who asks.
        names = f"Checked: {', '.join(report.checked)}."
        self._checked.setToolTip(tool_tip(names))
        self._checked.setAccessibleDescription(names)
