import json
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.storage.tensor_sources import onnx_bytes
from tinyml.command_line import compare, inspect, main
from tinyml.core.tensor_file import write_tensors
from tinyml.storage import example_path

RNG = np.random.default_rng(0)


def call(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[str, dict]:
    """Run a command; return what it printed for people, and the JSON."""
    assert main([str(word) for word in words]) == 0
    text, _, last = capsys.readouterr().out.strip().rpartition("\n")
    return text, json.loads(last)


def test_inspect_prints_the_statistics_and_what_is_striking(tmp_path: Path, capsys) -> None:
    weight = RNG.normal(size=(4, 3)).astype(np.float32)
    weight[1] = 0
    write_tensors(tmp_path / "w.safetensors", {"fc.weight": weight, "fc.bias": np.array([1, np.nan, 3, 4])})
    text, result = call(capsys, "inspect", tmp_path / "w.safetensors")
    assert "w.safetensors (safetensors). Tensors: 2, elements: 16" in text
    assert f"{weight.mean():.4g}" in text
    assert "1 tensor holds NaN (1 number): 'fc.bias'." in text
    assert "1 of 4 filters of 'fc.weight' is dead" in text
    bias, found = result["tensors"]
    assert (found["name"], found["shape"], found["zeros"]) == ("fc.weight", [4, 3], 3)
    assert found["mean"] == pytest.approx(float(weight.mean()), abs=1e-7)
    assert (bias["nan"], bias["infinite"], bias["dtype"]) == (1, 0, "float64")
    assert result["health"]["dead filters"]["tensors"] == ["fc.weight"]


def test_inspect_without_values_reads_only_the_header(tmp_path: Path, capsys, monkeypatch) -> None:
    np.savez(tmp_path / "a.npz", w=np.ones((2, 3)))
    monkeypatch.setattr(inspect, "summarise_tensors", None)
    text, result = call(capsys, "inspect", tmp_path / "a.npz", "--no-values")
    assert "(npz). Tensors: 1, elements: 6" in text
    assert result["tensors"] == [{"name": "w", "dtype": "float64", "shape": [2, 3]}]
    assert result["health"] is None


def test_inspect_prints_a_graph_and_obeys_no_name(tmp_path: Path, capsys) -> None:
    tensors = (onnx_bytes.raw_tensor("a\x1b[2J", np.ones(2, np.float32)),)
    values = (onnx_bytes.value("image", 1, "N", 3),)
    (tmp_path / "a.onnx").write_bytes(onnx_bytes.model(tensors, (onnx_bytes.node("Relu"),), values, values))
    text, result = call(capsys, "inspect", tmp_path / "a.onnx")
    assert "Graph: 1 nodes (1 Relu)" in text
    assert "Inputs: image: float32 (N, 3)" in text
    assert "\x1b" not in text
    assert result["graph"]["operations"] == {"Relu": 1}


def test_inspect_prints_some_of_many_tensors_and_all_as_json(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(inspect, "_MOST_PRINTED", 3)
    write_tensors(tmp_path / "w.safetensors", {f"t{number}": np.ones(1) for number in range(5)})
    text, result = call(capsys, "inspect", tmp_path / "w.safetensors")
    assert "… and 2 more" in text
    assert "t3" not in text.split("\n… and")[0].split("deviation")[1]
    assert len(result["tensors"]) == 5


def test_compare_sorts_by_what_moved_most(tmp_path: Path, capsys) -> None:
    before = {**{name: np.ones(2) for name in ("still", "little", "much", "gone")}, "turned": np.ones((1, 2))}
    after = {"still": np.ones(2), "little": np.full(2, 1.1), "much": np.full(2, 3.0), "new": np.ones(2)}
    write_tensors(tmp_path / "a.safetensors", before)
    np.savez(tmp_path / "b.npz", **after, turned=np.ones((2, 1)))
    text, result = call(capsys, "compare", tmp_path / "a.safetensors", tmp_path / "b.npz")
    assert "1 other shape, 1 added, 1 removed, 2 changed, 1 same" in text
    assert [tensor["name"] for tensor in result["tensors"]] == ["turned", "new", "gone", "much", "little", "still"]
    assert result["tensors"][3]["relative"] == pytest.approx(2 / 3)
    assert result["counts"]["changed"] == 2
    assert "1×2 → 2×1" in text
    assert "still" not in text


def test_equal_files_have_no_table(tmp_path: Path, capsys, monkeypatch) -> None:
    write_tensors(tmp_path / "a.safetensors", {"w": np.ones(2)})
    monkeypatch.setattr(compare, "format_table", None)
    text, result = call(capsys, "compare", tmp_path / "a.safetensors", tmp_path / "a.safetensors")
    assert text.endswith("1 same")
    assert result["counts"]["same"] == 1


@pytest.mark.parametrize("command", [["inspect"], ["compare", "FILE"]])
def test_files_without_tensors_are_refused(capsys, command: list[str]) -> None:
    project = str(example_path("circle"))
    assert main([project if word == "FILE" else word for word in [*command, "FILE"]]) == 1
    assert "holds no weights" in capsys.readouterr().err
