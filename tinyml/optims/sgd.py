"""Stochastic gradient descent, with or without momentum."""

from tinyml.core import Array, Parameter
from tinyml.core.elementwise import in_pieces, number_like, subtract_scaled
from tinyml.optims.base import Optimizer, OptimizerDescription, PyTorchCall, check_at_least_zero, check_share


class SGDOptimizer(Optimizer):
    """Stochastic gradient descent (specification 000, "Optimizer"; momentum: Polyak 1964; Nesterov 1983).

    Formula: `g = gradient + λ · tensor`, `v = μ · v + g`, `tensor = tensor - lr · v`; v starts at 0. With Nesterov
    momentum, the last formula is `tensor = tensor - lr · (g + μ · v)`. PyTorch uses the same formulas.

    Arguments:
        lr: learning rate, greater than 0.
        momentum: μ, fraction of the old v that is added to g, at least 0 and less than 1; None is 0.
        nesterov: True for Nesterov momentum; it changes nothing if momentum is 0.
        weight_decay: λ, strength of the weight decay, at least 0.

    Attributes:
        state: "velocity" (v) of each parameter that has been updated; nothing without momentum.

    Raises `SettingsError` if an argument is invalid.

    >>> import numpy as np
    >>> weight = Parameter(np.array([1.0]))
    >>> weight.gradient += 2.0
    >>> SGDOptimizer(lr=0.1).update(weight)
    >>> weight.tensor
    array([0.8])
    """

    def __init__(
        self, lr: float = 0.01, momentum: float | None = None, nesterov: bool = False, weight_decay: float = 0.0
    ) -> None:
        super().__init__(lr)
        self.momentum = check_share("momentum", momentum)
        self.nesterov = bool(nesterov)
        self.weight_decay = check_at_least_zero("weight decay", weight_decay)

    def update(self, param: Parameter) -> None:
        """Change the parameter's tensor by one step, in place. Its gradient stays as it is."""
        state = self.state_for(param, "velocity") if self.momentum else {}
        in_pieces(self._step, param.tensor, param.gradient, *state.values())

    def _step(self, tensor: Array, gradient: Array, velocity: Array | None = None) -> None:
        step = gradient
        if self.weight_decay:
            step = step + self.weight_decay * tensor
        if velocity is not None:
            velocity *= number_like(self.momentum, tensor)
            velocity += step
            step = step + self.momentum * velocity if self.nesterov else velocity
        subtract_scaled(tensor, self.lr, step)

    def __repr__(self) -> str:
        optional = ", nesterov=True" if self.nesterov else ""
        optional += f", weight_decay={self.weight_decay:g}" if self.weight_decay else ""
        return f"SGDOptimizer(lr={self.lr:g}, momentum={self.momentum:g}{optional})"


DESCRIPTION = OptimizerDescription(
    name="sgd",
    optimizer=SGDOptimizer,
    title="SGD",
    summary="Moves each weight against its gradient. Momentum adds a fraction of the previous step to each step. "
    "Usual learning rate: 0.01 to 0.1.",
    formula="v ← μ v + ∇,  w ← w − ε v",
    settings=("momentum", "nesterov", "weight_decay"),
    make=lambda lr, settings: SGDOptimizer(
        lr, settings["momentum"] or None, settings["nesterov"], settings["weight_decay"]
    ),
    pytorch=lambda sgd: PyTorchCall(
        "torch.optim.SGD",
        {
            "lr": sgd.lr,
            "momentum": sgd.momentum,
            "nesterov": sgd.nesterov and sgd.momentum > 0,  # PyTorch refuses it without momentum
            "weight_decay": sgd.weight_decay,
        },
        {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
    ),
)
