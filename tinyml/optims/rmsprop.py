"""RMSProp: each gradient divided by the root of its mean square."""

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


class RMSPropOptimizer(Optimizer):
    """RMSProp (Tieleman & Hinton 2012), in the form that PyTorch uses.

    Formula: `g = gradient + λ · tensor`, `v = α v + (1 - α) g²`, `s = g / (√v + epsilon)`, `tensor = tensor - lr · s`.
    With momentum, `b = μ b + s`, and b replaces s in the last formula. v and b start at 0.

    Arguments:
        lr: learning rate, greater than 0.
        smoothing: α, the weight of the old v in the new v, at least 0 and less than 1.
        epsilon: avoids a division by 0; greater than 0.
        momentum: μ, fraction of the old b that is added to s, at least 0 and less than 1; None is 0.
        weight_decay: λ, strength of the weight decay, at least 0.

    Attributes:
        state: "square" (v) and, with momentum, "velocity" (b) of each parameter that has been updated.

    Raises `SettingsError` if an argument is invalid.

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
        """Change the parameter's tensor by one step, in place. Its gradient stays as it is."""
        state = self.state_for(param, "square", *(("velocity",) if self.momentum else ()))
        in_pieces(self._step, param.tensor, param.gradient, *state.values())

    def _step(self, tensor: Array, gradient: Array, square: Array, velocity: Array | None = None) -> None:
        if self.weight_decay:
            gradient = gradient + self.weight_decay * tensor
        square *= self.smoothing
        square += (1 - self.smoothing) * gradient * gradient
        denominator = np.sqrt(square)
        denominator += self.epsilon
        step: Array = gradient / denominator
        if velocity is not None:
            velocity *= self.momentum
            velocity += step
            step = velocity
        tensor -= self.lr * step

    def __repr__(self) -> str:
        optional = f", momentum={self.momentum:g}" if self.momentum else ""
        optional += f", weight_decay={self.weight_decay:g}" if self.weight_decay else ""
        return f"RMSPropOptimizer(lr={self.lr:g}, smoothing={self.smoothing:g}{optional})"


# Only scripts can set the momentum of RMSProp. 0.9 is good for SGD but too large here, where s is already about 1.
DESCRIPTION = OptimizerDescription(
    name="rmsprop",
    optimizer=RMSPropOptimizer,
    title="RMSProp",
    summary="Divides each gradient by the root of its mean square. Usual learning rate: 0.001.",
    formula="v ← α v + (1 − α) ∇^2\nw ← w − ε ∇ / (√{v} + 10^{−8})",
    settings=("smoothing", "weight_decay"),
    make=lambda lr, settings: RMSPropOptimizer(lr, settings["smoothing"], weight_decay=settings["weight_decay"]),
    pytorch=lambda rmsprop: PyTorchCall(
        "torch.optim.RMSprop",
        {
            "lr": rmsprop.lr,
            "alpha": rmsprop.smoothing,
            "eps": rmsprop.epsilon,
            "momentum": rmsprop.momentum,
            "weight_decay": rmsprop.weight_decay,
        },
        {"alpha": 0.99, "eps": 1e-8, "momentum": 0.0, "weight_decay": 0.0},
    ),
)
