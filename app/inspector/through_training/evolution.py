"""How the reconstruction of an activation grows with the epochs.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", 2014, figure 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.inspector.requests import compute_reconstruction
from app.inspector.target import Method, Target
from app.training import OwnExample, Snapshot
from app.training.sample_trace import trace_sample
from tinyml.core import TinymlError
from tinyml.data import Dataset, ProgressCallback
from tinyml.net import trace_to
from tinyml.visualize import Reconstruction

MOST_PICTURES = 8


@dataclass(frozen=True, eq=False)
class Question:
    """What is reconstructed in each epoch.

    Attributes:
        samples: the samples.
        chosen: index of the sample, or the own example.
        target: the activation.
        method: how it is reconstructed.
    """

    samples: Dataset
    chosen: int | OwnExample
    target: Target
    method: Method

    def same_as(self, other: "Question | None") -> bool:
        """Return True if an answer to the `other` question is one to this, too."""
        if other is None or self.samples is not other.samples:
            return False
        same_sample = self.chosen is other.chosen or (isinstance(self.chosen, int) and self.chosen == other.chosen)
        return same_sample and (self.target, self.method) == (other.target, other.method)


@dataclass(frozen=True, eq=False)
class EpochPicture:
    """The reconstruction with the weights after one epoch.

    Attributes:
        tensors: these weights.
        reconstruction: None if the method cannot reconstruct the target.
        sentence: why not, or why the picture is blank; else empty.
    """

    tensors: Mapping[str, np.ndarray]
    reconstruction: Reconstruction | None
    sentence: str = ""


def choose_epochs(epochs: Sequence[int], most: int = MOST_PICTURES) -> tuple[int, ...]:
    """Return some of the kept epochs: dense at the beginning, where features change most, and the last one.

    Arguments:
        epochs: the kept ones, in order.
        most: how many to return, at most; at least 3.

    >>> choose_epochs(range(65))
    (0, 1, 2, 4, 8, 16, 32, 64)
    """
    if len(epochs) <= most:
        return tuple(epochs)
    places = {0, *np.geomspace(1, len(epochs) - 1, most - 1).round().astype(int).tolist()}
    return tuple(epochs[place] for place in sorted(places))


def reconstruct_epochs(
    question: Question, snapshots: Mapping[int, Snapshot], progress: ProgressCallback
) -> dict[int, EpochPicture]:
    """Return the reconstructions of one target with the weights after several epochs. Runs in a background thread.

    Arguments:
        question: sample, target and method.
        snapshots: the weights by epoch.
        progress: called with the finished share; raises an exception if the pictures are no longer wanted.
    """
    pictures = {}
    for number, (epoch, snapshot) in enumerate(snapshots.items()):
        progress(number / len(snapshots))
        try:
            shown = trace_sample(snapshot, question.samples, question.chosen)
            trace = trace_to(shown.trace, question.target.layer, shown.inside)
            found = compute_reconstruction(question.method, trace, question.target, progress, number, len(snapshots))
            pictures[epoch] = EpochPicture(snapshot.tensors, found, found.blank_reason)
        except TinymlError as error:
            pictures[epoch] = EpochPicture(snapshot.tensors, None, str(error))
    return pictures
