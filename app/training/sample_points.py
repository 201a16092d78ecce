"""Examples as points of a plane."""

import numpy as np

from tinyml.data import Dataset


def labels_of(samples: Dataset) -> np.ndarray:
    """Return the `(N,)` classes of samples. Samples with numbers as targets all have the class 0.

    Arguments:
        samples: N samples.

    >>> labels_of(Dataset.from_arrays([[0.0], [1.0]], [0.5, 2.0]))
    array([0, 0])
    """
    return samples.labels if samples.description.has_classes else np.zeros(len(samples), np.int64)


def points_of(samples: Dataset) -> np.ndarray:
    """Return the samples as points in the units of the data: `(N, 2)` or more coordinates.

    Arguments:
        samples: N samples. If each has one input and one target number, these two are the coordinates. A missing number
            is filled as for the network.

    >>> points_of(Dataset.from_arrays([[0.0], [1.0]], [0.5, 2.0])).tolist()
    [[0.0, 0.5], [1.0, 2.0]]
    """
    inputs = samples.unscaled_examples(slice(None)).reshape(len(samples), -1)
    missing = np.isnan(inputs)
    if missing.any():
        fill = np.array(samples.scaling.fill if samples.scaling is not None and samples.scaling.fill else [0.0])
        inputs = np.where(missing, fill, inputs).astype(np.float32)
    if inputs.shape[1] == 1 and not samples.description.has_classes:
        targets = samples.unscaled_target_numbers(slice(None))
        return np.hstack([inputs, targets.reshape(len(samples), -1)])
    return inputs
