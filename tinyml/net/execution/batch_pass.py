"""The forward and backward pass of whole batches, for training and prediction.

A layer computes with the batch that it receives; it knows nothing of this package. Here a large batch is cut into
micro-batches (Huang et al. 2019) that fit into the processor's cache. `plan` decides which layers take a batch whole
and which in micro-batches; `segments` executes both kinds.

How a batch is cut depends only on its size and on the number of threads. With the same number of threads, results are
the same to the bit.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from tinyml.core import Array, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base.stack import check_layers
from tinyml.net.execution.plan import ExecutionPlan, Planner

_NO_LIMIT = nullcontext()


class BatchPass:
    """Runs batches forward through the layers of a network and, in training, gradients backward.

    A pass uses the memory of its results again for the next batch. The arrays that it returns are never used again.

    Arguments:
        for_training: True to keep everything that `backward` needs. False is for prediction and takes less memory.

    >>> import numpy as np
    >>> from tinyml.layers import Linear, ReLU
    >>> BatchPass().forward([Linear("fc", 4, 3), ReLU("relu")], np.zeros((2, 4), np.float32)).shape
    (2, 3)
    """

    def __init__(self, for_training: bool = True) -> None:
        self._for_training = for_training
        self._planner = Planner([], for_training)
        self._last_plan: ExecutionPlan | None = None

    def forward(self, layers: Sequence[Layer], input: Array) -> Array:
        """Compute the output `(N, …)` for a batch `(N, …)`.

        Arguments:
            layers: the layers of the network, from the input to the output; usually the same as in the last pass.
            input: `(N, …)`. It is never changed. `backward` reads it again, so it must stay as it is until then.

        Returns an array that no later pass changes.
        """
        if self._planner.layers != layers:
            check_layers(layers)
            self._planner = Planner(layers, self._for_training)
        plan = self._last_plan = self._planner.plan_for(input.shape)
        if not plan.on_threads:
            return plan.forward(input)
        with one_blas_thread():
            return plan.forward(input)

    def backward(self, gradient: Array) -> None:
        """Add to the gradient of every parameter, for the batch of the last `forward`.

        Arguments:
            gradient: `(N, …)`, with respect to the output.

        Raises `TinymlError` if there was no `forward`.
        """
        if self._last_plan is None:
            raise TinymlError("There is no batch to compute gradients for. Call forward before backward.")
        with self.threads():
            self._last_plan.backward(gradient)

    def threads(self) -> AbstractContextManager[None]:
        """Return a context that holds BLAS to one thread if the last batch ran on several threads of our own.

        Use it also for the update that follows: threads of BLAS stay awake for some time and slow ours down.
        """
        return one_blas_thread() if self._last_plan is not None and self._last_plan.on_threads else _NO_LIMIT
