"""Adam: a separate step size for each weight, from the running means of its gradient and its squared gradient."""

import math
from functools import partial

import numpy as np

from tinyml.core import Array, Parameter
from tinyml.core.elementwise import in_pieces
from tinyml.optims.base import (
    Optimizer,
    OptimizerDescription,
    PyTorchCall,
    check_at_least_zero,
    check_positive,
    check_share,
)


class AdamOptimizer(Optimizer):
    """Adam (Kingma & Ba 2015), in the form that PyTorch uses.

    Formula: `g = gradient + λ · tensor`, `m = β₁ m + (1 - β₁) g`, `v = β₂ v + (1 - β₂) g²`. The running means m and v
    start at 0; in step t, `1 - β₁ᵗ` and `1 - β₂ᵗ` correct this bias:
    `tensor = tensor - lr · (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + epsilon)`.

    Arguments:
        lr: learning rate, greater than 0.
        beta_1: β₁, the weight of the old m in the new m, at least 0 and less than 1.
        beta_2: β₂, the weight of the old v in the new v, at least 0 and less than 1.
        epsilon: avoids a division by 0; greater than 0.
        weight_decay: λ, strength of the weight decay, at least 0. It is added to the gradient.

    Attributes:
        state: "mean" (m), "square" (v) and "steps" (t) of each parameter that has been updated.

    Raises `SettingsError` if an argument is invalid.

    >>> weight = Parameter(np.array([1.0]))
    >>> weight.gradient += 2.0
    >>> AdamOptimizer(lr=0.1).update(weight)
    >>> weight.tensor.round(6)
    array([0.9])
    """

    def __init__(
        self,
        lr: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr)
        self.beta_1 = check_share("beta_1", beta_1)
        self.beta_2 = check_share("beta_2", beta_2)
        self.epsilon = check_positive("epsilon", epsilon)
        self.weight_decay = check_at_least_zero("weight decay", weight_decay)

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place. Its gradient stays as it is."""
        state = self.state_for(param, "mean", "square")
        # Each parameter has its own count, since it can be frozen for some steps. The count is an array, since
        # checkpoints save only arrays.
        steps = state.setdefault("steps", np.zeros(1))
        steps += 1
        step = partial(self._step, float(steps[0]))
        in_pieces(step, param.tensor, param.gradient, state["mean"], state["square"])

    def _step(self, count: float, tensor: Array, gradient: Array, mean: Array, square: Array) -> None:
        gradient = self._decay(tensor, gradient)
        mean *= self.beta_1
        mean += (1 - self.beta_1) * gradient
        square *= self.beta_2
        square += (1 - self.beta_2) * gradient * gradient
        denominator = np.sqrt(square)
        denominator *= 1 / math.sqrt(1 - self.beta_2**count)
        denominator += self.epsilon
        tensor -= (self.lr / (1 - self.beta_1**count)) * mean / denominator

    def _decay(self, tensor: Array, gradient: Array) -> Array:
        """Apply weight decay: return the gradient plus λ times the tensor. AdamW changes the tensor instead."""
        return gradient + self.weight_decay * tensor if self.weight_decay else gradient

    def __repr__(self) -> str:
        optional = f", weight_decay={self.weight_decay:g}" if self.weight_decay else ""
        return f"{type(self).__name__}(lr={self.lr:g}, beta_1={self.beta_1:g}, beta_2={self.beta_2:g}{optional})"


DESCRIPTION = OptimizerDescription(
    name="adam",
    optimizer=AdamOptimizer,
    title="Adam",
    summary="Chooses a step size for each weight from the running means of its gradient and its squared gradient. "
    "Usual learning rate: 0.001.",
    formula=(
        "g = ∇ + λ w\n"
        "m ← β_1 m + (1 − β_1) g\n"
        "v ← β_2 v + (1 − β_2) g^2\n"
        "m̂ = m / (1 − β_1^t)\n"
        "v̂ = v / (1 − β_2^t)\n"
        "w ← w − ε m̂ / (√{v̂} + 10^{−8})"
    ),
    settings=("beta_1", "beta_2", "weight_decay"),
    make=lambda lr, settings: AdamOptimizer(
        lr, settings["beta_1"], settings["beta_2"], weight_decay=settings["weight_decay"]
    ),
    pytorch=lambda adam: PyTorchCall(
        "torch.optim.Adam",
        {
            "lr": adam.lr,
            "betas": (adam.beta_1, adam.beta_2),
            "eps": adam.epsilon,
            "weight_decay": adam.weight_decay,
        },
        {"betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0},
    ),
)
