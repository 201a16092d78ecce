import numpy as np
import pytest

from app.inspector.layer_outputs import default_layer, read_output, strongest_map
from tinyml.data import Dataset
from tinyml.layers import Conv2D, Flatten, Linear, MaxPool2D, ReLU
from tinyml.net import Sequential, record


@pytest.fixture
def trace():
    layers = [Conv2D("conv_1", (1, 4, 4), 2, 3, 3, 1, 1), ReLU("relu_1"), Flatten("flatten_1"), Linear("fc_1", 32, 3)]
    return record(Sequential(layers), np.ones((1, 1, 4, 4), np.float32))


def test_the_default_layer_is_the_last_activation_with_maps_else_a_convolution_else_the_last(trace):
    assert default_layer(trace) == "relu_1"
    conv, pool = Conv2D("conv_1", (1, 4, 4), 2, 3, 3, 1, 1), MaxPool2D("pool_1", (2, 4, 4), 2, 2)
    assert default_layer(record(Sequential([conv, pool]), np.ones((1, 1, 4, 4)))) == "conv_1"
    assert default_layer(record(Sequential([ReLU("relu_1"), pool]), np.ones((1, 2, 4, 4)))) == "relu_1"
    assert default_layer(record(Sequential([pool]), np.ones((1, 2, 4, 4)))) == "pool_1"
    assert default_layer(record(Sequential([Linear("fc_1", 2, 3), ReLU("relu_1")]), np.ones((1, 2)))) == "relu_1"
    assert default_layer(record(Sequential([]), np.ones((1, 2)))) == ""


def test_the_strongest_map_holds_the_largest_finite_number():
    maps = np.array([[[0.0, 1.0]], [[np.nan, 3.0]], [[np.inf, 2.0]]])
    assert strongest_map(maps) == 1
    assert strongest_map(np.full((2, 1, 1), np.nan)) == 0


def test_only_the_scores_of_classes_have_names(trace):
    samples = Dataset.from_arrays(np.ones((3, 1, 4, 4)), [0, 1, 2], class_names=("a", "b", "c"))
    output = read_output(trace, "fc_1", samples)
    assert (output.names, output.maps, output.family) == (("a", "b", "c"), None, "dense")
    assert read_output(trace, "fc_1", None).names == ()
    assert read_output(trace, "flatten_1", samples).names == ()


def test_feature_maps_are_the_output_of_the_first_example(trace):
    output = read_output(trace, "relu_1", None)
    assert np.array_equal(output.maps, trace.entry("relu_1").output[0])
