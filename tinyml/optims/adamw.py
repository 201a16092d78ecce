"""AdamW: Adam with weight decay that is separate from the gradient."""

from tinyml.core import Array
from tinyml.optims.adam import AdamOptimizer
from tinyml.optims.base import OptimizerDescription, PyTorchCall


class AdamWOptimizer(AdamOptimizer):
    """Adam with decoupled weight decay (Loshchilov & Hutter 2019), in the form that PyTorch uses.

    Formula: `tensor = (1 - lr · λ) · tensor`, then a step of Adam without weight decay. In Adam the decay is divided by
    the size of the gradient; here it is the same for every number.

    Arguments:
        lr, beta_1, beta_2, epsilon: as in `AdamOptimizer`.
        weight_decay: λ, at least 0. Each step shrinks every number by the share `lr · λ`.

    Attributes:
        state: as in `AdamOptimizer`.

    Raises `SettingsError` if an argument is invalid.

    >>> import numpy as np
    >>> from tinyml.core import Parameter
    >>> weight = Parameter(np.array([1.0]))
    >>> AdamWOptimizer(lr=0.1, weight_decay=0.5).update(weight)
    >>> weight.tensor
    array([0.95])
    """

    def __init__(
        self,
        lr: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(lr, beta_1, beta_2, epsilon, weight_decay)

    def _decay(self, tensor: Array, gradient: Array) -> Array:
        if self.weight_decay:
            tensor *= 1 - self.lr * self.weight_decay
        return gradient


DESCRIPTION = OptimizerDescription(
    name="adamw",
    optimizer=AdamWOptimizer,
    title="AdamW",
    summary="Adam with weight decay that shrinks all numbers by the same share. Usual learning rate: 0.001, "
    "weight decay: 0.01.",
    formula="w ← (1 − ε λ) w − ε m̂ / (√{v̂} + 10^{−8})\nm̂, v̂: those of Adam with g = ∇",
    settings=("beta_1", "beta_2", "weight_decay"),
    make=lambda lr, settings: AdamWOptimizer(
        lr, settings["beta_1"], settings["beta_2"], weight_decay=settings["weight_decay"]
    ),
    pytorch=lambda adamw: PyTorchCall(
        "torch.optim.AdamW",
        {
            "lr": adamw.lr,
            "betas": (adamw.beta_1, adamw.beta_2),
            "eps": adamw.epsilon,
            "weight_decay": adamw.weight_decay,
        },
        {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
    ),
)
