"""The outputs of one layer for many examples, batch by batch, so that they need the memory of one batch."""

from collections.abc import Callable, Iterator

import numpy as np

from tinyml.core import Array, DataError, TinymlError
from tinyml.core.validation import check_counts
from tinyml.data import Dataset
from tinyml.net import Sequential
from tinyml.visualize.chosen_layer import find_layer

SEARCH_BATCH = 128
"""Default batch size. Larger batches need more memory and delay a cancel; smaller ones are slower."""


class LayerOutputs:
    """The outputs of one layer in evaluation mode for many examples.

    Only the layers up to the chosen one run. Between two batches, the network is in the mode (training or evaluation)
    that it had before.

    Arguments:
        model: the network.
        inputs: `(N, …)` the examples, or a dataset. The bytes of a dataset are converted to floating-point numbers one
            batch at a time.
        layer_name: name of the layer.
        batch_size: examples in one forward pass.

    Attributes:
        shape: output of the layer for one example, without the batch axis.
        count: number of examples.

    Raises `TinymlError` when there is no such layer; `DataError` when there are no examples; `ShapeError` when they do
    not fit the network; `SettingsError` when the batch size is less than 1.

    >>> from tinyml.layers import ReLU
    >>> outputs = LayerOutputs(Sequential([ReLU("relu")]), np.array([[1.0], [-2.0], [3.0]]), "relu", batch_size=2)
    >>> [(start, batch.tolist()) for start, batch in outputs]
    [(0, [[1.0], [0.0]]), (2, [[3.0]])]
    """

    def __init__(
        self, model: Sequential, inputs: Array | Dataset, layer_name: str, batch_size: int = SEARCH_BATCH
    ) -> None:
        check_counts(batch_size=batch_size)
        if not len(inputs):
            raise DataError("There are no examples to search.")
        self._take: Callable[[slice], Array]
        if isinstance(inputs, Dataset):
            example_shape, self._take = inputs.description.example_shape, inputs.examples
        else:
            example_shape, self._take = inputs.shape[1:], inputs.__getitem__
        chosen = find_layer([layer.name for layer in model.layers], layer_name)
        self._truncated = Sequential(model.layers[: chosen + 1])
        self._batch_size = batch_size
        self.shape = self._truncated.output_shape(example_shape)
        self.count = len(inputs)

    def __iter__(self) -> Iterator[tuple[int, Array]]:
        """Yield the index of the first example of each batch, and the outputs `(n, …)`."""
        for start in range(0, self.count, self._batch_size):
            with np.errstate(all="ignore"):  # hides NumPy's warnings; callers check the numbers
                batch = self._truncated.predict(self._take(slice(start, start + self._batch_size)))
            yield start, batch


def diverged(what: str, value: float, example: int) -> TinymlError:
    """Return the error for a number that is infinite or not a number.

    Arguments:
        what: the number, as the subject of a sentence.
        value: the number.
        example: index of the example that gives it.

    >>> str(diverged("The strongest activation of map 0 of 'relu'", np.nan, 3))[:70]
    "The strongest activation of map 0 of 'relu' is nan for example 3. Unle"
    """
    return TinymlError(
        f"{what} is {value} for example {example}. Unless the example itself holds such a value, training has "
        "diverged: train again with a lower learning rate."
    )
