"""The strongest examples of every map, against plain loops."""

import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.tinyml.net.stacks import stack
from tinyml.core import DataError, Shape, ShapeError, TinymlError
from tinyml.data import load
from tinyml.layers import BatchNorm2D, Conv2D, Dropout, Flatten, Layer, Linear, MaxPool2D, MaxUnpool2D, ReLU, Softmax
from tinyml.net import NetworkSpecification, Sequential, build, infer, record
from tinyml.visualize import StrongestExamples, patch, patch_box, reconstruct, search_strongest, strongest_examples

SHAPE = (2, 6, 5)
LAYERS = stack(("Conv2D", {"filters": 4}), "BatchNorm2D", "ReLu", "MaxPool2D", "Residual", "Dropout", "Flatten")


def images(count: int, shape: Shape = SHAPE, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, *shape))


def built(network: NetworkSpecification = LAYERS, shape: Shape = SHAPE, seed: int = 0) -> Sequential:
    return build(network, shape, np.random.default_rng(seed), np.float64)


def search_by_loops(activations: np.ndarray, count: int) -> StrongestExamples:
    """Return the strongest examples of `(N, maps, H, W)`, found with plain loops."""
    examples, strongest, positions = [], [], []
    for map_index in range(activations.shape[1]):
        ranking = []
        for example in range(len(activations)):
            best, place = -np.inf, (0, 0)
            for row in range(activations.shape[2]):
                for column in range(activations.shape[3]):
                    value = activations[example, map_index, row, column]
                    if value > best:
                        best, place = value, (row, column)
            ranking.append((-best, example, place))
        ranking = sorted(ranking)[:count]
        strongest.append([-negated for negated, _, _ in ranking])
        examples.append([example for _, example, _ in ranking])
        positions.append([place for _, _, place in ranking])
    return StrongestExamples(np.array(examples), np.array(strongest), np.array(positions))


def assert_equal(found: StrongestExamples, expected: StrongestExamples) -> None:
    np.testing.assert_array_equal(found.examples, expected.examples)
    np.testing.assert_array_equal(found.activations, expected.activations)
    np.testing.assert_array_equal(found.positions, expected.positions)


@st.composite
def whole_number_networks(draw: st.DrawFn) -> tuple[Sequential, Shape]:
    """Draw networks whose weights are small whole numbers: sums are exact in any order, and many are equal."""
    conv = st.builds(
        lambda filters, window, stride: ("Conv2D", {"filters": filters, "window": window, "stride": stride}),
        st.integers(1, 3),
        st.sampled_from([[1, 1], [3, 2], [2, 3]]),
        st.sampled_from([[1, 1], [2, 1]]),
    )
    pool = st.just(("MaxPool2D", {"window": [2, 2], "stride": [2, 1]}))
    layers = draw(st.lists(st.one_of(conv, st.sampled_from(["ReLu", "Dropout", "MaxUnpool2D"]), pool), min_size=1))
    shape = (draw(st.sampled_from([1, 3])), draw(st.integers(3, 7)), draw(st.integers(3, 7)))
    rng = np.random.default_rng(draw(st.integers(0, 50)))
    fitting = [
        inferred.specification for inferred in infer(stack(*layers), shape).layers if inferred.output_shape is not None
    ]
    assume(fitting)
    net = build(NetworkSpecification(layers=tuple(fitting)), shape, rng, np.float32)
    for parameter in net.parameters:
        parameter.tensor[...] = rng.integers(-1, 2, parameter.tensor.shape)
    return net, shape


@given(drawn=whole_number_networks(), examples=st.integers(1, 12), data=st.data())
@settings(max_examples=60, deadline=None)
def test_equals_plain_loops(drawn: tuple[Sequential, Shape], examples: int, data: st.DataObject) -> None:
    net, shape = drawn
    inputs = np.random.default_rng(data.draw(st.integers(0, 50))).integers(-1, 2, (examples, *shape)).astype(np.float32)
    entry = data.draw(st.sampled_from(record(net, inputs).entries))
    count, batch_size = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 8))
    found = strongest_examples(net, inputs, entry.layer.name, count, batch_size)
    assert_equal(found, search_by_loops(entry.output, count))


@pytest.mark.parametrize("layer", ["layer_0", "layer_2", "layer_3", "layer_4", "layer_5"])
def test_the_batch_size_does_not_matter(layer: str) -> None:
    net, inputs = built(), images(50)
    expected = search_by_loops(record(net, inputs).entry(layer).output, 9)
    for batch_size in (1, 7, 49, 50, 51):
        found = strongest_examples(net, inputs, layer, batch_size=batch_size)
        np.testing.assert_array_equal(found.examples, expected.examples)
        np.testing.assert_array_equal(found.positions, expected.positions)
        np.testing.assert_allclose(found.activations, expected.activations, rtol=1e-12)


def test_a_reconstruction_starts_at_the_position_that_was_found() -> None:
    net, inputs = built(stack("Conv2D", "ReLu", "MaxPool2D", "Conv2D", "ReLu")), images(30)
    found = strongest_examples(net, inputs, "layer_4", count=2)
    for map_index, example in np.ndindex(found.examples.shape):
        number = found.examples[map_index, example]
        picture = reconstruct(record(net, inputs[number : number + 1]), "layer_4", map_index)
        assert picture.position == tuple(found.positions[map_index, example])
        assert picture.activation == pytest.approx(found.activations[map_index, example], rel=1e-12)


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_of_equal_activations_the_lower_example_and_the_first_position_come_first(batch_size: int) -> None:
    inputs = np.zeros((12, 1, 3, 4))
    inputs[[3, 8, 10], 0, [2, 1, 1], [0, 3, 2]] = 5
    inputs[8, 0, 2, 0] = 5
    found = strongest_examples(Sequential([ReLU("relu")]), inputs, "relu", count=6, batch_size=batch_size)
    assert found.examples.tolist() == [[3, 8, 10, 0, 1, 2]]
    assert found.activations.tolist() == [[5, 5, 5, 0, 0, 0]]
    assert found.positions.tolist() == [[[2, 0], [1, 3], [1, 2], [0, 0], [0, 0], [0, 0]]]


@pytest.mark.parametrize("batch_size", [1, 2, 64])
def test_all_examples_are_returned_if_there_are_fewer_than_count(batch_size: int) -> None:
    net, inputs = built(), images(3)
    found = strongest_examples(net, inputs, "layer_0", batch_size=batch_size)
    assert found.examples.shape == found.activations.shape == (4, 3)
    assert found.positions.shape == (4, 3, 2)
    assert np.sort(found.examples).tolist() == [[0, 1, 2]] * 4


def test_small_unsigned_numbers_are_compared_as_numbers() -> None:
    inputs = np.array([0, 200, 255, 7], np.uint8).reshape(4, 1, 1, 1)
    found = strongest_examples(Sequential([MaxPool2D("pool", (1, 1, 1), 1, 1)]), inputs, "pool", count=4)
    assert found.examples.tolist() == [[2, 1, 3, 0]]


class Spy(Layer):
    """Returns its input, and records the number of examples and the mode of each call."""

    Settings = ReLU.Settings

    def __init__(self, name: str) -> None:
        super().__init__(name, ReLU.Settings())
        self.seen: list[tuple[int, bool]] = []

    def forward(self, input: np.ndarray) -> np.ndarray:
        self.seen.append((len(input), self.training))
        return input

    def backward(self, in_gradient: np.ndarray) -> np.ndarray:
        return in_gradient


def test_each_step_returns_the_progress_and_the_strongest_so_far() -> None:
    net, inputs = built(), images(10)
    steps = list(search_strongest(net, inputs, "layer_2", count=3, batch_size=4))
    assert [done for done, _ in steps] == [4, 8, 10]
    for done, found in steps:  # compared after the last step: later steps do not change earlier results
        so_far = strongest_examples(net, inputs[:done], "layer_2", count=3, batch_size=4)
        assert_equal(found, so_far)


def test_leaving_the_loop_ends_the_search_and_keeps_the_modes() -> None:
    spy = Spy("spy")
    dropout = Dropout("dropout", 0.5)
    dropout.training = False
    search = search_strongest(Sequential([dropout, spy]), images(100), "spy", batch_size=10)
    assert next(search)[0] == 10
    assert (spy.training, dropout.training) == (True, False)  # between two steps the network has its own modes
    next(search)
    search.close()
    assert spy.seen == [(10, False), (10, False)]
    assert (spy.training, dropout.training) == (True, False)


def test_only_the_layers_up_to_the_chosen_one_run() -> None:
    below, above = Spy("below"), Spy("above")
    strongest_examples(Sequential([below, above]), images(5), "below", batch_size=4)
    assert (below.seen, above.seen) == ([(4, False), (1, False)], [])


def test_the_search_runs_in_evaluation_mode_and_changes_nothing() -> None:
    net, inputs = built(), images(20)
    net(images(30, seed=1))  # running statistics that differ from those of the batch
    net.train()
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    inputs.flags.writeable = False
    expected = search_by_loops(record(net, inputs).entry("layer_5").output, 9)
    found = strongest_examples(net, inputs, "layer_5", batch_size=6)
    np.testing.assert_array_equal(found.examples, expected.examples)
    assert all(layer.training for layer in net.layers)
    for name, tensor in net.named_tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


def test_the_modes_are_restored_after_an_error() -> None:
    net = Sequential([Dropout("dropout", 0.5), Conv2D("conv", SHAPE, 3, 3, 3, 1, 1)])
    with pytest.raises(ShapeError, match="'conv' needs an input of shape"):
        strongest_examples(net, images(4, (2, 7, 7)), "conv")
    assert [layer.training for layer in net.layers] == [True, True]


def test_unpooling_gets_the_switches_of_its_pooling() -> None:
    pool, unpool = MaxPool2D("pool", (2, 6, 4), 2, 2), MaxUnpool2D("unpool", (2, 3, 2), 2, 2)
    inputs = images(12, (2, 6, 4))
    found = strongest_examples(Sequential([pool, unpool]), inputs, "unpool", count=4, batch_size=5)
    assert_equal(found, search_by_loops(inputs, 4))  # unpooling puts the maximum back to its pixel


def test_the_search_needs_the_memory_of_one_batch() -> None:
    net = Sequential([Conv2D("conv", (1, 20, 20), 16, 3, 3, 1, 1)])
    inputs = np.zeros((512, 1, 20, 20), np.float32)
    strongest_examples(net, inputs[:8], "conv", batch_size=8)
    tracemalloc.start()
    strongest_examples(net, inputs, "conv", batch_size=8)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 512 * 16 * 20 * 20 * 4 / 4  # a quarter of the layer's output for all examples


@pytest.mark.parametrize(
    ("inputs", "layer", "count", "batch_size", "error", "words"),
    [
        (images(3), "layer_9", 9, 64, TinymlError, r"^The network has no layer 'layer_9'\. Did you mean 'layer_"),
        (
            images(3, (4, 5)),
            "layer_2",
            9,
            64,
            ShapeError,
            "Conv2D needs maps",
        ),
        (images(0), "layer_2", 9, 64, DataError, "^There are no examples to search"),
        (images(3), "layer_2", 0, 64, TinymlError, "^count is 0 but should be at least 1"),
        (images(3), "layer_2", 9, -1, TinymlError, "^batch_size is -1 but should be at least 1"),
        (images(3, (5,)), "layer_2", 9, 64, ShapeError, "Conv2D needs maps"),
    ],
)
def test_an_unknown_layer_map_position_or_example_is_named(
    inputs: np.ndarray, layer: str, count: int, batch_size: int, error: type, words: str
) -> None:
    with pytest.raises(error, match=words):
        strongest_examples(built(), inputs, layer, count, batch_size)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("place", [(0, 0), (2, 1), (4, 2), (3, 0)])
def test_infinite_and_nan_activations_raise_an_error_at_any_position(value: float, place: Sequence[int]) -> None:
    inputs = images(9, (2, 5, 3))
    inputs[(7, 1, *place)] = value
    search = search_strongest(Sequential([Spy("spy")]), inputs, "spy", batch_size=4)
    assert next(search)[0] == 4
    with pytest.raises(TinymlError, match=f"map 1 of 'spy' is {value} for example 7.*lower learning rate"):
        next(search)


def test_the_error_for_a_diverged_network_is_one_sentence() -> None:
    net = Sequential([Conv2D("conv", SHAPE, 2, 3, 3, 1, 1), BatchNorm2D("norm", (2, 6, 5)), Flatten("flatten")])
    net.add(Linear("fc", 60, 3))
    net.parameters[0].tensor[...] = 3e38
    with pytest.raises(TinymlError, match=r"^The strongest activation of map 0 of 'norm' is .* for example 0"):
        strongest_examples(net, images(3).astype(np.float32) * 1e6, "norm")


def search_units_by_loops(outputs: np.ndarray, count: int) -> StrongestExamples:
    return search_by_loops(outputs[:, :, np.newaxis, np.newaxis], count)


@pytest.mark.parametrize("layer", ["layer_6", "fc", "softmax"])
@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_units_of_dense_layers_and_class_scores_are_searched_like_maps(layer: str, batch_size: int) -> None:
    net, inputs = built(), images(40)
    net.add(Linear("fc", 24, 5, dtype=np.float64))
    net.add(Softmax("softmax"))
    expected = search_units_by_loops(record(net, inputs).entry(layer).output, 6)
    found = strongest_examples(net, inputs, layer, count=6, batch_size=batch_size)
    np.testing.assert_array_equal(found.examples, expected.examples)
    np.testing.assert_array_equal(found.positions, expected.positions)
    np.testing.assert_allclose(found.activations, expected.activations, rtol=1e-12)


def test_the_rows_of_a_table_are_searched_too() -> None:
    net, rows = Sequential([Linear("fc", 3, 2, dtype=np.float64), ReLU("relu")]), images(20, (3,))
    found = strongest_examples(net, rows, "relu", count=4)
    np.testing.assert_array_equal(found.examples, np.argsort(-net(rows), axis=0, kind="stable")[:4].T)
    assert not found.positions.any()


@pytest.mark.parametrize("batch_size", [1, 8, 37, 200])
def test_many_equal_activations_in_many_batches_keep_their_order(batch_size: int) -> None:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 6, (200, 50)).astype(np.float32)
    rows[:, 0], rows[:, 1], rows[:, 2] = 0, np.arange(200), -np.arange(200)
    found = strongest_examples(Sequential([Spy("spy")]), rows, "spy", batch_size=batch_size)
    expected = np.argsort(-rows, axis=0, kind="stable")[:9].T
    np.testing.assert_array_equal(found.examples, expected)
    np.testing.assert_array_equal(found.activations, np.take_along_axis(rows.T, expected, axis=1))


def test_an_infinite_score_of_a_unit_names_the_unit() -> None:
    rows = images(5, (3,))
    rows[3, 1] = np.inf
    with pytest.raises(TinymlError, match="map 1 of 'spy' is inf for example 3"):
        strongest_examples(Sequential([Spy("spy")]), rows, "spy")


def test_a_layer_with_neither_maps_nor_units_is_named() -> None:
    with pytest.raises(TinymlError, match="'spy' has the shape 4×5, so there are neither feature maps nor units"):
        strongest_examples(Sequential([Spy("spy")]), images(3, (4, 5)), "spy")


def made_for(pattern: np.ndarray, rng: np.random.Generator, places: dict[int, tuple[int, int]]) -> np.ndarray:
    """Return 40 noisy images; those of `places` hold the pattern at that row and column."""
    inputs = rng.normal(0, 0.1, size=(40, 1, 12, 12))
    for strength, (example, (row, column)) in enumerate(places.items()):
        inputs[example, 0, row : row + 3, column : column + 3] += (2 + 0.1 * strength) * pattern
    return inputs


def test_the_top_nine_of_a_hand_made_filter_are_the_patches_made_for_it() -> None:
    diagonal = np.array([[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    edge = np.array([[-1.0, -1, -1], [0, 0, 0], [1, 1, 1]])
    rng = np.random.default_rng(0)
    places = {int(example): (2 * k % 9, 7 * k % 9) for k, example in enumerate(rng.permutation(40)[:9])}
    inputs = made_for(diagonal, rng, places)
    conv = Conv2D("conv", (1, 12, 12), 2, 3, 3, 1, 0, dtype=np.float64)
    conv.parameters[0].tensor[:, 0] = [edge, diagonal]
    conv.parameters[1].tensor[...] = 0
    net = Sequential([conv, ReLU("relu"), MaxPool2D("pool", (2, 10, 10), 2, 2)])
    found = strongest_examples(net, inputs, "relu")
    # Added strengths grow from the first place to the last one, so the last one comes first.
    assert found.examples[1].tolist() == list(places)[::-1]
    assert found.positions[1].tolist() == [list(place) for place in places.values()][::-1]
    for example, position in zip(found.examples[1], found.positions[1], strict=True):
        cut = patch(inputs[example], patch_box(net, "relu", (1, 12, 12), (position[0], position[1])))
        np.testing.assert_array_equal(np.sign(cut[0]), diagonal)
    assert set(strongest_examples(net, inputs, "pool").examples[1]) == set(places)


def test_a_dataset_of_bytes_is_searched_batch_by_batch() -> None:
    data = load("digits").take(np.arange(0, 300, 3))
    net = built(stack(("Conv2D", {"filters": 3})), (1, 8, 8))
    name = net.layers[0].name
    found, expected = (strongest_examples(net, inputs, name, 4, 33) for inputs in (data, data.inputs))
    np.testing.assert_array_equal(found.examples, expected.examples)
    np.testing.assert_array_equal(found.activations, expected.activations)
