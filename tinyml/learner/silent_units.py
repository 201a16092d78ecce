"""Tells dead units from units that are only silent for one small batch."""

import numpy as np

ENOUGH_EXAMPLES = 200
"""A unit is dead if it was 0 for so many measured examples in a row. In a batch of 32, a healthy unit that recognises
a rare pattern is often 0 for every example."""


class SilentUnits:
    """Remembers for how many measured examples in a row each unit of the activations has been 0.

    >>> units = SilentUnits()
    >>> units.add("relu_1", np.array([True, False]), examples=32)
    0.5
    >>> units.add("relu_1", np.array([False, True]), examples=32)
    0.0
    """

    def __init__(self) -> None:
        self._silent: dict[str, np.ndarray] = {}
        self._seen: dict[str, int] = {}

    def add(self, layer: str, alive: np.ndarray, examples: int) -> float:
        """Add a measured batch, and return the share of the units that are dead.

        These are the units that were 0 for all examples of the newest measured batches, which together hold at least
        200 examples; while fewer have been measured, of all of them. If no unit of the layer is alive in this batch,
        all are dead: with 200 outputs or more, this is no chance.

        Arguments:
            layer: path of the layer.
            alive: `(units,)` True for each unit that is not 0 for every example of the batch.
            examples: number of examples in the batch.
        """
        silent = self._silent.get(layer)
        if silent is None or silent.shape != alive.shape:
            silent, self._seen[layer] = np.zeros(alive.shape, np.int64), 0
        self._silent[layer] = silent = np.where(alive, 0, silent + examples)
        self._seen[layer] += examples
        if not alive.any() and alive.size * examples >= ENOUGH_EXAMPLES:
            return 1.0
        return float((silent >= min(self._seen[layer], ENOUGH_EXAMPLES)).mean())
