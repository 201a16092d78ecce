"""Sequential and the recorded forward pass."""

from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tests.tinyml.numerical import PASS, distinct_values, numerical_gradient, relative_error
from tinyml.core import ShapeError, StorageError, TinymlError
from tinyml.layers import Conv2D, Dropout, Linear, MaxPool2D, MaxUnpool2D, ReLU
from tinyml.losses import cross_entropy_with_softmax_loss
from tinyml.net import Sequential, build, record
from tinyml.optims import SGDOptimizer

LENET = stack("Conv2D", "ReLu", "MaxPool2D", ("Conv2D", {"filters": 3}), "Tanh", "Flatten", ("Linear", {"outputs": 4}))


def lenet(dtype: type[np.floating] = np.float64) -> Sequential:
    return build(LENET, (2, 6, 5), np.random.default_rng(0), dtype)


def test_the_gradient_of_a_whole_network_is_the_derivative() -> None:
    net, labels = lenet(), np.array([0, 3, 1])
    images = distinct_values((3, 2, 6, 5), np.random.default_rng(1))
    gradient = net.backward(cross_entropy_with_softmax_loss(net(images), labels)[1])
    numerical = numerical_gradient(lambda x: cross_entropy_with_softmax_loss(net(x), labels)[0], images)
    assert relative_error(gradient, numerical) <= 10 * PASS


def test_update_changes_parameters_that_are_not_frozen_and_clears_gradients() -> None:
    net = lenet()
    net.parameters[0].require_grad = False
    before = [parameter.tensor.copy() for parameter in net.parameters]
    net.backward(np.ones_like(net(np.ones((2, 2, 6, 5)))))
    net.update(SGDOptimizer(0.1))
    changed = [bool((p.tensor != old).any()) for p, old in zip(net.parameters, before, strict=True)]
    assert changed == [False, True, True, True, True, True]
    assert not any(parameter.gradient.any() for parameter in net.parameters)


def test_learns() -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(32, 2, 6, 5)).astype(np.float32), rng.integers(0, 4, 32)
    net, optimizer = lenet(np.float32), SGDOptimizer(0.1, 0.9)
    losses = []
    for _ in range(60):
        loss, gradient = cross_entropy_with_softmax_loss(net(images), labels)
        losses.append(loss)
        net.backward(gradient)
        net.update(optimizer)
    assert losses[0] > 1.2
    assert losses[-1] < 0.1


def test_build_params_changes_nothing_however_often_it_is_called() -> None:
    net = lenet()
    before = dict(net.named_parameters)
    for _ in range(2):
        net.build_params()
    assert net.named_parameters == before
    assert list(before)[:2] == ["layer_0.weight", "layer_0.bias"]


def test_a_pooling_layer_that_returns_its_indices_works_in_a_stack() -> None:
    net = Sequential([MaxPool2D("p", (1, 4, 4), 2, 2, return_index=True), ReLU("r")])
    image = np.arange(16.0).reshape(1, 1, 4, 4)
    np.testing.assert_array_equal(net(image), [[[[5, 7], [13, 15]]]])
    output, indices = net.forward(image, return_indices=True)
    np.testing.assert_array_equal(indices, [[[[5, 7], [13, 15]]]])
    np.testing.assert_array_equal(record(net, image).entry("p").switches, indices)
    assert output.shape == (1, 1, 2, 2)


def test_pairs_of_pooling_and_unpooling_are_nested() -> None:
    net = Sequential(
        [
            MaxPool2D("outer", (1, 4, 6), (2, 3), (2, 3)),
            MaxPool2D("inner", (1, 2, 2), (2, 1), 1),
            MaxUnpool2D("inner_back", (1, 1, 2), (2, 1), 1),
            MaxUnpool2D("outer_back", (1, 2, 2), (2, 3), (2, 3)),
        ]
    )
    image = np.random.default_rng(0).permutation(24).reshape(1, 1, 4, 6) + 1.0
    restored = net(image)
    strongest = [image[..., :3].max(), image[..., 3:].max()]
    np.testing.assert_array_equal(np.sort(restored[restored > 0]), np.sort(strongest))
    np.testing.assert_array_equal(restored, np.where(restored > 0, image, 0))
    gradient = net.backward(np.ones_like(restored))
    np.testing.assert_array_equal(gradient, (restored > 0).astype(float))


def test_missing_switches_are_an_error() -> None:
    net = Sequential([MaxUnpool2D("u", (1, 2, 2), 2, 2)])
    with pytest.raises(TinymlError, match="Layer 'u' undoes a MaxPool2D, but none before it"):
        net(np.ones((1, 1, 2, 2)))
    net = Sequential([ReLU("r")])
    with pytest.raises(TinymlError, match="no pooling indices"):
        net.forward(np.ones((1, 2)), return_indices=True)


def test_predict_evaluates_in_batches_and_restores_the_mode() -> None:
    rng = np.random.default_rng(0)
    net = Sequential([Dropout("d", 0.5, rng), Linear("fc", 3, 2, dtype=np.float64, rng=rng)])
    net.layers[1].training = False
    data = rng.normal(size=(7, 3))
    whole = net.predict(data)
    np.testing.assert_allclose(net.predict(data, batch_size=3), whole, rtol=1e-10)
    np.testing.assert_allclose(whole, net.layers[1](data), rtol=1e-10)
    assert [layer.training for layer in net.layers] == [True, False]
    assert net.predict(data[:0]).shape == (0, 2)
    with pytest.raises(ShapeError):
        net.predict(data[:, :2])
    assert [layer.training for layer in net.layers] == [True, False]


def test_train_and_eval_reach_every_layer() -> None:
    net = lenet()
    net.eval()
    assert not any(layer.training for layer in net.layers)
    net.train()
    assert all(layer.training for layer in net.layers)


def test_layers_can_be_added() -> None:
    net = Sequential()
    np.testing.assert_array_equal(net(np.ones((1, 2))), np.ones((1, 2)))
    net.add(ReLU("r"))
    net.add(Linear("fc", 2, 5))
    assert net.output_shape((2,)) == (5,)
    with pytest.raises(ShapeError, match="Layer 'fc'"):
        net.output_shape((1, 2, 2))


def test_export_and_load(tmp_path: Path) -> None:
    first, second = lenet(np.float32), build(LENET, (2, 6, 5), np.random.default_rng(9))
    first.export(tmp_path / "w.safetensors")
    second.load(tmp_path / "w.safetensors")
    for mine, same in zip(first.parameters, second.parameters, strict=True):
        np.testing.assert_array_equal(mine.tensor, same.tensor)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"layer_9.weight": np.ones(1)}, "has the unknown tensor 'layer_9.weight'"),
        ({"layer_0.bias": None}, "has no tensor 'layer_0.bias'"),
        ({"layer_0.bias": np.ones(9)}, "'layer_0.bias' as 9, but this network needs 8"),
    ],
)
def test_tensors_that_do_not_fit_change_nothing(change: dict[str, np.ndarray | None], words: str) -> None:
    net = lenet()
    before = {name: parameter.tensor.copy() for name, parameter in net.named_parameters.items()}
    changed = {**{name: tensor + 1 for name, tensor in before.items()}, **change}
    with pytest.raises(StorageError, match=words):
        net.set_tensors({name: tensor for name, tensor in changed.items() if tensor is not None})
    for name, parameter in net.named_parameters.items():
        np.testing.assert_array_equal(parameter.tensor, before[name])


def test_summary_lists_layers_settings_and_parameters() -> None:
    for input_shape in (None, (2, 6, 5)):
        lines = lenet().summary(input_shape).replace("\xa0", " ").splitlines()
        assert " ".join(lines[0].split()) == "layer type settings output parameters operations"
        # 8 filters at 6 × 5 positions: 2 × 9 products and additions each, and the bias.
        operations = 8 * 30 * (2 * 2 * 9 + 1)
        assert " ".join(lines[2].split()) == (
            f"layer_0 Conv2D 8 filters · 3×3 · stride 1 · padding 1 8×6×5 152 {operations:,}"
        )
        parameters = sum(parameter.tensor.size for parameter in lenet().parameters)
        counts = [int(line.split()[-1].replace(",", "")) for line in lines[2:-1]]
        assert lines[-1] == f"{parameters:,} parameters, {sum(counts):,} operations for each example"


def test_summary_needs_no_shapes_and_refuses_wrong_ones() -> None:
    lines = Sequential([ReLU("relu"), Linear("fc", 4, 3)]).summary().splitlines()
    assert lines[2].split() == ["relu", "ReLU", "?", "0", "?"]
    assert lines[3].split() == ["fc", "Linear", "3", "outputs", "3", "15", "27"]
    assert lines[-1] == "15 parameters, at least 27 operations for each example"
    assert Sequential().summary().splitlines()[-1].startswith("0 parameters")
    with pytest.raises(ShapeError, match="'layer_0'"):
        lenet().summary((784,))


def three_layers() -> Sequential:
    return Sequential([Linear("fc_1", 4, 8), ReLU("relu_1"), Linear("fc_2", 8, 3)])


def test_layers_are_found_by_position_and_by_name() -> None:
    net = three_layers()
    assert len(net) == 3
    assert net[0] is net["fc_1"] is net.layers[0]
    assert net[-1] is net["fc_2"]
    assert list(net) == net.layers
    assert "relu_1" in net
    assert net[1] in net
    assert "relu_2" not in net
    assert ReLU("relu_1") not in net
    assert bool(Sequential())
    with pytest.raises(IndexError):
        net[3]
    with pytest.raises(KeyError, match="Did you mean 'relu_1'"):
        net["relu"]


def test_a_slice_shares_its_layers() -> None:
    net = three_layers()
    part = net[:2]
    assert isinstance(part, Sequential)
    assert part.layers == net.layers[:2]
    x = np.ones((2, 4), np.float32)
    np.testing.assert_array_equal(net[2:](part(x)), net(x))
    part["fc_1"].parameters[0].tensor[:] = 0
    assert not net["fc_1"].parameters[0].tensor.any()
    part.add(Linear("fc_3", 8, 1))
    assert len(net) == 3


def test_layers_can_be_separate_arguments() -> None:
    net = Sequential(Linear("fc_1", 4, 8), ReLU("relu_1"))
    assert [layer.name for layer in net] == ["fc_1", "relu_1"]


def test_a_trace_has_the_input_and_output_of_every_layer() -> None:
    net = Sequential([Dropout("d", 0.9), Conv2D("c", (1, 4, 4), 2, 3, 3, 1, 1), MaxPool2D("p", (2, 4, 4), 2, 2)])
    image = np.random.default_rng(0).normal(size=(1, 1, 4, 4)).astype(np.float32)
    trace = record(net, image)
    np.testing.assert_array_equal(trace.entry("d").output, image)
    assert trace.entry("c").input is trace.entry("d").output
    assert trace.entry("p").switches.shape == trace.output.shape == (1, 2, 2, 2)
    assert trace.entry("c").switches is None
    assert all(layer.training for layer in net.layers)
    with pytest.raises(KeyError):
        trace.entry("unknown")


def test_the_next_pass_does_not_change_a_trace() -> None:
    net = lenet()
    first = record(net, np.ones((1, 2, 6, 5)))
    kept = [
        (entry.output.copy(), entry.switches if entry.switches is None else entry.switches.copy())
        for entry in first.entries
    ]
    record(net, -np.random.default_rng(0).normal(size=(1, 2, 6, 5)))
    for entry, (output, switches) in zip(first.entries, kept, strict=True):
        np.testing.assert_array_equal(entry.output, output)
        np.testing.assert_array_equal(entry.switches, switches)


def test_recording_restores_the_mode_even_if_it_fails() -> None:
    net = lenet()
    with pytest.raises(ShapeError):
        record(net, np.ones((1, 3, 6, 5)))
    assert all(layer.training for layer in net.layers)


def normalised() -> Sequential:
    """Return a network with buffers, whose running statistics have seen a batch."""
    net = build(stack("Residual", "BatchNorm2D", "Flatten", ("Linear", {"outputs": 3})), (2, 4, 4))
    net(np.random.default_rng(0).normal(3, 2, size=(6, 2, 4, 4)).astype(np.float32))
    return net


def test_buffers_are_exported_and_loaded_but_not_trained(tmp_path: Path) -> None:
    net, other = normalised(), build(stack("Residual", "BatchNorm2D", "Flatten", ("Linear", {"outputs": 3})), (2, 4, 4))
    net.export(tmp_path / "weights")
    other.load(tmp_path / "weights")
    input = np.random.default_rng(1).normal(size=(5, 2, 4, 4)).astype(np.float32)
    np.testing.assert_array_equal(other.predict(input), net.predict(input))
    buffers = net.named_tensors.keys() - net.named_parameters.keys()
    assert buffers == {
        f"{layer}.running_{what}" for layer in ("layer_0.batchnorm_1", "layer_1") for what in ("mean", "var")
    }
    before = {name: net.named_tensors[name].copy() for name in buffers}
    net.backward(np.ones((5, 3), np.float32))
    net.update(SGDOptimizer(lr=0.1))
    for name in buffers:
        np.testing.assert_array_equal(net.named_tensors[name], before[name])


def test_named_tensors_are_the_arrays_of_the_layers() -> None:
    net = normalised()
    for tensor in net.named_tensors.values():
        tensor[...] = 0
    assert not net.predict(np.ones((1, 2, 4, 4), np.float32)).any()


def test_a_missing_buffer_changes_nothing() -> None:
    net = normalised()
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    changed = {name: tensor + 1 for name, tensor in before.items() if name != "layer_1.running_var"}
    with pytest.raises(StorageError, match=r"has no tensor 'layer_1\.running_var'"):
        net.set_tensors(changed)
    for name, tensor in net.named_tensors.items():
        np.testing.assert_array_equal(tensor, before[name])


def test_each_generator_is_listed_once() -> None:
    net = build(stack("Dropout", "Flatten", "Dropout", ("Linear", {"outputs": 3})), (2, 4, 4), np.random.default_rng(0))
    (generator,) = net.generators
    state = generator.bit_generator.state
    first = net(np.ones((2, 2, 4, 4), np.float32))
    generator.bit_generator.state = state
    np.testing.assert_array_equal(net(np.ones((2, 2, 4, 4), np.float32)), first)


def test_state_dicts_are_the_named_tensors() -> None:
    net, other = (Sequential([Linear("fc", 4, 3)]) for _ in range(2))
    assert net.state_dict().keys() == net.named_tensors.keys()
    assert all(net.state_dict()[name] is tensor for name, tensor in net.named_tensors.items())
    other.load_state_dict(net.state_dict())
    for name, tensor in net.named_tensors.items():
        np.testing.assert_array_equal(other.named_tensors[name], tensor)
    with pytest.raises(StorageError, match="unknown tensor"):
        other.load_state_dict({**net.state_dict(), "fc.x": np.zeros(1)})
