from pathlib import Path

import numpy as np
import pytest

from tinyml.core.tensor_file import write_tensors
from tinyml.core.tensor_header import TensorHeader
from tinyml.storage import (
    assess_health,
    describe_sizes,
    is_weight,
    read_header,
    sizes_by_type,
    summarise,
    summarise_tensors,
    tensor_summary,
)

RNG = np.random.default_rng(0)


def findings(tensors: dict[str, np.ndarray]) -> dict[str, tuple[str, ...]]:
    health = assess_health(summarise(name, tensor) for name, tensor in tensors.items())
    return {finding.kind: finding.tensors for finding in health.findings}


def test_each_kind_is_found_with_its_tensors() -> None:
    convolution = RNG.normal(size=(8, 3, 3, 3))
    convolution[[1, 5]] = 0
    linear = RNG.normal(size=(4, 6)).astype(np.float32)
    linear[2] = 0
    tensors = {
        "conv.weight": convolution,
        "conv.bias": np.zeros(8),
        "fc.weight": linear,
        "fc.bias": np.array([1, np.nan, np.inf, -np.inf]),
        "norm.weight": np.ones(7),
        "whole": np.zeros(5, np.int64),
        "scalar": np.zeros(()),
        "good": RNG.normal(size=9),
    }
    assert findings(tensors) == {
        "nan": ("fc.bias",),
        "infinite": ("fc.bias",),
        "dead filters": ("conv.weight", "fc.weight"),
        "zero": ("conv.bias",),
        "constant": ("norm.weight",),
    }
    health = assess_health(summarise(name, tensor) for name, tensor in tensors.items())
    assert (health.tensors, health.elements) == (8, sum(tensor.size for tensor in tensors.values()))
    assert [finding.sentence for finding in health.findings] == [
        "1 tensor holds NaN (1 number): 'fc.bias'.",
        "1 tensor holds infinity (2 numbers): 'fc.bias'.",
        "3 of 12 filters of 'conv.weight', 'fc.weight' are dead: all their weights are zero.",
        "1 tensor is all zero: 'conv.bias'.",
        "1 tensor is constant: 'norm.weight'.",
    ]
    assert [finding.serious for finding in health.findings] == [True, True, False, False, False]


def test_nothing_striking_is_one_sentence() -> None:
    assert assess_health([summarise("a", np.arange(3.0))]).sentence == "All numbers are finite, and nothing is dead."
    assert assess_health([]).sentence == "There are no tensors."


@pytest.mark.parametrize("chunk", [1, 7, 64, 1000])
@pytest.mark.parametrize("shape", [(6, 5), (3, 2, 4), (30, 1), (1, 30), (2, 3, 1, 5)])
def test_rows_of_zeros_are_counted_in_pieces_of_any_size(
    monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], chunk: int
) -> None:
    monkeypatch.setattr(tensor_summary, "_CHUNK", chunk)
    tensor = np.ones(shape)
    tensor[:: 2 if shape[0] > 1 else 1] = 0
    tensor[(-1,) * len(shape)] = np.nan
    summary = summarise("weight", tensor)
    expected = sum(not row.any() for row in tensor)
    assert (summary.zero_rows, summary.zeros, summary.nan) == (expected, int((tensor == 0).sum()), 1)
    assert summarise("bias", np.zeros(4)).zero_rows is None


def test_tensors_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "a.npz", texts=np.array(["cat"]), times=np.zeros(2, "M8[s]"), empty=np.zeros(0), good=np.ones(1)
    )
    (finding,) = assess_health(summarise_tensors(tmp_path / "a.npz")).findings
    assert finding.sentence == "2 tensors are not readable: 'texts', 'times'."


def test_long_lists_name_a_few() -> None:
    health = assess_health(summarise(f"layer.{number}.bias", np.zeros(2)) for number in range(5))
    assert health.findings[0].sentence.endswith("'layer.0.bias', 'layer.1.bias', 'layer.2.bias' and 2 more.")
    assert len(health.findings[0].tensors) == 5


def test_only_the_first_axis_of_weights_counts_filters() -> None:
    assert is_weight("layer1.0.conv1.weight", 4)
    assert is_weight("fc/W", 2)
    assert not is_weight("fc/kernel", 2)
    assert not is_weight("fc.bias", 1)
    assert not is_weight("model.embed_tokens.weight", 2)
    assert not is_weight("transformer.wte.weight", 2)
    assert not is_weight("positions", 2)


def test_all_of_a_file_is_assessed_with_its_sizes(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"a": np.ones(4, np.float16), "b": np.zeros((2, 3), np.float32), "c": np.ones(3, np.float32)})
    health = assess_health(summarise_tensors(path))
    assert [(size.dtype, size.tensors, size.elements, size.bytes) for size in health.sizes] == [
        ("float32", 2, 9, 36),
        ("float16", 1, 4, 8),
    ]
    assert sizes_by_type(read_header(path).tensors) == health.sizes
    assert describe_sizes(health.sizes) == "2 × float32 (36 bytes), 1 × float16 (8 bytes)"
    assert sizes_by_type([TensorHeader("a", (4,), "text")])[0].bytes is None
