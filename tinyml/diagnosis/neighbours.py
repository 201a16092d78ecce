"""Nearest neighbours: what the data alone say about their labels and their parts, without any network."""

import math
from dataclasses import dataclass, replace

import numpy as np

from tinyml.core import Array
from tinyml.core.threads import one_blas_thread
from tinyml.data import Dataset, Splits

MOST_EXAMPLES = 800
"""Number of examples that are compared with each other: enough to measure a share up to 2 %."""
_MOST_NUMBERS = 1024
"""Of longer examples, this many numbers are compared."""
_CHUNK_NUMBERS = 1 << 22
"""So many numbers are read at once: 16 MB."""
NEIGHBOURS = 10
_FEW_NEIGHBOURS = 5
"""Neighbours that vote for a class, or whose target numbers are averaged."""
_CLEAR_MAJORITY = 8
"""So many of ten neighbours with the same label are no accident."""


@dataclass(frozen=True)
class Neighbours:
    """What the nearest neighbours say.

    Attributes:
        compared: number of training examples that were compared.
        score: accuracy, or R², of predicting each of them from its nearest neighbours.
        isolated: share of them whose label differs from the one label of at least 8 of their 10 neighbours; 0 if the
            targets are numbers.
        evenness: how often a label contradicts its neighbours in the half of the examples whose neighbours agree most,
            divided by how often it contradicts them anywhere. Labels that are wrong by accident lie everywhere, which
            gives about 1; where two classes overlap, such examples are at the border, which gives less. 0 if there are
            none.
        columns: number of inputs of an example.
        same_part: share of nearest neighbours that are in the same part, for equally many training and validation
            examples. It is about one half if both are alike (Schilling 1986). None without enough validation examples.
        pooled: number of examples behind `same_part`.
    """

    compared: int
    score: float
    isolated: float
    evenness: float = 0.0
    columns: int = 0
    same_part: float | None = None
    pooled: int = 0


def compare_neighbours(splits: Splits) -> Neighbours | None:
    """Compare some examples with each other; return None if there are too few.

    Arguments:
        splits: the data of a run.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> compare_neighbours(prepare_splits(DataChoice(source="moons"))).score > 0.95
    True
    """
    rng = np.random.default_rng(0)
    rows = _choose(splits.train, MOST_EXAMPLES, rng)
    if len(rows) <= 2 * NEIGHBOURS:
        return None
    inputs = _vectors(splits.train, rows)
    with one_blas_thread():
        order = _nearest(inputs, NEIGHBOURS)
        score, isolated, evenness = _predict(splits.train, rows, order)
        alone = Neighbours(len(rows), score, isolated, evenness, math.prod(splits.train.description.example_shape))
        count = min(len(splits.validation), len(rows) // 2)
        if count < 2 * NEIGHBOURS:
            return alone
        validation = _vectors(splits.validation, _choose(splits.validation, count, rng))
        chosen = rng.permutation(len(rows))[:count]
        pooled = np.concatenate([inputs[chosen], validation])
        nearest = _nearest(pooled, 1)[:, 0]
    same = np.mean((nearest < count) == (np.arange(2 * count) < count))
    return replace(alone, same_part=float(same), pooled=2 * count)


def _choose(part: Dataset, most: int, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.permutation(len(part))[:most])


def _vectors(part: Dataset, rows: np.ndarray) -> Array:
    """Return examples as vectors; long ones are thinned evenly."""
    size = math.prod(part.description.example_shape)
    step = -(-size // _MOST_NUMBERS)
    at_once = max(1, _CHUNK_NUMBERS // size)
    chunks = [rows[start : start + at_once] for start in range(0, len(rows), at_once)]
    thinned = [part.examples(chunk).reshape(len(chunk), size)[:, ::step].astype(np.float64) for chunk in chunks]
    vectors: Array = np.nan_to_num(np.concatenate(thinned))
    return vectors


def _nearest(vectors: Array, count: int) -> np.ndarray:
    """Return the indices of the nearest other vectors, `(N, count)`; each column is scaled to deviation 1."""
    deviation = vectors.std(axis=0)
    # Pixels have one unit, so a pixel that hardly ever changes must not become as important as the others.
    smallest = 0.1 * deviation.max(initial=0.0) if vectors.shape[1] > 100 else 0.0
    scaled = (vectors - vectors.mean(axis=0)) / np.where(deviation > smallest, deviation, max(smallest, 1e-12))
    squares = (scaled**2).sum(axis=1)
    distances = squares[:, np.newaxis] + squares - 2 * scaled @ scaled.T
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1, kind="stable")[:, :count]


def _predict(train: Dataset, rows: np.ndarray, order: np.ndarray) -> tuple[float, float, float]:
    """Return the score of predicting from neighbours, the share of isolated labels, and their evenness."""
    if not train.description.has_classes:
        targets = train.target_numbers(rows).reshape(len(rows), -1).astype(np.float64)
        errors = ((targets[order[:, :_FEW_NEIGHBOURS]].mean(axis=1) - targets) ** 2).sum()
        variation = ((targets - targets.mean(axis=0)) ** 2).sum()
        return (float(1 - errors / variation) if variation else 1.0), 0.0, 0.0
    labels, classes = train.labels[rows], len(train.description.class_names)
    votes = np.stack([(labels[order] == label).sum(axis=1) for label in range(classes)], axis=1)
    few = np.stack([(labels[order[:, :_FEW_NEIGHBOURS]] == label).sum(axis=1) for label in range(classes)], axis=1)
    winner = votes.argmax(axis=1)
    agreeing, contradicts = votes.max(axis=1), winner != labels
    isolated = (agreeing >= _CLEAR_MAJORITY) & contradicts
    inside = _upper_half(agreeing)
    evenness = contradicts[inside].mean() / contradicts.mean() if contradicts.any() else 0.0
    return float(np.mean(few.argmax(axis=1) == labels)), float(np.mean(isolated)), float(evenness)


def _upper_half(counts: np.ndarray) -> np.ndarray:
    """Return which counts are in the upper half; without the middle one if too many are equal to it."""
    middle = np.sort(counts)[len(counts) // 2]
    upper: np.ndarray = counts >= middle
    return counts > middle if upper.mean() > 0.75 and (counts > middle).any() else upper
