"""Shape inference: shapes of all layers, or problems with fixes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tinyml.net.stacks import fixed, random_stacks, stack
from tinyml.core import (
    AppendLayers,
    ChangeSettings,
    ChangeType,
    InsertBefore,
    MoveBefore,
    RemoveLayer,
    Shape,
    SpecificationError,
    TinymlError,
)
from tinyml.layers.maxunpool2d import MaxUnpool2DSettings
from tinyml.net import LayerSpecification, NetworkSpecification, build, build_inferred, infer, read_settings

SHAPES = st.one_of(
    st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)),
    st.tuples(st.integers(1, 9)),
)
NO_COLOUR = ChangeSettings("Remove 'colour'", {}, removed=("colour",))
CLASSES = st.one_of(st.none(), st.integers(1, 4))


@given(network=random_stacks(), shape=SHAPES, classes=CLASSES)
@settings(max_examples=300, deadline=None)
def test_every_fix_removes_its_problem(network: NetworkSpecification, shape: Shape, classes: int | None) -> None:
    for problem in infer(network, shape, classes).problems:
        if problem.fix is None:
            continue
        left = infer(fixed(network, problem), shape, classes).problems
        assert (problem.layer, problem.sentence) not in {(other.layer, other.sentence) for other in left}


@given(network=random_stacks(), shape=SHAPES)
@settings(max_examples=200, deadline=None)
def test_the_built_network_has_the_inferred_shapes(network: NetworkSpecification, shape: Shape) -> None:
    inference = infer(network, shape)
    assert len(inference.layers) == len(network.layers)
    if inference.problems:
        with pytest.raises(SpecificationError) as caught:
            build(network, shape)
        assert caught.value.problems == inference.problems
        return
    net = build(network, shape, np.random.default_rng(0))
    output = net(np.ones((2, *shape), np.float32))
    assert output.shape == (2, *(inference.output_shape or ()))
    assert net.output_shape(shape) == inference.output_shape
    assert inference.parameter_count == sum(parameter.tensor.size for parameter in net.parameters)
    assert [layer.settings for layer in net.layers] == [inferred.settings for inferred in inference.layers]
    assert net.backward(np.ones_like(output)).shape == (2, *shape)


@given(network=random_stacks(), shape=SHAPES, classes=CLASSES)
@settings(max_examples=100, deadline=None)
def test_shapes_end_at_the_first_problem(network: NetworkSpecification, shape: Shape, classes: int | None) -> None:
    inferred_layers = infer(network, shape, classes).layers
    expected: Shape | None = shape
    for inferred in inferred_layers:
        assert inferred.input_shape == expected
        assert inferred.problem is None or inferred.output_shape is None
        expected = inferred.output_shape


@pytest.mark.parametrize(
    ("layers", "shape", "index", "sentence", "fix"),
    [
        (["Linear"], (1, 8, 8), 0, "Linear needs a vector but receives 1×8×8.", InsertBefore("Flatten", {})),
        (
            ["MaxPool2D", ("MaxPool2D", {"window": 9})],
            (1, 8, 8),
            1,
            "A window that covers 9×9 pixels is larger than its input of 4×4.",
            ChangeSettings("Set window to 4×4", {"window": [4, 4]}),
        ),
        (
            ["Flatten", "Conv2D"],
            (1, 8, 8),
            1,
            "Conv2D needs maps (channels × rows × columns) but receives a vector of 64 numbers.",
            MoveBefore("layer_0", 1),
        ),
        (
            ["Conv2D", "GlobalAvgPool2D", "ReLu", "Dropout", "MaxPool2D"],
            (1, 8, 8),
            4,
            "MaxPool2D needs maps (channels × rows × columns) but receives a vector of 8 numbers.",
            MoveBefore("layer_1", 3),
        ),
        (
            ["GlobalAvgPool2D", "GlobalAvgPool2D"],
            (4, 8, 8),
            1,
            "GlobalAvgPool2D needs maps (channels × rows × columns) but receives a vector of 4 numbers.",
            InsertBefore("Reshape", {"size": (2, 2)}),
        ),
        (
            ["Flatten", ("Linear", {"outputs": 49}), "Conv2D"],
            (1, 8, 8),
            2,
            "Conv2D needs maps (channels × rows × columns) but receives a vector of 49 numbers.",
            InsertBefore("Reshape", {"size": (7, 7)}),
        ),
        (
            [("MaxPool2D", {"window": 8}), "Flatten", ("Conv2D", {"padding": 0})],
            (3, 8, 8),
            2,
            "Conv2D needs maps (channels × rows × columns) but receives a vector of 3 numbers.",
            RemoveLayer(),
        ),
        (
            ["MaxUnpool2D"],
            (1, 8, 8),
            0,
            "MaxUnpool2D undoes a MaxPool2D, but no MaxPool2D before it is left to undo.",
            RemoveLayer(),
        ),
        (
            ["MaxPool2D", "Conv2D", "MaxUnpool2D"],
            (1, 8, 8),
            2,
            "MaxUnpool2D undoes a MaxPool2D that gave 1×4×4 but receives 8×4×4. Both must be the same.",
            RemoveLayer(),
        ),
        (
            [("Deconv2D", {"padding": 9})],
            (1, 8, 8),
            0,
            "A padding of 9 cuts off all of the 10×10 pixels that 8×8 inputs are spread over, because it is cut off at "
            "both ends.",
            ChangeSettings("Set padding to 4×4", {"padding": [4, 4]}),
        ),
        (
            [("Conv2D", {"filtres": 3})],
            (1, 8, 8),
            0,
            "There is no setting 'filtres'. Did you mean 'filters'?",
            ChangeSettings("Rename it to 'filters'", {"filters": 3}, removed=("filtres",)),
        ),
        (
            [("Dropout", {"probability": 1})],
            (4,),
            0,
            "Probability is 1 but should be less than 1.",
            ChangeSettings("Set probability to 0.5", {"probability": 0.5}),
        ),
        (
            ["MaxPool2D", "MaxPool2D"],
            (1, 2, 2),
            1,
            "A window that covers 2×2 pixels is larger than its input of 1×1.",
            RemoveLayer(),
        ),
        (
            ["BatchNorm2D"],
            (4,),
            0,
            "BatchNorm2D needs maps (channels × rows × columns) but receives a vector of 4 numbers.",
            ChangeType("BatchNorm1D"),
        ),
        ([("ReLu", {"colour": "red"})], (4,), 0, "There is no setting 'colour'.", NO_COLOUR),
        (
            ["Conv2d"],
            (1, 8, 8),
            0,
            "This version has no layer type 'Conv2d'. Did you mean 'Conv2D'? It is kept as it is, also in "
            "the file; remove it to train the network.",
            ChangeType("Conv2D"),
        ),
    ],
)
def test_each_problem_has_its_sentence_and_its_fix(
    layers: list, shape: Shape, index: int, sentence: str, fix: object
) -> None:
    (problem,) = infer(stack(*layers), shape).problems
    assert (problem.index, problem.layer) == (index, f"layer_{index}")
    assert problem.sentence == sentence
    assert problem.fix == fix


@pytest.mark.parametrize(
    ("layers", "shape", "sentence", "fix"),
    [
        (
            [("Linear", {"outputs": 7}), "Softmax"],
            (4,),
            "The network ends with 7 numbers but the loss needs 10, one for each class.",
            ChangeSettings("Set outputs to 10", {"outputs": 10}),
        ),
        (
            ["Conv2D"],
            (1, 4, 4),
            "The network ends with 8×4×4 but the loss needs a vector of 10 numbers, one for each class.",
            AppendLayers("Add Flatten and Linear with 10 outputs", (("Flatten", {}), ("Linear", {"outputs": 10}))),
        ),
        (
            ["Flatten"],
            (1, 4, 4),
            "The network ends with 16 numbers but the loss needs 10, one for each class.",
            AppendLayers("Add Linear with 10 outputs", (("Linear", {"outputs": 10}),)),
        ),
    ],
)
def test_the_output_shape_must_fit_the_loss(layers: list, shape: Shape, sentence: str, fix: object) -> None:
    (problem,) = infer(stack(*layers), shape, class_count=10).problems
    assert (problem.sentence, problem.fix) == (sentence, fix)
    assert not infer(fixed(stack(*layers), problem), shape, class_count=10).problems


def test_an_empty_network_has_one_problem() -> None:
    (problem,) = infer(NetworkSpecification(), (4,)).problems
    assert (problem.index, problem.layer, problem.fix) == (-1, "", None)


def test_two_layers_with_the_same_name_are_refused() -> None:
    twice = LayerSpecification(type="ReLu", name="relu")
    (problem,) = infer(NetworkSpecification(layers=(twice, twice)), (4,)).problems
    assert problem.index == 1
    assert "Another layer is called 'relu'" in problem.sentence


def test_settings_after_a_problem_are_checked_too() -> None:
    network = stack("Linear", ("Conv2D", {"filters": 0}))
    assert [problem.index for problem in infer(network, (1, 8, 8)).problems] == [0, 1]


def test_unpooling_uses_the_settings_of_its_pooling_layer() -> None:
    network = stack(("MaxPool2D", {"window": [3, 2]}), ("MaxPool2D", {"stride": 1}), "MaxUnpool2D", "MaxUnpool2D")
    inference = infer(network, (2, 9, 8))
    assert not inference.problems
    inner, outer = inference.layers[2:]
    assert (inner.paired_pooling, outer.paired_pooling) == ("layer_1", "layer_0")
    assert inner.settings == MaxUnpool2DSettings(window=2, stride=1, output_size=(4, 4), channels=2)
    assert outer.settings == MaxUnpool2DSettings(window=(3, 2), stride=2, output_size=(9, 8), channels=2)
    assert inference.output_shape == (2, 9, 8)


def test_inference_contains_the_notes_of_a_layer() -> None:
    (inferred,) = infer(stack("MaxPool2D"), (1, 7, 8)).layers
    assert inferred.notes == ("The last row of the input is ignored: no window reaches it.",)


def test_read_settings_names_the_setting_and_what_is_allowed() -> None:
    with pytest.raises(TinymlError, match="Outputs is 0 but should be at least 1"):
        read_settings(LayerSpecification(type="Linear", name="fc", settings={"outputs": 0}))


def test_a_seed_decides_the_network() -> None:
    network = stack("Conv2D", "Flatten", "Linear")
    first, second = (build(network, (1, 4, 4), np.random.default_rng(5)) for _ in range(2))
    for mine, same in zip(first.parameters, second.parameters, strict=True):
        np.testing.assert_array_equal(mine.tensor, same.tensor)
    double = build(network, (1, 4, 4), np.random.default_rng(5), np.float64)
    assert {parameter.tensor.dtype for parameter in double.parameters} == {np.dtype(np.float64)}


def test_a_network_is_built_from_its_inference() -> None:
    network = stack("Flatten", ("Linear", {"outputs": 3}))
    net = build_inferred(infer(network, (1, 4, 4)), np.random.default_rng(5))
    expected = build(network, (1, 4, 4), np.random.default_rng(5))
    for name, tensor in expected.named_tensors.items():
        np.testing.assert_array_equal(net.named_tensors[name], tensor)


def test_without_shapes_a_network_cannot_be_built() -> None:
    with pytest.raises(SpecificationError, match="input shape is unknown"):
        build_inferred(infer(stack("Flatten"), None))
    with pytest.raises(SpecificationError, match="needs a vector"):
        build_inferred(infer(stack("Linear"), (1, 4, 4)))
