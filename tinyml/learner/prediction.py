"""Predictions for new examples, in the words and units of the data."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tinyml.core import Array
from tinyml.data import FittedPreprocessing
from tinyml.learner.objective import class_scores


class Prediction(NamedTuple):
    """What a network says of one example.

    Attributes:
        class_name: name of the class with the highest score; None if the targets are numbers.
        scores: the score of each class, 0 to 1; empty if the targets are numbers.
        numbers: the predicted numbers in the units of the data; empty for classes.
    """

    class_name: str | None
    scores: tuple[float, ...] = ()
    numbers: tuple[float, ...] = ()


def describe_output(
    output: Array, loss: str, class_names: Sequence[str], preprocessing: FittedPreprocessing
) -> tuple[Prediction, ...]:
    """Turn outputs of a network into predictions.

    Arguments:
        output: `(N, outputs)` of the network.
        loss: name of the loss of its training.
        class_names: names of the classes; empty if the targets are numbers.
        preprocessing: of the data that the network was trained on.

    >>> output = np.array([[0.0, 3.0]], np.float32)
    >>> describe_output(output, "cross_entropy_with_softmax_loss", ("cat", "dog"), FittedPreprocessing())[0].class_name
    'dog'
    """
    if not class_names:
        numbers = preprocessing.unscale_targets(output).reshape(len(output), -1).tolist()
        return tuple(Prediction(None, numbers=tuple(row)) for row in numbers)
    targets = np.array(preprocessing.class_targets or np.eye(len(class_names)), np.float32)
    scores = class_scores(output, loss, targets)
    return tuple(Prediction(class_names[int(row.argmax())], tuple(map(float, row))) for row in scores)
