"""Projects that provoke a rule, and others that nearly do, on real data."""

import numpy as np

from tests.tinyml.diagnosis.real_runs import RealRun, linear, network, run, split_arrays
from tinyml.data import DataChoice, Splits, load, prepare_splits
from tinyml.learner import TrainingSettings

SOFTMAX = "cross_entropy_with_softmax_loss"


def settings(**changes) -> TrainingSettings:
    return TrainingSettings(**{"learning_rate": 0.05, "momentum": 0.9, "batch_size": 32, "epochs": 15, **changes})


def points(name: str = "moons", **options) -> Splits:
    return prepare_splits(DataChoice(source=name, validation=0.2, options=options))


def moons(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    data = load("moons", options={"count": count, "noise": 0.1, "seed": seed})
    return data.inputs.copy(), data.labels.copy()


def hidden(activation: str, layers: int = 2, units: int = 16, outputs: int = 2):
    inner = [part for _ in range(layers) for part in (linear(units), activation)]
    return network(*inner, linear(outputs))


def dead(rate: float = 0.3) -> RealRun:
    digits = prepare_splits(DataChoice(source="digits"))
    specification = network("Flatten", linear(64), "ReLU", linear(64), "ReLU", linear(64), "ReLU", linear(10))
    return run(specification, settings(learning_rate=rate, epochs=10), digits)


def ten_sigmoids() -> RealRun:
    return run(hidden("Sigmoid", 10), settings(learning_rate=0.1, epochs=20), points())


def random_labels(epochs: int = 60, classes: int = 2) -> RealRun:
    inputs, _ = moons(500)
    labels = np.random.default_rng(1).integers(0, classes, 500)
    return run(hidden("ReLU", 2, 64, classes), settings(epochs=epochs), split_arrays(inputs, labels, 100, 100))


def one_class() -> RealRun:
    inputs, _ = moons(300)
    labels = np.zeros(300, np.int64)
    return run(hidden("ReLU"), settings(epochs=5), split_arrays(inputs, labels, 60, 60, ("yes", "no")))


def noisy_labels(share: float) -> RealRun:
    inputs, labels = moons(800)
    rng = np.random.default_rng(2)
    wrong = rng.random(800) < share
    labels[wrong] = 1 - labels[wrong]
    return run(hidden("ReLU", 2, 32), settings(epochs=30), split_arrays(inputs, labels, 160, 160))


def overfitting() -> RealRun:
    digits = prepare_splits(DataChoice(source="digits", validation=0.2))
    few = digits._replace(train=digits.train.take(np.arange(60)))
    return run(network("Flatten", linear(128), "ReLU", linear(10)), settings(epochs=40), few)
