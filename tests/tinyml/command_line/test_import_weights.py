"""`tinyml import-weights`: the mapping is shown, changed by options, and applied only if everything fits."""

import json
from pathlib import Path

import numpy as np
import pytest

from tinyml.command_line import main
from tinyml.core.tensor_file import write_tensors
from tinyml.net import build
from tinyml.storage import example_path, load_model, read_project


def foreign(folder: Path) -> tuple[Path, list[np.ndarray]]:
    """Write the weights of the example `circle` under the names of PyTorch; return them too."""
    project = read_project(example_path("circle"))
    net = build(project.network, (2,), np.random.default_rng(3))
    tensors = {
        f"{number // 2}.{('weight', 'bias')[number % 2]}": each
        for number, each in enumerate(net.named_tensors.values())
    }
    write_tensors(folder / "foreign.safetensors", tensors)
    return folder / "foreign.safetensors", list(tensors.values())


def test_the_mapping_is_shown_and_the_model_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, tensors = foreign(tmp_path)
    assert main(["import-weights", "circle", str(path)]) == 0
    *table, last = capsys.readouterr().out.splitlines()
    assert json.loads(last) == {"tensors": len(tensors), "complete": True, "unused": [], "saved": None}
    assert table[0].split() == ["network", "shape", "file", "shape", "because", "of"]
    assert "0.weight" in table[2]
    out = tmp_path / "model.safetensors"
    assert main(["import-weights", "circle", str(path), "--out", str(out)]) == 0
    net, about = load_model(out)
    assert all(np.array_equal(*pair) for pair in zip(net.named_tensors.values(), tensors, strict=True))
    assert about.class_names
    assert main(["evaluate", str(out)]) == 0


def test_options_change_the_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = foreign(tmp_path)
    project = read_project(example_path("circle"))
    names = list(build(project.network, (2,)).named_tensors)
    exchanged = ["--use", f"{names[2]}=2.weight", "--use", f"{names[4]}=1.weight", "--transpose", names[2]]
    assert main(["import-weights", "circle", str(path), *exchanged]) == 0
    printed = capsys.readouterr().out
    assert "transposed  chosen" in printed
    assert json.loads(printed.splitlines()[-1])["complete"]


def test_what_does_not_fit_is_said_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = foreign(tmp_path)
    project = read_project(example_path("circle"))
    first = next(iter(build(project.network, (2,)).named_tensors))
    out = tmp_path / "model.safetensors"
    for options, words in (
        (["--use", f"{first}="], "and gets nothing"),
        (["--use", first], "should be the names of two tensors: TARGET=SOURCE"),
        (["--use", f"{first}=x"], "The file has no tensor 'x'"),
        (["--use", f"{first}=", "--transpose", first], "gets no tensor that could be transposed"),
        (["--transpose", first], "transposed"),
    ):
        assert main(["import-weights", "circle", str(path), *options, "--out", str(out)]) == 1
        assert words in capsys.readouterr().err
        assert not out.exists()
