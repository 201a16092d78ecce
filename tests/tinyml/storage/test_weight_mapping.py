"""Weights of other programs: which tensor goes where, and what is said if it does not fit."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tinyml.net.stacks import stack
from tinyml.core import StorageError
from tinyml.core.tensor_file import write_tensors
from tinyml.net import Sequential, build
from tinyml.storage import open_tensors
from tinyml.storage.weight_mapping import (
    WeightMapping,
    apply_mapping,
    propose_mapping,
    propose_pairs,
    shape_before_transposing,
    transposed_shape,
)

SHAPES = {
    "conv_1.weight": (4, 1, 3, 3),
    "conv_1.bias": (4,),
    "bn.weight": (4,),
    "bn.bias": (4,),
    "bn.running_mean": (4,),
    "bn.running_var": (4,),
    "fc.weight": (3, 16),
    "fc.bias": (3,),
}
"""A small network."""


def sources_of(mapping: WeightMapping) -> list[str | None]:
    return [pair.source for pair in mapping.pairs]


@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod.model."])
def test_equal_names_are_paired_whatever_stands_before_them(prefix: str) -> None:
    sources = {f"{prefix}{name}": shape for name, shape in reversed(SHAPES.items())}
    mapping = propose_pairs(SHAPES, {**sources, f"{prefix}bn.num_batches_tracked": ()})
    assert sources_of(mapping) == [f"{prefix}{name}" for name in SHAPES]
    assert {pair.reason for pair in mapping.pairs} == {"name"}
    assert mapping.is_complete
    assert mapping.unused == ()


def test_layers_with_other_names_are_paired_in_their_order() -> None:
    targets = {f"{layer}.{role}": shape for layer in "abc" for role, shape in (("weight", (5, 5)), ("bias", (5,)))}
    # A file of PyTorch is sorted by name, so 10 comes before 9.
    sources = {f"layers.{number}.{role}": targets[f"a.{role}"] for number in (10, 2, 9) for role in ("bias", "weight")}
    mapping = propose_pairs(targets, dict(sorted(sources.items())))
    assert [name.split(".")[1] for name in sources_of(mapping) if name] == ["2", "2", "9", "9", "10", "10"]
    assert {pair.reason for pair in mapping.pairs} == {"order"}
    # Any other order is that of the program that wrote the file.
    written = {f"{layer}.{role}": targets[f"a.{role}"] for layer in ("z", "y", "x") for role in ("weight", "bias")}
    assert sources_of(propose_pairs(targets, written)) == list(written)


def test_numbers_of_any_length_are_sorted_as_numbers() -> None:
    long = "9" * 5000
    # A superscript is a digit for Python, but no number.
    sources = {f"{name}.w": (2,) for name in ("a010", "a2", f"a{long}", "a\u00b2", "a007")}
    mapping = propose_pairs({f"{layer}.weight": (2,) for layer in "abcde"}, dict(sorted(sources.items())))
    assert sources_of(mapping) == ["a2.w", "a007.w", "a010.w", f"a{long}.w", "a\u00b2.w"]


def test_names_of_many_dots_take_little_time() -> None:
    sources = {"." * 300_000 + "fc.bias": (3,), "net.fc.weight": (3, 2)}
    started = time.process_time()
    mapping = propose_pairs({"fc.weight": (3, 2), "fc.bias": (4,)}, sources)
    assert time.process_time() - started < 3
    assert sources_of(mapping) == ["net.fc.weight", None]


def test_roles_are_told_apart_although_the_shapes_are_equal() -> None:
    other = {"0.beta": (4,), "0.gamma": (4,), "0.moving_mean": (4,), "0.moving_variance": (4,)}
    targets = {name: shape for name, shape in SHAPES.items() if name.startswith("bn")}
    assert sources_of(propose_pairs(targets, other)) == ["0.gamma", "0.beta", "0.moving_mean", "0.moving_variance"]


def test_what_does_not_fit_is_said_and_nothing_is_transposed() -> None:
    mapping = propose_pairs(SHAPES, {**SHAPES, "fc.weight": (16, 3), "conv_1.weight": (4, 1, 5, 5), "other": (7,)})
    assert mapping.problems == (
        "'conv_1.weight' needs 4×1×3×3, but 'conv_1.weight' is 4×1×5×5.",
        "'fc.weight' needs 3×16, but 'fc.weight' is 16×3. Its transpose would fit. Transpose it if the file stores the "
        "inputs of a layer first.",
    )
    assert not mapping.is_complete
    assert mapping.unused == ("other",)
    fitting = mapping.with_source("fc.weight", "fc.weight", transposed=True)
    assert len(fitting.problems) == 1
    kernel = propose_pairs({"conv.weight": (8, 4, 3, 5)}, {"conv.weight": (3, 5, 4, 8)})
    assert "Its transpose would fit." in kernel.problems[0]
    assert kernel.with_source("conv.weight", "conv.weight", transposed=True).is_complete
    assert fitting.pairs[6].reason == "chosen"


def test_a_tensor_without_a_partner_lists_what_would_fit() -> None:
    mapping = propose_pairs({"a.weight": (2, 3)}, {"x": (2, 3), "y": (9,)})
    assert mapping.problems == ("'a.weight' needs 2×3 and gets nothing. Choose one of these: 'x'.",)
    assert propose_pairs({"a.weight": (2, 3)}, {}).problems == (
        "'a.weight' needs 2×3 and gets nothing. No tensor of this shape is left in the file.",
    )


def test_a_chosen_tensor_is_taken_from_the_other_pair() -> None:
    mapping = propose_pairs({"a.weight": (2,), "b.weight": (2,)}, {"a.weight": (2,), "b.weight": (2,), "c": (2,)})
    changed = mapping.with_source("a.weight", "b.weight")
    assert sources_of(changed) == ["b.weight", None]
    assert changed.unused == ("a.weight", "c")
    assert sources_of(changed.with_source("a.weight", None)) == [None, None]
    for target, source in (("x", "c"), ("a.weight", "x")):
        with pytest.raises(StorageError, match=f"has no tensor '{'x'}'"):
            mapping.with_source(target, source)


def test_one_tensor_for_two_is_a_problem() -> None:
    mapping = propose_pairs({"a.weight": (2,), "b.weight": (2,)}, {"a.weight": (2,), "b.weight": (2,)})
    twice = WeightMapping(
        (mapping.pairs[0], type(mapping.pairs[0])("b.weight", (2,), "a.weight", "chosen")), mapping.sources
    )
    assert twice.problems == (
        "'a.weight' is used for 'b.weight' and for 'a.weight'. Choose another tensor for one of them.",
    )


@given(st.dictionaries(st.text(max_size=6), st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=6), st.data())
def test_any_names_give_a_mapping(targets: dict[str, tuple[int, ...]], data: st.DataObject) -> None:
    names = st.sampled_from(sorted(targets)) | st.text(max_size=6) if targets else st.text(max_size=6)
    sources = data.draw(st.dictionaries(names, st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=6))
    mapping = propose_pairs(targets, sources)
    assert [pair.target for pair in mapping.pairs] == list(targets)
    used = [pair.source for pair in mapping.pairs if pair.source is not None]
    assert len(used) == len(set(used))
    assert set(used) <= sources.keys()
    for pair in mapping.pairs:
        assert not pair.transposed
        assert pair.reason != "order" or sources[pair.source or ""] == pair.shape


def network() -> Sequential:
    layers = ("Flatten", ("Linear", {"outputs": 5}), "ReLu", ("Linear", {"outputs": 3}))
    return build(stack(*layers), (2, 2, 2), np.random.default_rng(0))


def state_dict(dtype: type = np.float32) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    shapes = {"0.weight": (5, 8), "0.bias": (5,), "2.weight": (3, 5), "2.bias": (3,)}
    return {name: rng.normal(size=shape).astype(dtype) for name, shape in shapes.items()}


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64])
def test_the_weights_of_a_state_dict_are_used(dtype: type, tmp_path: Path) -> None:
    path, net, tensors = tmp_path / "w.safetensors", network(), state_dict(dtype)
    write_tensors(path, tensors)
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    apply_mapping(path, net, mapping)
    for pair in mapping.pairs:
        assert pair.source is not None
        assert np.array_equal(net.named_tensors[pair.target], tensors[pair.source].astype(np.float32))
    assert all(tensor.dtype == np.float32 for tensor in net.named_tensors.values())


def test_a_transposed_matrix_is_used_as_the_person_says(tmp_path: Path) -> None:
    path, net, tensors = tmp_path / "w.npz", network(), state_dict()
    tensors["0.weight"] = np.ascontiguousarray(tensors["0.weight"].T)
    np.savez(path, **tensors)
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    assert not mapping.is_complete
    for target, source in (("layer_1.weight", "0.weight"), ("layer_1.bias", "0.bias")):
        mapping = mapping.with_source(target, source, transposed=source == "0.weight")
    apply_mapping(path, net, mapping)
    assert np.array_equal(net.named_tensors["layer_1.weight"], tensors["0.weight"].T)


@pytest.mark.parametrize("layer", ["Conv2D", "ConvTranspose2D"])
def test_a_transposed_kernel_keeps_its_rows_and_columns(layer: str, tmp_path: Path) -> None:
    # Keras stores (rows, columns, inputs, outputs), and for a transposed convolution (rows, columns, outputs, inputs).
    net = build(stack((layer, {"filters": 2, "window": (3, 3)})), (4, 6, 6), np.random.default_rng(0))
    path, kernel = tmp_path / "w.npz", np.random.default_rng(1).normal(size=(3, 3, 4, 2)).astype(np.float32)
    if layer == "ConvTranspose2D":
        kernel = np.ascontiguousarray(kernel.swapaxes(2, 3))
    np.savez(path, kernel=kernel, bias=np.ones(2, np.float32))
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    weight, bias = net.named_tensors
    mapping = mapping.with_source(weight, "kernel", transposed=True).with_source(bias, "bias")
    assert mapping.problems == ()
    apply_mapping(path, net, mapping)
    for place in np.ndindex(kernel.shape):
        row, column, first, second = place
        assert net.named_tensors[weight][second, first, row, column] == kernel[place]


@given(st.lists(st.integers(0, 5), max_size=6).map(tuple))
def test_the_shape_before_transposing_is_the_inverse(shape: tuple[int, ...]) -> None:
    assert transposed_shape(shape_before_transposing(shape)) == shape
    assert shape_before_transposing(transposed_shape(shape)) == shape


def test_an_incomplete_mapping_changes_nothing(tmp_path: Path) -> None:
    path, net, tensors = tmp_path / "w.safetensors", network(), state_dict()
    del tensors["2.bias"]
    write_tensors(path, tensors)
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    with pytest.raises(StorageError, match=r"were not used\. 'layer_3.weight' needs 3×5 and gets nothing"):
        apply_mapping(path, net, mapping)
    assert all(np.array_equal(before[name], tensor) for name, tensor in net.named_tensors.items())


def test_a_file_that_has_changed_is_refused(tmp_path: Path) -> None:
    path, net, tensors = tmp_path / "w.safetensors", network(), state_dict()
    write_tensors(path, tensors)
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    write_tensors(path, {**tensors, "0.weight": np.ones((5, 9), np.float32)})
    with pytest.raises(StorageError, match=r"has changed: '0\.weight'"):
        apply_mapping(path, net, mapping)


def test_tensors_that_are_no_numbers_are_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, mask=np.ones(3, bool), weight=np.ones((5, 8), np.float32), text=np.array(["a"]))
    with open_tensors(path) as file:
        assert propose_mapping(network(), file.header).sources == {"weight": (5, 8)}


def test_a_tensor_keeps_its_numbers_if_that_is_chosen(tmp_path: Path) -> None:
    net = network()
    path = tmp_path / "w.safetensors"
    names = list(net.named_tensors)
    write_tensors(path, {name: np.full_like(tensor, 7) for name, tensor in net.named_tensors.items()})
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header).with_kept(names[0])
    before = net.named_tensors[names[0]].copy()
    assert mapping.is_complete
    assert mapping.unused == (names[0],)
    shares: list[float] = []
    apply_mapping(path, net, mapping, shares.append)
    assert np.array_equal(net.named_tensors[names[0]], before)
    assert (net.named_tensors[names[1]] == 7).all()
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert not mapping.with_source(names[0], names[0]).pairs[0].kept


def test_numbers_that_are_not_finite_change_nothing(tmp_path: Path) -> None:
    net = network()
    path = tmp_path / "w.safetensors"
    name, *_ = net.named_tensors
    before = {each: tensor.copy() for each, tensor in net.named_tensors.items()}
    for wrong in (np.nan, 1e300):  # the second one is too large for float32
        stored = {each: tensor.astype(np.float64) for each, tensor in before.items()}
        stored[name].flat[0] = wrong
        write_tensors(path, stored)
        with open_tensors(path) as file:
            mapping = propose_mapping(net, file.header)
        with pytest.raises(StorageError, match="1 number that is NaN or infinite as float32"):
            apply_mapping(path, net, mapping)
    assert all(np.array_equal(net.named_tensors[each], tensor) for each, tensor in before.items())


def test_negative_variances_are_refused_and_change_nothing(tmp_path: Path) -> None:
    net = build(stack(("BatchNorm1D", {})), (4,), np.random.default_rng(0))
    path = tmp_path / "w.safetensors"
    stored = {name: np.full_like(tensor, -2) for name, tensor in net.named_tensors.items()}
    variance = next(name for name in stored if name.endswith("running_var"))
    stored[variance][1:] = 0
    write_tensors(path, stored)
    before = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    with open_tensors(path) as file:
        mapping = propose_mapping(net, file.header)
    with pytest.raises(StorageError, match=r"has 1 negative number, but 'layer_0\.running_var' holds variances"):
        apply_mapping(path, net, mapping)
    assert all(np.array_equal(before[name], tensor) for name, tensor in net.named_tensors.items())
    stored[variance][:] = 0
    write_tensors(path, stored)
    apply_mapping(path, net, mapping)
    assert (net.named_tensors[variance] == 0).all()
