"""What the weights of a run predict for chosen examples, with everything that the views show of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from app.monitor.predictions.examples import ChosenExamples, small_inputs
from app.training import Snapshot
from app.training.sample_trace import unscaled_output
from tinyml.core.threads import one_blas_thread
from tinyml.data import Dataset, ProgressCallback
from tinyml.learner import Calibration, calibration, class_scores, confusion_matrix

MOST_MISTAKES = 60
"""Largest number of mistakes that are listed, the most confident ones."""
MOST_PAIRS = 24
"""Largest number of images beside their reconstructions."""
_BATCH_SIZE = 128


@dataclass(frozen=True, eq=False)
class ClassPredictions:
    """Predicted classes. Examples whose scores are not finite are left out.

    Attributes:
        examples: the examples.
        snapshot: the weights of the network.
        seconds: how long the prediction took.
        class_names: names of the classes.
        places: `(N,)` which of `examples` have finite scores.
        labels: `(N,)` their true classes.
        predicted: `(N,)` their predicted classes.
        confidences: `(N,)` the scores of the predicted classes, 0 to 1.
        confusion: `(classes, classes)` counts; row: the true class, column: the predicted one.
        calibration: confidence compared with accuracy; None if no score is finite.
        mistakes: `(M,)` positions in `places` of the mistakes, the most confident one first.
        mistake_inputs: `(M, …)` their inputs as people read them.
    """

    examples: ChosenExamples
    snapshot: Snapshot
    seconds: float
    class_names: tuple[str, ...]
    places: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    confidences: np.ndarray
    confusion: np.ndarray
    calibration: Calibration | None
    mistakes: np.ndarray
    mistake_inputs: np.ndarray

    @property
    def skipped(self) -> int:
        """Number of examples whose scores are not finite."""
        return len(self.examples.rows) - len(self.places)

    @property
    def obstacle(self) -> str:
        """One sentence that says why nothing is predicted, as after a divergence; empty if something is."""
        if len(self.places):
            return ""
        return f"No score of {self.examples.describe()} is finite. Lower the learning rate and train again."

    @property
    def mistake_count(self) -> int:
        """Number of mistakes, also of those that are not listed."""
        return int(self.confusion.sum() - np.trace(self.confusion))

    def in_cell(self, true: int, predicted: int) -> np.ndarray:
        """Return the positions in `places` of a cell of the confusion matrix, the most confident prediction first.

        Arguments:
            true: the true class.
            predicted: the predicted class.
        """
        found = np.flatnonzero((self.labels == true) & (self.predicted == predicted))
        order: np.ndarray = found[np.argsort(-self.confidences[found], kind="stable")]
        return order


@dataclass(frozen=True, eq=False)
class NumberPredictions:
    """Predicted numbers or images.

    Attributes:
        examples: the examples.
        snapshot: the weights of the network.
        seconds: how long the prediction took.
        targets: `(N, …)` the target numbers, in the units of the data.
        predicted: `(N, …)` the predicted numbers, in the units of the data.
        pictures: `(N, …)` the inputs before scaling, if the targets are images; else empty.
    """

    examples: ChosenExamples
    snapshot: Snapshot
    seconds: float
    targets: np.ndarray
    predicted: np.ndarray
    pictures: np.ndarray


Predictions = ClassPredictions | NumberPredictions


def predict(snapshot: Snapshot, examples: ChosenExamples, progress: ProgressCallback) -> Predictions:
    """Predict the examples. Call this off the GUI thread.

    Arguments:
        snapshot: the weights of the network.
        examples: the examples.
        progress: called after each batch with the share that is done; it may raise an exception to stop.

    Raises `DataError` if the data cannot be read.
    """
    started = perf_counter()
    dataset = snapshot.prepare(examples.load())
    with one_blas_thread(), np.errstate(all="ignore"):
        output = np.concatenate(list(_predict_in_parts(snapshot, dataset, progress)))
    if dataset.description.has_classes:
        return _class_predictions(snapshot, examples, dataset, output, started)
    everything = slice(None)
    images = len(dataset.description.target_shape or ()) == 3
    return NumberPredictions(
        examples,
        snapshot,
        perf_counter() - started,
        dataset.unscaled_target_numbers(everything).copy(),
        unscaled_output(dataset, output),
        dataset.unscaled_examples(everything).copy() if images else np.zeros(0),
    )


def _predict_in_parts(snapshot: Snapshot, dataset: Dataset, progress: ProgressCallback) -> Iterator[np.ndarray]:
    net = snapshot.make_net()
    for start in range(0, len(dataset), _BATCH_SIZE):
        yield net.predict(dataset.examples(slice(start, start + _BATCH_SIZE)))
        progress(min((start + _BATCH_SIZE) / len(dataset), 1.0))


def _class_predictions(
    snapshot: Snapshot, examples: ChosenExamples, dataset: Dataset, output: np.ndarray, started: float
) -> ClassPredictions:
    with np.errstate(all="ignore"):
        scores = class_scores(output, snapshot.training.loss, dataset.class_targets)
    places = np.flatnonzero(np.isfinite(scores).all(axis=1))
    predicted, labels = scores[places].argmax(axis=1), dataset.labels[places]
    confidences = scores[places, predicted].astype(np.float64)
    count = len(dataset.description.class_names)
    wrong = np.flatnonzero(predicted != labels)
    mistakes = wrong[np.argsort(-confidences[wrong], kind="stable")][:MOST_MISTAKES]
    # Without a Softmax layer, the outputs may be no probabilities, whatever the loss expects.
    shares = bool(len(places)) and float(confidences.min()) >= 0 and float(confidences.max()) <= _LARGEST_SCORE
    return ClassPredictions(
        examples,
        snapshot,
        perf_counter() - started,
        dataset.description.class_names,
        places,
        labels,
        predicted,
        confidences,
        confusion_matrix(predicted, labels, count) if len(places) else np.zeros((count, count), np.int64),
        calibration(confidences, predicted == labels) if shares else None,
        mistakes,
        small_inputs(dataset, places[mistakes]),
    )


_LARGEST_SCORE = 1.0005
"""Scores of a softmax in float32 may exceed 1 by about 1e-6."""
