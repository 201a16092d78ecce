"""The outputs of a layer for many examples as points of a plane: principal component analysis (PCA).

Source: Pearson 1901, "On lines and planes of closest fit to systems of points in space"; Hotelling 1933.

PCA needs few lines and gives the same picture each time. t-SNE and UMAP are not here, because their libraries bring
hundreds of megabytes (scikit-learn with SciPy, or Numba with LLVM).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tinyml.core import Array
from tinyml.core.threads import one_blas_thread
from tinyml.core.validation import check_counts
from tinyml.data import Dataset
from tinyml.net import Sequential
from tinyml.visualize.layer_outputs import SEARCH_BATCH, LayerOutputs, diverged

_MOST_EXACT = 256
"""Up to so many numbers for each example, all of them are kept, and the result is exact."""
_RANK = 64
"""Of longer outputs, so many directions are kept."""


@dataclass(frozen=True)
class Embedding:
    """The outputs of a layer as points.

    Attributes:
        points: `(N, count)`, one for each example. Their mean is zero.
        shares: `(count,)` the share of the whole variance along each component, from 0 to 1, the largest first.
        components: `(count, …)` the directions in the shape of the layer's output, each of length 1. Directions in
            which nothing varies are zero.
        mean: `(…)` the mean output of the layer.
    """

    points: Array
    shares: Array
    components: Array
    mean: Array


def embed(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 2, batch_size: int = SEARCH_BATCH
) -> Embedding:
    """Return the outputs of a layer, projected on the directions in which they vary most (PCA).

    Formula: with the outputs x of a layer as vectors and their mean m, the components are the eigenvectors of
    `1/N Σ (x − m)(x − m)ᵀ` with the largest eigenvalues; a point is `components · (x − m)`. Of each component, the
    number with the largest absolute value is positive, so that a picture is not mirrored the next time.

    Up to 256 numbers for each example, the result is exact. Of longer outputs, an incremental singular value
    decomposition keeps 64 directions (Brand 2006, "Fast low-rank modifications of the thin singular value
    decomposition"). So the memory is that of one batch and of 64 numbers for each example.

    Arguments:
        model: the network. Only its layers up to the chosen one run, in evaluation mode.
        inputs: `(N, …)` the examples, or a dataset.
        layer_name: name of a layer with outputs of any shape. Several maps count as one vector.
        count: number of components.
        batch_size: examples in one forward pass.

    Raises `TinymlError`, with the reason, when there is no such layer, when a number is less than 1, or when an output
    is infinite or not a number; `DataError` when there are no examples; `ShapeError` when they do not fit the network.

    >>> from tinyml.layers import ReLU
    >>> found = embed(Sequential([ReLU("relu")]), np.array([[0.0, 0], [3, 4], [6, 8]]), "relu")
    >>> found.points[:, 0].round(6).tolist(), found.shares.round(6).tolist()
    ([-5.0, 0.0, 5.0], [1.0, 0.0])
    """
    [(_, found)] = deque(embed_by_batch(model, inputs, layer_name, count, batch_size), maxlen=1)
    assert found is not None  # the last step has the result
    return found


def embed_by_batch(
    model: Sequential, inputs: Array | Dataset, layer_name: str, count: int = 2, batch_size: int = SEARCH_BATCH
) -> Iterator[tuple[int, Embedding | None]]:
    """Do the work of `embed` batch by batch, so a caller can show progress or cancel.

    Arguments:
        model, inputs, layer_name, count, batch_size: as for `embed`.

    Yields, after each batch, the number of examples done, and the embedding after the last one, None before. To
    cancel, leave the loop.

    Raises the same errors as `embed`, at the first batch or at the batch that causes the error.

    >>> from tinyml.layers import ReLU
    >>> steps = embed_by_batch(Sequential([ReLU("relu")]), np.eye(3), "relu", batch_size=2)
    >>> [(done, found is not None) for done, found in steps]
    [(2, False), (3, True)]
    """
    check_counts(count=count)
    outputs = LayerOutputs(model, inputs, layer_name, batch_size)
    size = int(np.prod(outputs.shape))
    kept = _Kept() if size <= _MOST_EXACT else _LowRank()
    for start, batch in outputs:
        _require_finite(batch, layer_name, start)
        kept.add(batch.reshape(len(batch), size))
        done = start + len(batch)
        yield done, _components(kept, count, outputs.shape) if done == outputs.count else None


class _Kept:
    """All rows, for short ones."""

    def __init__(self) -> None:
        self._rows: list[Array] = []

    def add(self, rows: Array) -> None:
        """Add `(n, D)`."""
        self._rows.append(rows)

    def factors(self) -> tuple[Array, Array, Array]:
        """Return coordinates `(N, r)`, orthonormal directions `(r, D)` and an origin `(D,)` of the rows."""
        rows = np.concatenate(self._rows).astype(np.float64)
        return rows, np.eye(rows.shape[1]), np.zeros(rows.shape[1])

    def variance(self) -> float:
        """Return the sum over the axes of the variance of the rows."""
        return float(np.concatenate(self._rows).astype(np.float64).var(axis=0).sum())


class _LowRank:
    """The best approximation of all rows by few directions, updated with each batch.

    The rows so far are `U · S`, with `S` of few rows that are at right angles. With a batch B below S, the Gram matrix
    `T Tᵀ` of `T = [S; B]` has the eigenvectors E. The first of them give the new `S' = Eᵀ T`, and `T ≈ E S'` says how
    the old rows of S and those of the batch follow from it. U is only put together at the end.
    """

    def __init__(self) -> None:
        self._directions: Array | None = None
        self._factors: list[tuple[Array, Array]] = []
        self._squares = 0.0

    @one_blas_thread()  # the matrices are small
    def add(self, rows: Array) -> None:
        """Add `(n, D)`."""
        if self._directions is None:
            # Near the mean, so that the mean takes no direction of its own.
            self._origin = rows.mean(axis=0, dtype=np.float64).astype(rows.dtype)
            self._sum = np.zeros(rows.shape[1])
            self._directions = np.zeros((0, rows.shape[1]), rows.dtype)
        rows = rows - self._origin
        self._sum += rows.sum(axis=0, dtype=np.float64)
        self._squares += float(np.square(rows, dtype=np.float64).sum())
        stacked = np.concatenate([self._directions, rows])
        vectors = np.linalg.eigh((stacked @ stacked.T).astype(np.float64))[1][:, : -_RANK - 1 : -1]
        vectors = vectors.astype(rows.dtype)
        self._factors.append((vectors[: len(self._directions)], vectors[len(self._directions) :]))
        self._directions = vectors.T @ stacked

    def factors(self) -> tuple[Array, Array, Array]:
        """Return coordinates `(N, r)`, orthonormal directions `(r, D)` and an origin `(D,)` of about the rows."""
        assert self._directions is not None  # there is at least one batch
        lengths = np.linalg.norm(self._directions.astype(np.float64), axis=1)
        used = lengths > lengths.max() * 1e-6
        later = np.diag(lengths)[:, used]
        parts = []
        for above, below in reversed(self._factors):
            parts.append(below @ later)
            later = above @ later
        directions = self._directions[used] / lengths[used, np.newaxis]
        return np.concatenate(parts[::-1]), directions, self._origin.astype(np.float64)

    def variance(self) -> float:
        """Return the sum over the axes of the variance of the rows."""
        count = sum(len(below) for _, below in self._factors)
        return float(self._squares / count - np.square(self._sum / count).sum())


@one_blas_thread()
def _components(kept: _Kept | _LowRank, count: int, shape: tuple[int, ...]) -> Embedding:
    """Return the principal components of all rows."""
    coordinates, directions, origin = kept.factors()
    mean = coordinates.mean(axis=0)
    centred = coordinates - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    order = np.argsort(-values, kind="stable")[:count]
    values, vectors = values[order], vectors[:, order]
    vectors[:, values <= 1e-12 * max(float(values.max(initial=0.0)), 1e-300)] = 0
    components = vectors.T @ directions
    largest = np.take_along_axis(components, np.abs(components).argmax(axis=1)[:, np.newaxis], axis=1)
    signs = np.where(largest < 0, -1.0, 1.0)
    missing = ((0, max(0, count - len(values))), (0, 0))  # if there are fewer numbers than components
    variance = kept.variance()
    shares = np.clip(values, 0, None) / variance if variance > 0 else np.zeros(len(values))
    return Embedding(
        np.pad(centred @ (vectors * signs.T), missing[::-1]),
        np.pad(np.minimum(shares, 1.0), missing[0]),
        np.pad(components * signs, missing).reshape(count, *shape),
        (origin + mean @ directions).reshape(shape),
    )


def _require_finite(batch: Array, layer_name: str, start: int) -> None:
    faulty = np.argwhere(~np.isfinite(batch))
    if len(faulty):
        value = float(batch[tuple(faulty[0])])
        raise diverged(f"An output of '{layer_name}'", value, start + int(faulty[0][0]))
