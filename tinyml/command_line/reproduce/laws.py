"""Law 1 and Law 2 of specification 002, compared with numerical differentiation: for matrices, Linear and Conv2D."""

import argparse
import json
import time
from collections.abc import Callable

import numpy as np

from tinyml.layers import Conv2D, Linear
from tinyml.verify import LawCheck, check_law_1, check_law_2, conv_as_matrix, numerical_gradient
from tinyml.verify.numerical import Numbers


def run(options: argparse.Namespace) -> None:
    """Print both laws with their matrices, then the errors of the layers that use them, and JSON.

    Arguments:
        options: the parsed command line; only the seed is used.
    """
    started = time.perf_counter()
    rng = np.random.default_rng(options.seed)
    print("f(Y) = Σ sin(y), so ∂f/∂Y = cos(Y), element by element. Numerical gradients are two-sided.\n")
    a, x, b = rng.normal(size=(3, 2)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4))
    law_1 = check_law_1(_f, np.cos, a, x, b)
    _show("Law 1: for Y = A X + B, ∂f/∂X = Aᵀ ∂f/∂Y", {"A": a, "X": x, "∂f/∂Y": np.cos(a @ x + b)}, law_1)
    x, c, d = rng.normal(size=(3, 2)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4))
    law_2 = check_law_2(_f, np.cos, x, c, d)
    _show("Law 2: for Y = X C + D, ∂f/∂X = ∂f/∂Y Cᵀ", {"X": x, "C": c, "∂f/∂Y": np.cos(x @ c + d)}, law_2)
    print("The same in layers, relative error against numerical differentiation:")
    checks = {**_linear(rng), **_convolution(rng)}
    for sentence, check in checks.items():
        print(f"  {sentence:<66}  {check.relative_error:.1e}")
    errors = [check.relative_error for check in (law_1, law_2, *checks.values())]
    result = {"law_1": errors[0], "law_2": errors[1], "layers": errors[2:], "seed": options.seed}
    print(json.dumps({**result, "seconds": round(time.perf_counter() - started, 3)}))


def _f(y: Numbers) -> float:
    return float(np.sin(y).sum())


def _show(title: str, given: dict[str, Numbers], check: LawCheck) -> None:
    """Print a law, its matrices, and both gradients."""
    print(title)
    for name, matrix in {**given, "∂f/∂X by the law": check.by_law, "∂f/∂X numerically": check.numerical}.items():
        rows = np.array2string(matrix, precision=6, suppress_small=True, floatmode="fixed", sign=" ").splitlines()
        print("\n".join(f"  {name if row is rows[0] else '':<17}  {row}" for row in rows))
    print(f"  relative error {check.relative_error:.1e}\n")


def _linear(rng: np.random.Generator) -> dict[str, LawCheck]:
    """Check a Linear layer, `Y = X Wᵀ + b`: its gradients with respect to X and W."""
    layer = Linear("linear", 4, 3, dtype=np.float64, rng=rng)
    x, weight = rng.normal(size=(5, 4)), layer.weight.tensor
    of_input = layer.backward(np.cos(layer(x)))
    of_weight = layer.weight.gradient.copy()
    return {
        "Linear, Law 2:  ∂f/∂X = ∂f/∂Y W": LawCheck(of_input, numerical_gradient(lambda moved: _f(layer(moved)), x)),
        "Linear, Law 1:  ∂f/∂Wᵀ = Xᵀ ∂f/∂Y": LawCheck(of_weight, _by_weight(lambda: _f(layer(x)), weight)),
    }


def _convolution(rng: np.random.Generator) -> dict[str, LawCheck]:
    """Check a Conv2D layer, which is `Y* = W* X*` with the sparse matrix W* of its filters."""
    layer = Conv2D("conv", (2, 5, 4), 3, 3, 2, stride=(2, 1), padding=1, bias=False, dtype=np.float64, rng=rng)
    image, filters = rng.normal(size=(1, 2, 5, 4)), layer.weight.tensor
    matrix = conv_as_matrix(filters, (2, 5, 4), stride=(2, 1), padding=1)
    output = layer(image)
    by_layer = layer.backward(np.cos(output))
    of_filters = layer.weight.gradient.copy()
    by_matrix = (matrix.T @ np.cos(matrix @ image.reshape(-1))).reshape(image.shape)
    numerical = numerical_gradient(lambda moved: _f(layer(moved)), image)
    return {
        "Conv2D, Law 1:  ∂f/∂X* = W*ᵀ ∂f/∂Y* by the layer (im2col)": LawCheck(by_layer, numerical),
        f"Conv2D, Law 1:  the same by its {len(matrix)}×{matrix.shape[1]} matrix W*": LawCheck(by_matrix, numerical),
        "Conv2D, Law 2:  ∂f/∂W, gathered from ∂f/∂W* = ∂f/∂Y* X*ᵀ": LawCheck(
            of_filters, _by_weight(lambda: _f(layer(image)), filters)
        ),
    }


def _by_weight(value: Callable[[], float], tensor: np.ndarray) -> Numbers:
    """Differentiate numerically with respect to a tensor of a layer."""

    def moved_to(numbers: Numbers) -> float:
        kept = tensor.copy()
        tensor[...] = numbers
        try:
            return value()
        finally:
            tensor[...] = kept

    return numerical_gradient(moved_to, tensor.copy())
