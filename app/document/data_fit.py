"""What to do if the network does not fit the data that were chosen. No widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.document.document import Document
from app.document.edits import Edit
from app.document.fitting import fit_to, problems_with, with_fitting_loss
from tinyml.core import Shape
from tinyml.data import DataDescription
from tinyml.net import NetworkSpecification, infer
from tinyml.storage import Project, starter_for

_OTHER_SHAPES: Sequence[Shape] = ((3, 64, 64), (1, 28, 28), (16,))
"""Shapes of other data. A network that no data fit has problems of its own, which other data do not cause."""


@dataclass(frozen=True)
class FitOffer:
    """The ways to a network that fits the data.

    Attributes:
        sentence: the first thing that does not fit.
        fit: the edit that keeps the network and changes what does not fit; None if this is not enough.
        steps: labels of the changes of `fit`, in order.
        start: the edit that replaces the network by one made for the data.
        start_title: what this network is, as a part of a sentence.
    """

    sentence: str
    fit: Edit | None
    steps: tuple[str, ...]
    start: Edit
    start_title: str


def find_offer(project: Project, data: DataDescription) -> FitOffer | None:
    """Return the ways to a network that fits the data; None if it fits, or if its problems have other reasons.

    Arguments:
        project: the project.
        data: the description of its data, with the target of the project.
    """
    problems = problems_with(project, data)
    if not problems or not _fits_some_data(project.network, data):
        return None
    fitted, steps = project, []
    if infer(project.network, data.example_shape, len(data.class_names), data.target_shape).problems:
        fitted, step = with_fitting_loss(project, data)
        steps = [step] if step else []
    result = fit_to(fitted, data)
    fit = Edit("fit the network to the data", result.project).alone() if result.fits else None
    starter = starter_for(data)
    start = Edit(f"start with {starter.title}", starter.use_in(project), selection=()).alone()
    return FitOffer(str(problems[0]), fit, (*steps, *result.steps), start, starter.title)


def _fits_some_data(network: NetworkSpecification, data: DataDescription) -> bool:
    """Return True if the layers fit each other for some data. An empty network fits none, but can be replaced."""
    shapes = (data.example_shape, *_OTHER_SHAPES)
    return not network.layers or any(not infer(network, shape).problems for shape in shapes)


class DataFit(QObject):
    """Watches if the network fits the data. Each document has one.

    There is an offer after a change of the data, or in a project that was opened, until the network fits. While the
    user builds a network, its problems are no reason for one.

    Arguments:
        document: holds the project; it owns this object.

    Signals:
        changed(): `offer` changed.
    """

    changed = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._data: DataDescription | None = None
        self._offer: FitOffer | None = None
        self._found_for: tuple[object, ...] | None = None
        self._watching = False
        self._misfit: NetworkSpecification | None = None
        document.changed.connect(self._refresh)
        document.replaced.connect(self._on_document_replaced)
        self._refresh()

    @staticmethod
    def of(document: Document) -> "DataFit":
        """Return the one of a `document`; make it at the first call."""
        return document.findChild(DataFit) or DataFit(document)

    @property
    def offer(self) -> FitOffer | None:
        """The ways to a network that fits the data; None if there is nothing to do."""
        return self._offer

    @property
    def _document(self) -> Document:
        # The parent, not an attribute: see SourceChoice.
        document = self.parent()
        assert isinstance(document, Document), "a document owns this object"
        return document

    @Slot()
    def _on_document_replaced(self) -> None:
        self._data = self._misfit = None
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        document = self._document
        project, data = document.project, document.data
        # The edits of an offer hold the whole project, so any other project needs another offer.
        asked = (project, data) if self._offer else (project.network, project.training, data)
        if asked == self._found_for:
            return
        self._found_for = asked
        before, self._offer = self._offer, None
        self._watch()
        if data is not None and (self._watching or not project.network.layers):
            self._offer = find_offer(project, data)
        if before != self._offer:
            self.changed.emit()

    def _watch(self) -> None:
        """Begin to watch when the network does not fit other data, and end when it fits."""
        data, network = self._document.data, self._document.project.network
        other_data = data is not None and (self._data is None or _facts_of(data) != _facts_of(self._data))
        self._data = data or self._data
        if data is None or not self._document.inference.problems:
            self._watching = False
        elif network.layers and (other_data or network == self._misfit):
            # The network is remembered, because undo may bring it back.
            self._watching, self._misfit = True, network


def _facts_of(data: DataDescription) -> tuple[object, ...]:
    """Return what a network must fit."""
    return data.example_shape, data.class_names, data.target_shape, data.target


__all__ = ["DataFit", "FitOffer", "find_offer"]
