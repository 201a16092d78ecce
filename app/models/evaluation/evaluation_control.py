"""Asks what to evaluate on, and keeps the evaluation in step with the files that the page shows."""

from typing import cast

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QWidget

from app.models.evaluation.data_offers import DataSources
from app.models.evaluation.evaluate_dialog import EvaluateDialog
from app.models.evaluation.evaluator import Evaluator
from app.models.evaluation.file_pair import describe_obstacle
from app.models.evaluation.results import EvaluationRequest, ModelFile
from app.models.reading.file_contents import FileContents
from app.models.state.models_state import ModelsState
from app.training.dataset_cache import Part
from app.widgets.plain_text import short
from tinyml.data import DataChoice


class EvaluationControl(QObject):
    """Starts evaluations of the shown files. Other files, or a change on the disk, end an evaluation.

    Arguments:
        state: the state of the page.
        page: the owner, and the parent of the dialog.

    Attributes:
        evaluator: evaluates.
        sources: the data that the window knows.
        dialog: asks for the data; None while it is closed.
    """

    def __init__(self, state: ModelsState, page: QWidget) -> None:
        super().__init__(page)
        self._state, self._page = state, page
        self.evaluator = Evaluator(self)
        self.sources = DataSources()
        self.dialog: EvaluateDialog | None = None
        self._asked: tuple[ModelFile, ...] = ()
        state.contents_changed.connect(self._on_files_changed)
        state.comparison.changed.connect(self._on_files_changed)

    @property
    def files(self) -> tuple[ModelFile, ...]:
        """The shown file, and the other one if two are compared; empty if they cannot be evaluated."""
        return tuple(ModelFile(contents.path, contents.mark) for contents in self._contents())

    def ask(self) -> None:
        """Ask on which data to evaluate the shown files."""
        shown = self._contents()
        models = [contents.about for contents in shown if contents.about is not None]
        if not models or self.dialog is not None:
            return
        self._asked = self.files
        names = [short(contents.path.stem) for contents in shown]
        self.dialog = EvaluateDialog(models, names, self.sources, self._page)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.requested.connect(self._on_requested)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def start(self, choice: DataChoice, part: Part, title: str) -> None:
        """Evaluate the shown files.

        Arguments:
            choice: the data.
            part: the part of the data.
            title: of the data, on the screen.
        """
        if self.files:
            self.evaluator.start(EvaluationRequest(self.files, choice, part, title))

    def shutdown(self) -> None:
        """Stop, and end the thread."""
        if self.dialog is not None:
            self.dialog.reject()
        self.evaluator.shutdown()

    def _contents(self) -> tuple[FileContents, ...]:
        this, comparison = self._state.contents, self._state.comparison
        if this is None or this.about is None:
            return ()
        if not comparison.active:
            return (this,)
        other = comparison.other
        return () if other is None or describe_obstacle(this, other) else (this, other)

    @Slot()
    def _on_files_changed(self) -> None:
        files, request = self.files, self.evaluator.request
        if request is not None and request.files != files:
            self.evaluator.forget()
        if self.dialog is not None and self._asked != files:
            self.dialog.reject()

    @Slot(object, str, str)
    def _on_requested(self, choice: DataChoice, part: str, title: str) -> None:
        self.start(choice, cast(Part, part), title)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None
