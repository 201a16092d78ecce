"""A probe: measures the layers of a network once, with many examples, without changing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from tinyml.data import Splits
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.learner.layer_stats import LayerStats
from tinyml.learner.objective import Objective
from tinyml.net import NetworkSpecification, collect_facts, infer

_MOST_EXAMPLES, _FEWEST_EXAMPLES = 256, 32
_MOST_OPERATIONS = 2e8
"""Operations of all forward passes together: some ten milliseconds."""


@dataclass(frozen=True)
class Probe:
    """Measurements of all layers at one moment.

    Attributes:
        examples: number of training examples that were used.
        layers: the measurements; without the ratio of updates, because nothing was updated.
    """

    examples: int
    layers: tuple[LayerStats, ...]


def probe_layers(
    network: NetworkSpecification, training: TrainingSettings, splits: Splits, tensors: Mapping[str, np.ndarray]
) -> Probe:
    """Measure a network with these weights: forward and backward, in a network of its own.

    A run measures seldom if it is short, and batches can be small. The probe says how the network is now.

    Arguments:
        network: its layers.
        training: the loss and the other settings.
        splits: the data of the run.
        tensors: parameters and buffers, named as in `Sequential.named_tensors`.

    Raises `TinymlError` if the network does not fit the data or the tensors.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> from tinyml.net import LayerSpecification
    >>> network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),))
    >>> weights = {"fc.weight": np.zeros((2, 2)), "fc.bias": np.zeros(2)}
    >>> probe = probe_layers(network, TrainingSettings(), prepare_splits(DataChoice(source="circle")), weights)
    >>> probe.examples, probe.layers[0].activation_mean
    (256, 0.0)
    """
    setup = set_up_training(network, training, splits)
    setup.net.set_tensors(tensors, "the weights to measure")
    train = splits.train
    facts = collect_facts(infer(network, train.description.example_shape))
    fitting = int(_MOST_OPERATIONS / max(facts.operations, 1))
    count = min(len(train), _MOST_EXAMPLES, max(fitting, _FEWEST_EXAMPLES))
    rows = np.sort(np.random.default_rng(0).permutation(len(train))[:count])
    targets = Objective(training.loss, train.class_targets).targets(train, rows)
    setup.net.train()
    setup.learner.step.train_on_batch(train.examples(rows), targets, measure=True)
    layers = setup.learner.step.layer_stats
    return Probe(count, tuple(replace(stats, update_ratio=None) for stats in layers))
