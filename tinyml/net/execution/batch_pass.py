"""The forward and backward pass of whole batches, for training and prediction.

A large batch is split into micro-batches (Huang et al. 2019) that fit into the processor's cache. A layer does not
know if it receives a whole batch or a micro-batch. `plan` decides which layers receive which; `segments` executes both
kinds.

The sizes of the micro-batches depend only on the size of the batch and on the number of threads. With the same number
of threads, a run gives the same bits each time.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from tinyml.core import Array, TinymlError
from tinyml.core.threads import one_blas_thread
from tinyml.layers import Layer
from tinyml.layers.base.stack import check_layers
from tinyml.net.execution.observation import OutputObserver
from tinyml.net.execution.plan import ExecutionPlan, Planner
from tinyml.net.execution.processes.team import clear_idle_team

_NO_LIMIT = nullcontext()


class BatchPass:
    """Runs batches forward through the layers of a network and, in training, gradients backward.

    A pass reuses the memory of intermediate results for the next batch, but never the memory of a returned array.

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

    def forward(self, layers: Sequence[Layer], input: Array, observer: OutputObserver | None = None) -> Array:
        """Compute the output `(N, …)` for a batch `(N, …)`.

        Arguments:
            layers: the layers of the network, from the input to the output; usually the same as in the last pass.
            input: `(N, …)`. The pass does not change it. Do not change it before `backward`, which reads it again.
            observer: sees the output of each layer; only in training. It changes no bit of the results.

        Returns an array that no later pass changes.
        """
        if self._planner.layers != layers:
            check_layers(layers)
            self._planner = Planner(layers, self._for_training)
        clear_idle_team()
        plan = self._last_plan = self._planner.plan_for(input.shape)
        if not plan.on_threads:
            return plan.forward(input, observer)
        with one_blas_thread():
            return plan.forward(input, observer)

    def backward(self, gradient: Array) -> None:
        """Compute the gradients for the batch of the last `forward`, and add them to those of the parameters.

        Arguments:
            gradient: `(N, …)`, of the loss with respect to the output.

        Raises `TinymlError` if there was no `forward`.
        """
        if self._last_plan is None:
            raise TinymlError("There is no batch to compute gradients for. Call forward before backward.")
        with self.threads():
            self._last_plan.backward(gradient)

    def threads(self) -> AbstractContextManager[None]:
        """Return a context that limits BLAS to one thread if the last batch ran on tinyml's own threads.

        Use it also for the update after the batch: threads of BLAS stay awake for some time after their work, and would
        slow down tinyml's threads.
        """
        return one_blas_thread() if self._last_plan is not None and self._last_plan.on_threads else _NO_LIMIT
