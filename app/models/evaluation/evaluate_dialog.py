"""The dialog that asks which data to evaluate on."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from app.jobs import BackgroundRunner, Job
from app.models.evaluation.data_offers import PARTS, DataOffer, DataSources, examine, list_offers
from app.training.dataset_cache import Part
from app.widgets.entry_list import Entry, EntryList
from app.widgets.labels import make_caption, make_label, show_text
from app.widgets.layouts import add_layout
from app.widgets.theme.theme import GRID
from app.widgets.view_switch import ViewSwitch
from tinyml.data import DataChoice
from tinyml.storage import SavedModel

_SIZE = 58 * GRID, 64 * GRID


class EvaluateDialog(QDialog):
    """Lists the data, each with the reason if it does not fit. The data of the file are chosen at first.

    Arguments:
        models: the content of the shown file, and of the other one if two are evaluated.
        names: of these files, on the screen.
        sources: the data that the window knows.
        parent: the page.

    Attributes:
        list: the data.
        parts: the part of the data.
        problem: why the chosen data cannot be used.
        evaluate_button: begins.

    Signals:
        requested(choice, part, title): the user wants to evaluate on a part of these data.
    """

    requested = Signal(object, str, str)

    def __init__(
        self, models: Sequence[SavedModel], names: Sequence[str], sources: DataSources, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("evaluate_dialog")
        self.setWindowTitle(f"Evaluate {' and '.join(names)}")
        self._offers = {offer.key: offer for offer in list_offers(models[0], sources)}
        self._chosen = next(iter(self._offers))
        self._runner = BackgroundRunner()
        self._jobs: dict[Job, str] = {}
        self.list = EntryList("evaluate_data", "Data to evaluate on")
        self.parts = ViewSwitch("evaluate_part", tuple((part, part.capitalize()) for part in PARTS))
        self.parts.setToolTip("Which examples of the data are evaluated. The network did not learn the test examples.")
        self._part_caption = make_caption("Part")
        self.problem = make_label("evaluate_problem", "", "danger", wraps=True, selectable=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.evaluate_button = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.evaluate_button.setText("Evaluate")
        self.evaluate_button.setObjectName("evaluate_start")
        self.evaluate_button.setProperty("primary", True)
        buttons.accepted.connect(self._on_accepted)
        buttons.rejected.connect(self.reject)
        part = QHBoxLayout()
        part.setSpacing(GRID)
        part.addWidget(self._part_caption)
        part.addWidget(self.parts)
        part.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(GRID)
        column.addWidget(self.list, 1)
        column.addWidget(self.problem)
        add_layout(column, part)
        column.addWidget(buttons)
        self.list.chosen.connect(self._on_list_chosen)
        for offer in self._offers.values():
            job = self._runner.submit(partial(examine, offer, tuple(models)))
            self._jobs[job] = offer.key
            job.returned.connect(self._on_returned)
            job.failed.connect(self._on_failed)
        self._show()
        self.resize(*_SIZE)
        self.list.setFocus()

    @property
    def offers(self) -> tuple[DataOffer, ...]:
        """The data, with what is known about them."""
        return tuple(self._offers.values())

    def choose(self, choice: DataChoice) -> None:
        """Choose some data.

        Arguments:
            choice: of one of the offers.
        """
        self._on_list_chosen(next(offer.key for offer in self.offers if offer.choice == choice))

    def done(self, result: int) -> None:
        """Close, and read no more."""
        self._runner.shutdown(0)
        super().done(result)

    def _show(self) -> None:
        offer, sections = self._offers[self._chosen], dict[str, list[Entry]]()
        for each in self.offers:
            entry = Entry(each.key, each.title, each.line, each.problem or each.choice.source, warns=bool(each.problem))
            sections.setdefault(each.section, []).append(entry)
        self.list.show_entries(sections.items(), self._chosen)
        show_text(self.problem, offer.problem)
        parts = tuple(offer.counts)
        self.parts.offer(parts)
        self._part_caption.setVisible(len(parts) > 1)
        self.evaluate_button.setEnabled(bool(parts))

    @Slot(str)
    def _on_list_chosen(self, key: str) -> None:
        self._chosen = key
        self._show()

    @Slot(object)
    def _on_returned(self, offer: DataOffer) -> None:
        self._offers[offer.key] = offer
        self._show()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        """Show what is no error of the user, too."""
        key = next((key for job, key in self._jobs.items() if job is self.sender()), "")
        if key:
            old = self._offers[key]
            self._offers[key] = DataOffer(key, old.section, old.choice, old.title, problem=sentence, pending=False)
            self._show()

    @Slot()
    def _on_accepted(self) -> None:
        offer = self._offers[self._chosen]
        part: Part | None = next((part for part in PARTS if part == self._part()), None)
        if part is not None and self.evaluate_button.isEnabled():
            self.requested.emit(offer.choice, part, offer.title)
            self.accept()

    def _part(self) -> str:
        parts = tuple(self._offers[self._chosen].counts)
        return self.parts.current if self.parts.current in parts else parts[0] if parts else ""
