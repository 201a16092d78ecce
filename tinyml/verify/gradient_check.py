"""The gradient check: compare the derivatives from `backward` with numerical differentiation.

The tolerances and the step were measured for this project. In float64, with two-sided differences and a step of 1e-6, a
right gradient has a relative error of about 1e-9. An error above 1e-4 was a mistake in a formula in every case.
"""

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeVar

import numpy as np

from tinyml.core import Array, DataError, Parameter, SettingsError, Shape, describe_shape
from tinyml.core.text_table import format_table
from tinyml.core.validation import check_counts
from tinyml.layers import Layer
from tinyml.losses import LossFunction, find_loss
from tinyml.net import Sequential
from tinyml.verify.numerical import STEP, Numbers

RIGHT, WRONG = 1e-7, 1e-4
"""A relative error up to the first limit is right, above the second wrong, and between them doubtful."""

Verdict = Literal["right", "doubtful", "wrong"]
Result = TypeVar("Result")

_BESIDE = 3
"""Distance in steps from an element on a kink to the points on both sides where its gradient is compared."""


@dataclass(frozen=True)
class TensorCheck:
    """The result of the gradient check for one tensor.

    Attributes:
        name: "input", or the parameter's name as in files, e.g. "conv_1.weight".
        shape: of the tensor; that of the input includes the batch.
        checked: the number of elements that were checked one by one.
        relative_error: `|analytic - numerical| / max(|analytic|, |numerical|)` over these elements (Euclidean norm). If
            not all elements were checked, the error along a random direction through all elements is computed too, and
            this is the larger of the two. Differences within the rounding error count as zero, so two gradients of
            zero agree.
        worst: index of the element with the largest difference.
        analytic, numerical: the derivative of this element, by `backward` and by differences.
        kinks: the number of elements with a kink within the step: a ReLU changes its sign or a pooling window changes
            its maximum, so the derivative jumps. These elements were compared on both sides of the kink.
    """

    name: str
    shape: Shape
    checked: int
    relative_error: float
    worst: tuple[int, ...]
    analytic: float
    numerical: float
    kinks: int

    @property
    def verdict(self) -> Verdict:
        """The verdict that follows from the relative error."""
        if self.relative_error <= RIGHT:
            return "right"
        # Written so that NaN is wrong.
        return "doubtful" if self.relative_error <= WRONG else "wrong"


@dataclass(frozen=True)
class GradientReport:
    """The result of the gradient check for a network.

    Attributes:
        loss: its value at the point of the check.
        tensors: the input first, then every parameter in the order of the layers.
        notes: one sentence for each layer whose `backward` is, on purpose, not the derivative of its `forward`.
    """

    loss: float
    tensors: tuple[TensorCheck, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all tensors."""
        verdicts = {tensor.verdict for tensor in self.tensors}
        return "wrong" if "wrong" in verdicts else "doubtful" if "doubtful" in verdicts else "right"

    @property
    def worst(self) -> TensorCheck:
        """The tensor with the largest relative error."""
        return max(self.tensors, key=lambda tensor: (math.isnan(tensor.relative_error), tensor.relative_error))

    def __str__(self) -> str:
        head = ("tensor", "shape", "checked", "relative error", "worst element", "analytic", "numerical", "kinks", "")
        rows = []
        for tensor in self.tensors:
            numbers = (
                f"{tensor.relative_error:.1e}",
                str(list(tensor.worst)),
                *_format_pair(tensor.analytic, tensor.numerical),
            )
            size, kinks = f"{tensor.checked:,}/{math.prod(tensor.shape):,}", str(tensor.kinks or "")
            rows.append((tensor.name, describe_shape(tensor.shape), size, *numbers, kinks, tensor.verdict))
        return "\n".join([format_table(head, rows, "<<>>>>>><"), *(f"Note: {note}" for note in self.notes)])


def gradient_check(
    net: Sequential,
    x: Array,
    y: np.ndarray,
    loss: LossFunction | str,
    *,
    elements: int | None = None,
    step: float = STEP,
    seed: int = 0,
) -> GradientReport:
    """Check the derivative of the loss with respect to the input and every parameter.

    Formula: `(ℓ(w + h) - ℓ(w - h)) / 2h` for each element w, compared with the gradient from `backward`. The check runs
    in float64 on a copy, so it does not change the network. Layers keep their mode (training or inference). Random
    layers, such as dropout, draw the same numbers in each pass.

    A difference can come from a kink: the input of a ReLU passes 0 within the step, or two values of a pooling window
    change their order. At a kink the analytic gradient jumps by at least this difference; that is how the check finds
    it. The derivative does not exist at the kink, so the check compares the element on both sides of it.

    Arguments:
        net: the network. Use a small one, or few `elements`: each element needs two forward passes.
        x: `(N, …)` a few examples.
        y: the targets of the loss.
        loss: a loss function, or the name of one in `tinyml.losses`.
        elements: the largest number of elements to check in each tensor, drawn at random. A larger tensor is also
            checked along a random direction through all of its elements. None checks all elements.
        step: h.
        seed: seed of the random generator that chooses elements and directions.

    Raises `DataError` when there is no example or the loss is not finite, `SettingsError` for an unknown loss or an
    argument out of range.

    >>> from tinyml.layers import Linear, Tanh
    >>> rng = np.random.default_rng(0)
    >>> net = Sequential([Linear("fc", 4, 3, rng=rng), Tanh("tanh")])
    >>> report = gradient_check(net, rng.normal(size=(2, 4)), np.zeros((2, 3)), "mse_loss")
    >>> report.verdict, [tensor.name for tensor in report.tensors]
    ('right', ['input', 'fc.weight', 'fc.bias'])
    """
    if not len(x):
        raise DataError("There is no example to check the gradients on.")
    if not 0 < step < 1:
        raise SettingsError(f"step is {step} but should be between 0 and 1.")
    check_counts(elements=elements)
    probe = _Probe(net, x, y, find_loss(loss))
    value, gradients = probe.gradients()
    if not math.isfinite(value):
        raise DataError(f"The loss is {value} here, so it has no derivative. Take other examples or other parameters.")
    rng = np.random.default_rng(seed)
    tensors = []
    for name, tensor in probe.tensors.items():
        chosen = np.arange(tensor.size)
        if elements is not None and elements < tensor.size:
            chosen = np.sort(rng.choice(tensor.size, elements, replace=False))
        tensors.append(_TensorChecker(probe, name, gradients[name], value, step).check(chosen, rng))
    return GradientReport(value, tuple(tensors), tuple(_exceptions(net.layers)))


class _Probe:
    """A float64 copy of the network with its examples: the loss as a function of every tensor in `tensors`."""

    def __init__(self, net: Sequential, x: Array, y: np.ndarray, loss: LossFunction) -> None:
        self._net = copy.deepcopy(net)
        self._loss, self._truth = loss, y
        for layer in self._net.layers:
            _make_double(layer)
        self._parameters: Mapping[str, Parameter] = self._net.named_parameters
        self._input: Numbers = np.array(x, np.float64, order="C")
        self.tensors: dict[str, Numbers] = {"input": self._input}
        for name, parameter in self._parameters.items():
            self.tensors[name] = np.asarray(parameter.tensor, np.float64)
        self._states = [(generator, generator.bit_generator.state) for generator in self._net.generators]

    def loss(self) -> float:
        """Run forward with the current tensors and return the loss."""
        return float(self._forward()[0])

    def gradients(self) -> tuple[float, dict[str, Numbers]]:
        """Run forward and backward; return the loss and the gradient of every tensor."""
        self._net.zero_grad()
        value, gradient = self._forward()
        found = {"input": np.asarray(self._net.backward(gradient), np.float64)}
        for name, parameter in self._parameters.items():
            found[name] = parameter.gradient.astype(np.float64)
        return float(value), found

    def _forward(self) -> tuple[float, Array]:
        for generator, state in self._states:
            generator.bit_generator.state = state
        return self._loss(self._net(self._input), self._truth)


class _Direction(NamedTuple):
    """The elements of a tensor that change, as flat positions, and the length of the change of each for one step."""

    positions: np.ndarray
    lengths: Numbers

    def along(self, gradient: Numbers) -> float:
        """Return the derivative along the direction for a flat gradient."""
        return float(gradient[self.positions] @ self.lengths)


class _TensorChecker:
    """Checks the gradient of one tensor."""

    def __init__(self, probe: _Probe, name: str, gradient: Numbers, loss: float, step: float) -> None:
        self._probe, self._name, self._step = probe, name, step
        self._shape = probe.tensors[name].shape
        self._tensor, self._gradient = probe.tensors[name].reshape(-1), gradient.reshape(-1)
        # The loss has a rounding error of a few units in its last place. The quotient divides it by the step.
        self._rounding = 4 * float(np.finfo(np.float64).eps) * max(abs(loss), 1e-3) / step

    def check(self, chosen: np.ndarray, rng: np.random.Generator) -> TensorCheck:
        """Check the chosen elements, given as flat positions. If these are not all, check a random direction too."""
        analytic, numerical = np.empty(len(chosen)), np.empty(len(chosen))
        kinks = 0
        for place, position in enumerate(chosen):
            one = _Direction(np.array([position]), np.ones(1))
            analytic[place], numerical[place], kink = self._compare(one)
            kinks += kink
        error = self._relative_error(analytic, numerical)
        if len(chosen) < self._tensor.size:
            error = max(error, self._direction_error(rng))
        furthest = int(np.argmax(np.abs(analytic - numerical)))
        worst = tuple(int(axis) for axis in np.unravel_index(chosen[furthest], self._shape))
        pair = float(analytic[furthest]), float(numerical[furthest])
        return TensorCheck(self._name, self._shape, len(chosen), error, worst, *pair, kinks)

    def _direction_error(self, rng: np.random.Generator) -> float:
        """Return the relative error along a random direction through all elements."""
        size = self._tensor.size
        lengths = rng.normal(size=size)
        analytic, numerical, _ = self._compare(_Direction(np.arange(size), lengths / np.linalg.norm(lengths)))
        # The derivative along a random direction is about the norm of the gradient divided by the root of the size.
        expected = float(np.linalg.norm(self._gradient)) / math.sqrt(size)
        return abs(analytic - numerical) / max(expected, self._rounding / RIGHT)

    def _compare(self, direction: _Direction) -> tuple[float, float, bool]:
        """Return the analytic and the numerical derivative along a direction, and True if there is a kink."""
        analytic = direction.along(self._gradient)
        numerical = self._slope(direction, 0)
        difference = abs(analytic - numerical)
        if difference <= max(RIGHT * abs(analytic), self._rounding):
            return analytic, numerical, False
        above, below = self._analytic_slope(direction, _BESIDE), self._analytic_slope(direction, -_BESIDE)
        # Where the loss is smooth, the gradient changes steadily: the jump is almost zero, even if it is wrong.
        jump = abs(above - 2 * analytic + below)
        if not jump >= difference:
            return analytic, numerical, False
        sides = (above, self._slope(direction, _BESIDE)), (below, self._slope(direction, -_BESIDE))
        return *max(sides, key=lambda side: abs(side[0] - side[1])), True

    def _slope(self, direction: _Direction, place: int) -> float:
        """Return the two-sided difference quotient, `place` steps away."""
        above = self._at(direction, place + 1, self._probe.loss)
        return (above - self._at(direction, place - 1, self._probe.loss)) / (2 * self._step)

    def _analytic_slope(self, direction: _Direction, place: int) -> float:
        """Return the derivative from `backward`, `place` steps away."""
        _, gradients = self._at(direction, place, self._probe.gradients)
        return direction.along(gradients[self._name].reshape(-1))

    def _at(self, direction: _Direction, place: int, ask: Callable[[], Result]) -> Result:
        """Call `ask` with the tensor moved by `place` steps, then restore the tensor."""
        kept = self._tensor[direction.positions]
        self._tensor[direction.positions] += place * self._step * direction.lengths
        try:
            return ask()
        finally:
            self._tensor[direction.positions] = kept

    def _relative_error(self, analytic: Numbers, numerical: Numbers) -> float:
        """Return the relative error of two gradients. Differences within the rounding error count as zero."""
        size = max(float(np.linalg.norm(analytic)), float(np.linalg.norm(numerical)))
        smallest = self._rounding * math.sqrt(len(analytic)) / RIGHT
        return float(np.linalg.norm(analytic - numerical)) / max(size, smallest)


def _make_double(layer: Layer) -> None:
    """Convert the parameters of a layer to float64. A layer computes in the dtype of its parameters."""
    for parameter in layer.named_parameters.values():
        double = Parameter(np.array(parameter.tensor, np.float64, order="C"), parameter.require_grad)
        # A layer can refer to a parameter by several names, so the object stays and only its attributes change.
        vars(parameter).update(vars(double))


def _exceptions(layers: Iterable[Layer]) -> Iterator[str]:
    """Yield a note for each layer whose `backward` is not the derivative of its `forward`, nested layers included."""
    for layer in layers:
        if layer.gradient_exception:
            yield f"'{layer.name}': {layer.gradient_exception}"
        yield from _exceptions(getattr(layer, "layers", ()))


def _format_pair(first: float, second: float) -> tuple[str, str]:
    """Format two numbers with enough digits to show their difference; equal numbers get 4 digits."""
    for digits in range(4, 11):
        texts = f"{first:.{digits}g}", f"{second:.{digits}g}"
        if texts[0] != texts[1]:
            break
    else:
        texts = f"{first:.4g}", f"{second:.4g}"
    return texts
