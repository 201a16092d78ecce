"""Random weights, cascades, and the rank correlation; and what they show of a trained network."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from tests.tinyml.net.stacks import stack
from tinyml.core import Array, TinymlError
from tinyml.data import load, split
from tinyml.layers import Layer, Linear
from tinyml.learner import TrainingSetup, set_up_training
from tinyml.net import Sequential, build, record
from tinyml.storage import example_path, read_project
from tinyml.visualize import (
    Reconstruction,
    cascade,
    gradient,
    guided_backprop,
    randomise,
    rank_correlation,
    reconstruct,
)

SHAPE = (1, 6, 6)
NETWORK = stack(
    "Conv2D", "BatchNorm2D", "ReLu", ("Residual", {"layers": []}), "Dropout", "Flatten", ("Linear", {"outputs": 3})
)


def network() -> Sequential:
    net = build(NETWORK, SHAPE, np.random.default_rng(0), np.float64)
    net(np.random.default_rng(1).normal(3, 2, size=(8, *SHAPE)))
    return net


def equal(first: Layer, second: Layer) -> bool:
    return all(np.array_equal(second.named_tensors[name], tensor) for name, tensor in first.named_tensors.items())


def test_all_or_the_named_layers_get_other_weights_and_the_network_keeps_its_own() -> None:
    net = network()
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    for names in (None, ["layer_0"], ["layer_1", "layer_3"], []):
        copy = randomise(net, names, seed=1)
        for layer in net.layers:
            chosen = names is None or layer.name in names
            assert equal(layer, copy[layer.name]) != (chosen and bool(layer.named_tensors)), layer.name
            assert copy[layer.name].dtype == layer.dtype
        for tensor in copy.named_tensors.values():
            tensor[...] = 7
    for name, tensor in net.named_tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


def test_the_weights_depend_on_the_seed_only_and_are_not_those_that_a_training_starts_from() -> None:
    net = network()
    assert not equal(randomise(net, seed=0)["layer_0"], build(NETWORK, SHAPE, np.random.default_rng(0)).layers[0])
    one, all_of_them, other = randomise(net, ["layer_6"]), randomise(net), randomise(net, seed=1)
    assert equal(one["layer_6"], all_of_them["layer_6"])
    assert not equal(one["layer_6"], other["layer_6"])
    np.testing.assert_array_equal(all_of_them["layer_1"].named_tensors["running_mean"], 0)


def test_a_cascade_randomises_one_layer_after_the_other() -> None:
    net, order = network(), ["layer_6", "layer_3", "layer_1", "layer_0"]
    for downwards in (True, False):
        names = order if downwards else order[::-1]
        steps = list(cascade(net, downwards))
        assert [done for done, _ in steps] == [tuple(names[:count]) for count in range(1, 5)]
        for done, copy in steps:
            assert [layer.name for layer in net.layers if not equal(layer, copy[layer.name])] == [
                layer.name for layer in net.layers if layer.name in done
            ]


def test_unknown_layers_and_own_layers_are_named() -> None:
    class Own(Linear):
        """A layer of a user."""

    net = Sequential([Linear("fc_1", 4, 4), Own("own", 4, 2)])
    with pytest.raises(TinymlError, match=r"no layer 'fc_3'\. Did you mean 'fc_1'"):
        randomise(net, ["fc_3"])
    with pytest.raises(TinymlError, match=r"Layer 'own' \(Own\) is of a type of your own"):
        randomise(net)
    assert not equal(net["fc_1"], randomise(net, ["fc_1"])["fc_1"])


@given(seed=st.integers(0, 1000), kinds=st.integers(2, 9))
@settings(max_examples=50, deadline=None)
def test_the_correlation_is_that_of_mean_ranks(seed: int, kinds: int) -> None:
    first, second = np.random.default_rng(seed).integers(-kinds, kinds, size=(2, 3, 4)).astype(float)

    def ranks(values: Array) -> list[float]:
        flat = abs(values).ravel()
        return [(flat < value).sum() + ((flat == value).sum() - 1) / 2 for value in flat]

    found = rank_correlation(first, second)
    if math.isnan(found):
        assert min(np.ptp(abs(first)), np.ptp(abs(second))) == 0
    else:
        assert found == pytest.approx(np.corrcoef(ranks(first), ranks(second))[0, 1])


def test_the_correlation_of_special_pictures() -> None:
    picture = np.random.default_rng(0).normal(size=(3, 5, 5))
    assert rank_correlation(picture, -1000 * picture**3) == pytest.approx(1)
    assert rank_correlation(picture, 1 / picture) == pytest.approx(-1)
    assert math.isnan(rank_correlation(picture, np.full_like(picture, -2)))
    with pytest.raises(TinymlError, match="shapes 3×5×5 and 1×5×5"):
        rank_correlation(picture, picture[:1])
    picture[0, 0, 0] = np.nan
    with pytest.raises(TinymlError, match="infinite or not a number"):
        rank_correlation(picture, picture)


# ------------------------------------------------------------------------------------------------- a trained network

DRAWS = 6
"""Number of random networks."""


@cache
def trained_lenet() -> TrainingSetup:
    """Train the LeNet that the program ships."""
    project = read_project(example_path("lenet-digits"))
    ready = set_up_training(
        project.network,
        project.training.model_copy(update={"epochs": 8}),
        split(load(project.data.source), project.data),
    )
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in ready.run():
            pass
    assert ready.test().accuracy > 0.9
    return ready


@pytest.mark.parametrize("method", [gradient, guided_backprop, reconstruct], ids=lambda method: method.__name__)
def test_a_cascade_from_the_class_scores_lowers_the_mean_similarity_at_every_layer(
    method: Callable[..., Reconstruction], record_property: Callable[[str, object], None]
) -> None:
    """This holds for the mean over 40 samples and 6 random networks. One picture can become more alike by chance."""
    net, samples = trained_lenet().net, trained_lenet().splits.test.inputs[:40]
    traces = [record(net, sample[np.newaxis]) for sample in samples]
    pictures = [method(trace, "linear_2", int(trace.output.argmax())) for trace in traces]
    similarities = np.ones((DRAWS, 5))
    for seed in range(DRAWS):
        for step, (_, other) in enumerate(cascade(net, seed=seed), start=1):
            found = [
                rank_correlation(own.image, method(record(other, trace.input), "linear_2", own.map_index).image)
                for trace, own in zip(traces, pictures, strict=True)
            ]
            similarities[seed, step] = np.nanmean(found)
    means = similarities.mean(axis=0)
    record_property("rank correlations of a cascade", [method.__name__, *means.round(3).tolist()])
    assert (np.diff(means) < 0).all(), means
    assert means[-1] < 0.6
