"""RMSProp: gradients divided by their usual size."""

import numpy as np

from tinyml.core import Array, Parameter
from tinyml.core.elementwise import in_pieces
from tinyml.optims.base import Optimizer, OptimizerDescription, check_at_least_zero, check_positive, check_share


class RMSPropOptimizer(Optimizer):
    """RMSProp (Tieleman & Hinton 2012), in the form that PyTorch uses.

    Formula: `g = gradient + λ · tensor`; the running mean `v = α v + (1 - α) g²` starts at 0; the step is
    `s = g / (√v + ε)`, with momentum `b = μ b + s` in its place; `tensor = tensor - lr · s`.

    Arguments:
        lr: learning rate, greater than 0.
        smoothing: α, how slowly the mean square forgets, at least 0 and less than 1.
        epsilon: ε, keeps the division from meeting 0; greater than 0.
        momentum: μ, share of the former step that is kept, at least 0 and less than 1; None is 0.
        weight_decay: λ, how strongly every number is pulled towards 0, at least 0.

    Attributes:
        state: "square" (v) and, with momentum, "velocity" (b) of each parameter that was updated so far.

    Raises `SettingsError` when an argument is impossible.

    >>> weight = Parameter(np.array([1.0]))
    >>> weight.gradient += 2.0
    >>> RMSPropOptimizer(lr=0.01).update(weight)
    >>> weight.tensor.round(6)
    array([0.9])
    """

    def __init__(
        self,
        lr: float = 0.01,
        smoothing: float = 0.99,
        epsilon: float = 1e-8,
        momentum: float | None = None,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(lr)
        self.smoothing = check_share("smoothing", smoothing)
        self.epsilon = check_positive("epsilon", epsilon)
        self.momentum = check_share("momentum", momentum)
        self.weight_decay = check_at_least_zero("weight decay", weight_decay)

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place; its gradient stays as it is."""
        state = self.state_for(param, "square", *(("velocity",) if self.momentum else ()))
        in_pieces(self._step, param.tensor, param.gradient, *state.values())

    def _step(self, tensor: Array, gradient: Array, square: Array, velocity: Array | None = None) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * tensor
        square *= self.smoothing
        square += (1 - self.smoothing) * gradient * gradient
        size = np.sqrt(square)
        size += self.epsilon
        step: Array = gradient / size
        if velocity is not None:
            velocity *= self.momentum
            velocity += step
            step = velocity
        tensor -= self.lr * step

    def __repr__(self) -> str:
        further = f", momentum={self.momentum:g}" if self.momentum else ""
        further += f", weight_decay={self.weight_decay:g}" if self.weight_decay else ""
        return f"RMSPropOptimizer(lr={self.lr:g}, smoothing={self.smoothing:g}{further})"


# Momentum stays a choice of scripts: beside steps that are already of size 1, the 0.9 that suits SGD overshoots.
DESCRIPTION = OptimizerDescription(
    name="rmsprop",
    optimizer=RMSPropOptimizer,
    title="RMSProp",
    summary="Divides every gradient by its usual size, so that all numbers step alike. Usual learning rate: 0.001.",
    formula="v ← α v + (1 − α) ∇²,  w ← w − ε ∇ / (√v + 10⁻⁸)",
    settings=("smoothing", "weight_decay"),
    make=lambda lr, settings: RMSPropOptimizer(lr, settings["smoothing"], weight_decay=settings["weight_decay"]),
)
