"""The results of an evaluation."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.models.reading.file_contents import FileMark
from app.training.dataset_cache import Part
from tinyml.data import DataChoice, DataDescription


@dataclass(frozen=True)
class ModelFile:
    """A file whose network is evaluated.

    Attributes:
        path: the file.
        mark: of the file when it was opened; after another program has changed it, it is not evaluated.
    """

    path: Path
    mark: FileMark | None


@dataclass(frozen=True)
class EvaluationRequest:
    """What is evaluated on what.

    Attributes:
        files: one file, or two files side by side.
        choice: the data.
        part: the part of the data.
        title: of the data, on the screen.
    """

    files: tuple[ModelFile, ...]
    choice: DataChoice
    part: Part
    title: str

    @property
    def heading(self) -> str:
        """The heading of the results."""
        return f"On {self.title}, {self.part} set"


@dataclass(frozen=True, eq=False)
class ClassScores:
    """What a network that tells classes apart achieves.

    Attributes:
        loss: mean over the examples.
        accuracy: share of the examples that are classified correctly, 0 to 1.
        predicted: `(N,)` the predicted classes; `NO_CLASS` where the scores are not finite, which counts as wrong.
        confidences: `(N,)` the scores of the predicted classes; NaN if there is no such class.
        confusion: `(classes, classes)` counts; row: the true class, column: the predicted one. Examples without a
            predicted class are in no cell.
        not_finite: how many examples have scores that are not finite.
    """

    loss: float
    accuracy: float
    predicted: np.ndarray
    confidences: np.ndarray
    confusion: np.ndarray
    not_finite: int


@dataclass(frozen=True, eq=False)
class NumberScores:
    """What a network that predicts numbers or images achieves. Errors have the units of the data.

    Attributes:
        loss: mean over the examples.
        squared_error, absolute_error: means over all predicted numbers.
        r_squared: the explained share of the variation; None if it is not known.
        errors: `(N,)` the mean absolute error of each example.
    """

    loss: float
    squared_error: float
    absolute_error: float
    r_squared: float | None
    errors: np.ndarray


Scores = ClassScores | NumberScores


@dataclass(frozen=True, eq=False)
class ShownExamples:
    """The examples that can be shown, with their inputs.

    Attributes:
        positions: `(K,)` places in the part of the data.
        inputs: `(K, …)` the inputs as people read them; large images are thumbnails.
        targets: `(K, …)` the true numbers; empty for classes.
        predicted: `(K, …)` the predicted numbers; empty for classes.
    """

    positions: np.ndarray
    inputs: np.ndarray
    targets: np.ndarray
    predicted: np.ndarray

    def take(self, positions: np.ndarray) -> "ShownExamples":
        """Return those of `positions` that can be shown, in the order of `positions`."""
        places = {position: row for row, position in enumerate(self.positions.tolist())}
        rows = np.array([places[each] for each in positions.tolist() if each in places], np.intp)
        numbers = len(self.targets) > 0
        return ShownExamples(
            self.positions[rows],
            self.inputs[rows],
            self.targets[rows] if numbers else self.targets,
            self.predicted[rows] if numbers else self.predicted,
        )


@dataclass(frozen=True, eq=False)
class EvaluationResult:
    """The result of an evaluation.

    Attributes:
        request: what was evaluated on what.
        description: of the data.
        count: number of examples.
        labels: `(N,)` the true classes; empty if the targets are numbers.
        scores: for each file of the request.
        shown: the examples that can be shown.
        seconds: how long the evaluation took.
        notes: sentences that the user should know.
        is_inspectable: True if the data are those that the shown file names: Inspect can show the examples.
        losses: the title of the loss of each network, if the losses of two networks cannot be compared: they were
            trained with different losses, or their targets are scaled differently. Empty if they can.
    """

    request: EvaluationRequest
    description: DataDescription
    count: int
    labels: np.ndarray
    scores: tuple[Scores, ...]
    shown: ShownExamples
    seconds: float
    notes: tuple[str, ...] = ()
    is_inspectable: bool = False
    losses: tuple[str, ...] = ()

    @property
    def has_classes(self) -> bool:
        """True if the networks tell classes apart."""
        return isinstance(self.scores[0], ClassScores)

    def mistakes(self, place: int = 0) -> np.ndarray:
        """Return `(M,)` positions of the mistakes of a network, the most confident one first.

        Arguments:
            place: of its file in the request.
        """
        scores = self.scores[place]
        assert isinstance(scores, ClassScores), "only classes are mistaken"
        return _by_confidence(np.flatnonzero(scores.predicted != self.labels), scores)

    def right_only_in(self, place: int) -> np.ndarray:
        """Return `(M,)` positions of the examples that only one of two networks gets right.

        Arguments:
            place: of the file of this network in the request. The most confident mistake of the other one comes first.
        """
        this, other = self.scores[place], self.scores[1 - place]
        assert isinstance(this, ClassScores), "only classes are right or wrong"
        assert isinstance(other, ClassScores), "both networks have the same targets"
        found = np.flatnonzero((this.predicted == self.labels) & (other.predicted != self.labels))
        return _by_confidence(found, other)


def largest_errors(errors: np.ndarray, most: int) -> np.ndarray:
    """Return the places of the largest errors, the largest first; what is not finite counts as largest.

    Arguments:
        errors: `(N,)`.
        most: how many.
    """
    order: np.ndarray = np.argsort(-np.where(np.isfinite(errors), errors, np.inf), kind="stable")
    return order[:most]


def _by_confidence(places: np.ndarray, scores: ClassScores) -> np.ndarray:
    confidences = np.nan_to_num(scores.confidences[places], nan=np.inf)
    order: np.ndarray = places[np.argsort(-confidences, kind="stable")]
    return order
