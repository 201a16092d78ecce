"""The experiment of specification 003: the errors and the training time of tinyml and PyTorch.

A 2-25-25-25-2 network with ReLU, and Tanh at its end, learns which points of a square lie in a circle. It uses the mean
squared error, batches of 10, a learning rate of 0.1 and 50 epochs. Each of the 10 rounds draws 1000 training points and
1000 test points. If PyTorch is installed, it starts every round with the same weights and receives the same batches.

The seconds only count training, not the evaluation after each epoch for the second figure.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from threadpoolctl import threadpool_info
from tqdm import tqdm

from tinyml.command_line.reproduce.line_figure import Line, draw_lines
from tinyml.core import Array
from tinyml.core.files import check_can_save
from tinyml.core.text_table import format_table
from tinyml.data import Dataset, minibatches
from tinyml.data.built_in.circle import draw_circle
from tinyml.layers import Linear, ReLU, Tanh
from tinyml.learner import Learner
from tinyml.losses import mse_loss
from tinyml.net import Sequential
from tinyml.optims import SGDOptimizer

LEARNING_RATE, BATCH_SIZE, POINTS, HIDDEN = 0.1, 10, 1000, 25
_GREY, _VERMILION, _BLUE = "#bbbbbb", "#d55e00", "#0072b2"


class Outcome(NamedTuple):
    """A row of the seed's Table I.

    Attributes:
        train_error, test_error: share of misclassified points after the last epoch, 0 to 1.
        seconds: training time.
    """

    train_error: float
    test_error: float
    seconds: float


SPECIFIED_TABLE = {
    "specification 003": Outcome(0.0803, 0.0873, 5.50),
    "specification 003, its PyTorch": Outcome(0.0747, 0.0881, 5.37),
}


@dataclass(frozen=True)
class Round:
    """The result of one round.

    Attributes:
        losses: `(epochs,)` mean loss of the batches of each epoch.
        train_errors, test_errors: `(epochs,)` share of misclassified points after each epoch, 0 to 1.
        seconds: training time.
    """

    losses: Array
    train_errors: Array
    test_errors: Array
    seconds: float


class Trainer(Protocol):
    """A framework in the experiment, with the network and the points of one round."""

    def fit(self, batches: Iterable[np.ndarray]) -> list[float]:
        """Learn from batches of training points, given by their indices; return the losses."""

    def outputs(self, points: Array) -> Array:
        """Compute the `(N, 2)` outputs for `(N, 2)` points."""


Maker = Callable[[Sequential, Dataset, float], Trainer]
"""Makes a trainer from a fresh network, the training points and the learning rate."""


class TinymlTrainer:
    """Trains with tinyml.

    Arguments:
        net: the network; its weights change.
        train: the training points.
        learning_rate: of gradient descent.
    """

    def __init__(self, net: Sequential, train: Dataset, learning_rate: float) -> None:
        self._learner = Learner(net, mse_loss, SGDOptimizer(learning_rate))
        self._points, self._targets = train.inputs, train.class_targets[train.labels]

    def fit(self, batches: Iterable[np.ndarray]) -> list[float]:
        """Train with one step for each batch; return the losses.

        Arguments:
            batches: the indices of the examples of each batch.
        """
        points, targets, learner = self._points, self._targets, self._learner
        return [learner.batch_fit(points[batch], targets[batch])[0] for batch in batches]

    def outputs(self, points: Array) -> Array:
        """Return the outputs of the network.

        Arguments:
            points: `(N, 2)` the inputs.
        """
        return self._learner.predict(points)


def run(options: argparse.Namespace) -> None:
    """Run the experiment; print Table I of the seed with the new results, write two figures, and print JSON.

    Arguments:
        options: the parsed command line.

    Raises `StorageError`, before anything is computed, if the figures cannot be written.
    """
    started = time.perf_counter()
    paths = [Path(options.figures, f"mini-framework-{name}.png") for name in ("loss", "errors")]
    for path in paths:
        check_can_save(path)
    frameworks = find_frameworks()
    for make in frameworks.values():
        run_round(make, 1, [options.seed])  # warm-up: libraries load some parts at the first use
    rounds: dict[str, list[Round]] = {name: [] for name in frameworks}
    for number in tqdm(range(options.rounds), unit="round", leave=False):
        for name, make in frameworks.items():
            rounds[name].append(run_round(make, options.epochs, [options.seed, number]))
    outcomes = {name: average(results) for name, results in rounds.items()}
    kernel = _describe_blas()
    print(
        f"Mean of {options.rounds} rounds of {options.epochs} epochs. The seconds are the training time of one round "
        "on one thread."
    )
    print(f"Matrix products by {kernel}.\n")
    _print_table({**SPECIFIED_TABLE, **outcomes})
    draw_loss_figure(paths[0], rounds["tinyml"])
    draw_error_figure(paths[1], rounds["tinyml"])
    print(f"\nFigures: {paths[0]} and {paths[1]}")
    result = {name.split()[0].lower(): outcome._asdict() for name, outcome in outcomes.items()}
    about = {"rounds": options.rounds, "epochs": options.epochs, "seed": options.seed, "blas": kernel}
    seconds = round(time.perf_counter() - started, 3)
    print(json.dumps({**result, **about, "figures": [str(path) for path in paths], "seconds": seconds}))


def find_frameworks() -> dict[str, Maker]:
    """Return the maker of each trainer by the framework's name: tinyml, and PyTorch if it is installed."""
    found: dict[str, Maker] = {"tinyml": TinymlTrainer}
    try:
        name = f"PyTorch {version('torch')}"
    except PackageNotFoundError:
        return found
    from tinyml.command_line.reproduce.pytorch_baseline import PyTorchBaseline

    return {**found, name: PyTorchBaseline}


def run_round(make: Maker, epochs: int, seed: list[int]) -> Round:
    """Train a fresh network on fresh points. The seed decides the network, the points and the batches.

    Arguments:
        make: creates the trainer of a network.
        epochs: number of epochs.
        seed: of the random generator.
    """
    rng = np.random.default_rng(seed)
    train, test = draw_circle(POINTS, rng), draw_circle(POINTS, rng)
    trainer = make(_make_net(rng), train, LEARNING_RATE)
    losses, errors, seconds = [], [], 0.0
    for _ in range(epochs):
        batches = list(minibatches(POINTS, BATCH_SIZE, rng))
        begun = time.perf_counter()
        batch_losses = trainer.fit(batches)
        seconds += time.perf_counter() - begun
        losses.append(np.mean(batch_losses))
        errors.append([_error(trainer, part) for part in (train, test)])
    train_errors, test_errors = np.array(errors).T
    return Round(np.array(losses), train_errors, test_errors, seconds)


def average(rounds: list[Round]) -> Outcome:
    """Return the mean results of the last epochs of all rounds."""
    results = [(round_.train_errors[-1], round_.test_errors[-1], round_.seconds) for round_ in rounds]
    train_error, test_error, seconds = np.mean(results, axis=0)
    return Outcome(float(train_error), float(test_error), float(seconds))


def draw_loss_figure(path: Path, rounds: list[Round]) -> None:
    """Draw Figure 1 of the seed: the loss of every round, and their mean.

    Arguments:
        path: the PNG file.
        rounds: the results of all rounds.
    """
    losses = np.array([round_.losses for round_ in rounds])
    lines = [Line(loss, _GREY, "" if number else "one round", width=1) for number, loss in enumerate(losses)]
    lines.append(Line(losses.mean(axis=0), _VERMILION, "mean", width=3))
    draw_lines(path, f"Loss over epochs, {len(rounds)} rounds", "epoch", "mean squared error", lines)


def draw_error_figure(path: Path, rounds: list[Round]) -> None:
    """Draw Figure 2 of the seed: the mean errors on the training and the test points.

    Arguments:
        path: the PNG file.
        rounds: the results of all rounds.
    """
    train = 100 * np.mean([round_.train_errors for round_ in rounds], axis=0)
    test = 100 * np.mean([round_.test_errors for round_ in rounds], axis=0)
    lines = [Line(train, _BLUE, "train"), Line(test, _VERMILION, "test", dashed=True)]
    draw_lines(path, f"Error over epochs, mean of {len(rounds)} rounds", "epoch", "misclassified points, %", lines)


def _describe_blas() -> str:
    """Return the name of NumPy's library for matrix products and of its kernel for this processor."""
    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    return " and ".join(
        f"{library['internal_api']} ({library.get('architecture', 'unknown kernel')})" for library in found
    )


def _make_net(rng: np.random.Generator) -> Sequential:
    layers = [
        Linear("linear_1", 2, HIDDEN, rng=rng),
        ReLU("relu_1"),
        Linear("linear_2", HIDDEN, HIDDEN, rng=rng),
        ReLU("relu_2"),
        Linear("linear_3", HIDDEN, HIDDEN, rng=rng),
        ReLU("relu_3"),
        Linear("linear_4", HIDDEN, 2, rng=rng),
        Tanh("tanh"),
    ]
    return Sequential(layers)


def _error(trainer: Trainer, points: Dataset) -> float:
    """Return the share of points whose output is nearer to the target of the other class."""
    inside = trainer.outputs(points.inputs).sum(axis=1) > 0
    return float(np.mean(inside != points.labels))


def _print_table(rows: dict[str, Outcome]) -> None:
    cells = [
        (name, f"{100 * row.train_error:.2f} %", f"{100 * row.test_error:.2f} %", f"{row.seconds:.2f}")
        for name, row in rows.items()
    ]
    print(format_table(("", "train error", "test error", "seconds"), cells, "<>>>", ruler=False))
    others = [name for name in rows if name.startswith("PyTorch")]
    if others:
        ratio = rows["tinyml"].seconds / rows[others[0]].seconds
        print(f"\ntinyml takes {ratio:.2f} of PyTorch's time.")
    else:
        print("\nPyTorch is not installed, so there is no comparison (pip install 'tinyml-studio[compare]').")
