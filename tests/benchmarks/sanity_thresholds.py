"""Measure what the similarity of the sanity checks means: `python -m tests.benchmarks.sanity_thresholds`.

The same picture (method, sample, unit, place) of a trained network is compared with that of networks with random
weights, and with that of another training of the same network. The second is the highest similarity that can be
expected: both networks have learned the same. Units of hidden layers have no counterpart in another training, so only
class scores are compared with it. The command takes some minutes and asserts nothing.
"""

import argparse
from dataclasses import dataclass, field

import numpy as np
from threadpoolctl import threadpool_limits

from tests.benchmarks import mnist
from tests.benchmarks.tables import Table, as_text
from tinyml.core import Array
from tinyml.data import load, split
from tinyml.layers.base import Box
from tinyml.learner import TrainingSetup, set_up_training
from tinyml.net import Sequential, Trace, record
from tinyml.storage import example_path, read_project
from tinyml.visualize import Reconstruction, cascade, picture_similarity, randomise
from tinyml.visualize.methods import FOLLOW_INPUT, METHODS, SLOW

NETWORKS = {"lenet-mnist": str(mnist.FOLDER), "lenet-digits": "digits"}
"""The networks by the name of their example, with their data."""


@dataclass(frozen=True)
class Similarities:
    """Of the pictures of one method for one layer; those without a figure are left out.

    Attributes:
        method: its name.
        layer: name of the layer.
        random: to networks that are random in all layers up to this one.
        upper: to networks that are random in the uppermost of these layers only.
        trained: to another training; empty for maps, which have no counterpart there.
        chance: of two random networks to each other.
    """

    method: str
    layer: str
    random: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    trained: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)


def main() -> None:
    """Train the networks, compare the pictures, and print a table for each network, and one with thresholds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--trainings", type=int, default=3, help="trainings of each network, at least 2")
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--draws", type=int, default=9, help="random networks of each picture; their median counts")
    options = parser.parse_args()
    every: list[Similarities] = []
    with threadpool_limits(limits=1, user_api="blas"):
        for name in options.networks:
            if name != "lenet-digits" and not mnist.FOLDER.is_dir():
                print(f"{name} is left out, because MNIST is not at ../shared/data/mnist.")
                continue
            trained = [train(name, seed) for seed in range(max(options.trainings, 2))]
            samples = trained[0].splits.test.inputs[: options.samples]
            found = measure([ready.net for ready in trained], samples, options.draws)
            every += found
            accuracies = ", ".join(f"{ready.test().accuracy:.1%}" for ready in trained)
            print(
                as_text(_table(name, found, f"{len(samples)} samples; the trainings reach {accuracies}.")), flush=True
            )
    print(as_text(_thresholds(every)))


def measure(nets: list[Sequential], samples: Array, draws: int) -> list[Similarities]:
    """Return the similarities of all methods for class scores and for the last maps.

    Arguments:
        nets: trainings of the same network.
        samples: `(N, …)` the samples.
        draws: random networks of each picture.
    """
    layers = _last_scores(nets[0]), _last_maps(nets[0], samples)
    return [_measure(method, layer, nets, samples, draws) for method in METHODS for layer in layers]


def train(name: str, seed: int) -> TrainingSetup:
    """Return a trained network, with other weights and batches for each seed; the data are split the same way.

    Arguments:
        name: one of `NETWORKS`.
        seed: of the training.
    """
    project = read_project(example_path(name))
    data = project.data.model_copy(update={"source": NETWORKS[name]})
    training = project.training.model_copy(update={"seed": seed})
    ready = set_up_training(project.network, training, split(load(data.source), data))
    for _ in ready.run():
        pass
    return ready


def _measure(method: str, layer: str, nets: list[Sequential], samples: Array, draws: int) -> Similarities:
    function, both_blank = METHODS[method], method not in FOLLOW_INPUT
    found = Similarities(method, layer)
    for net, other in zip(nets, [*nets[1:], nets[0]], strict=True):
        drawn = [randomise(_up_to(net, layer), seed=seed) for seed in range(draws)]
        tops = [next(cascade(_up_to(net, layer), seed=seed))[1] for seed in range(draws)]
        count = 1 if method in SLOW else draws
        for trace in (record(net, sample[np.newaxis]) for sample in samples):
            own = function(trace, layer, *_strongest(trace, layer))

            def picture(of: Sequential, place: Reconstruction = own, input: Array = trace.input) -> Array:
                return function(record(of, input), layer, place.map_index, place.position).image

            def compare(first: Array, second: Sequential, box: Box = own.receptive_field) -> float:
                return picture_similarity(first, picture(second), box, both_blank)

            found.random.append(_median([compare(own.image, each) for each in drawn[:count]]))
            found.upper.append(_median([compare(own.image, each) for each in tops[:count]]))
            found.chance.append(compare(picture(drawn[-1]), drawn[0]))
            if trace.entry(layer).output.ndim == 2:
                found.trained.append(compare(own.image, other))
    return found


def _table(name: str, found: list[Similarities], note: str) -> Table:
    columns = ("method", "layer", "all layers random", "upper layer random", "other training", "two random networks")
    rows = [
        (each.method, each.layer, *map(_spread, (each.random, each.upper, each.trained, each.chance))) for each in found
    ]
    notes = ("Rank correlation with the picture of the trained network: median (5 % to 95 %).", note)
    return Table(f"Similarity of the pictures of {name}", columns, tuple(rows), notes)


def _thresholds(every: list[Similarities]) -> Table:
    """Return for each method the threshold with the fewest errors: random weights above it, trainings below it."""
    rows = []
    for method in METHODS:
        scores = [each for each in every if each.method == method and each.trained]
        maps = _known([value for each in every if each.method == method and not each.trained for value in each.random])
        random = _known([value for each in scores for value in each.random])
        trained = _known([value for each in scores for value in each.trained])
        steps = np.arange(0, 1, 0.05)
        errors = [(random >= step).mean() + (maps >= step).mean() + (trained < step).mean() for step in steps]
        best = steps[int(np.argmin(errors))]
        shares = (random >= best).mean(), (trained < best).mean(), (maps >= best).mean()
        rows.append((method, f"{best:.2f}", *(f"{share:.0%}" for share in shares)))
    columns = ("method", "threshold", "random scores above it", "trainings below it", "random maps above it")
    return Table("Thresholds between random weights and another training", columns, tuple(rows))


def _known(values: list[float]) -> np.ndarray:
    return np.array([value for value in values if np.isfinite(value)])


def _median(values: list[float]) -> float:
    known = _known(values)
    return float(np.median(known)) if known.size else float("nan")


def _spread(values: list[float]) -> str:
    known = _known(values)
    if not known.size:
        return "–"
    low, middle, high = np.percentile(known, (5, 50, 95))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _strongest(trace: Trace, layer: str) -> tuple[int, tuple[int, int] | None]:
    """Return the strongest map or unit of a layer, and the place in it."""
    output = trace.entry(layer).output[0]
    if output.ndim == 1:
        return int(output.argmax()), None
    index, row, column = np.unravel_index(int(output.argmax()), output.shape)
    return int(index), (int(row), int(column))


def _up_to(net: Sequential, layer: str) -> Sequential:
    """Return the layers up to the chosen one. Those above it do not touch the picture."""
    names = [each.name for each in net.layers]
    return Sequential(net.layers[: names.index(layer) + 1])


def _last_scores(net: Sequential) -> str:
    return next(layer.name for layer in reversed(net.layers) if layer.settings.family == "dense")


def _last_maps(net: Sequential, samples: Array) -> str:
    """Return the last activation with maps, which the page shows first."""
    entries = record(net, samples[:1]).entries
    return [e.layer.name for e in entries if e.output.ndim == 4 and e.layer.settings.family == "activation"][-1]


if __name__ == "__main__":
    main()
