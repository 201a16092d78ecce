"""`tinyml check`: a table with a verdict, and an exit status for scripts."""

import json
from pathlib import Path
from typing import Any

import pytest

from tinyml.command_line import main
from tinyml.core import Array
from tinyml.layers import Tanh
from tinyml.storage import example_names, open_project, save_project


@pytest.mark.parametrize("name", [name for name in example_names() if name != "lenet-mnist"])
def test_the_gradients_of_every_example_are_right(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", name, "--examples", "2", "--elements", "20"]) == 0
    *table, conclusion, result = capsys.readouterr().out.splitlines()
    layers = open_project(name).network.layers
    assert table[0].split()[0] == "tensor"
    assert table[2].startswith("input")
    assert {line.split(".")[0] for line in table[3:]} <= {layer.name for layer in layers}
    assert all(line.endswith(" right") for line in table[2:])
    assert conclusion == f"All {len(table) - 2} gradients are right."
    assert json.loads(result)["verdict"] == "right"


def test_a_wrong_gradient_is_reported_and_gives_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backward = Tanh.backward
    monkeypatch.setattr(Tanh, "backward", lambda layer, gradient: -backward(layer, gradient))
    assert main(["check", "circle"]) == 1
    captured = capsys.readouterr()
    *_, conclusion, result = captured.out.splitlines()
    assert "The mistake is in 'backward' of its layer or of a later layer." in conclusion
    assert json.loads(result)["verdict"] == "wrong"
    assert captured.err.startswith("tinyml check: The gradient of '")


def test_a_doubtful_gradient_is_reported_and_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backward = Tanh.backward

    def slightly_off(layer: Any, gradient: Array) -> Array:
        return 1.00001 * backward(layer, gradient)

    monkeypatch.setattr(Tanh, "backward", slightly_off)
    assert main(["check", "circle"]) == 0
    *_, conclusion, result = capsys.readouterr().out.splitlines()
    assert "too much for rounding" in conclusion
    assert json.loads(result)["verdict"] == "doubtful"


def test_the_seed_determines_what_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    tables = []
    for seed in ("1", "1", "2"):
        assert main(["check", "circle", "--seed", seed]) == 0
        tables.append(capsys.readouterr().out.splitlines()[:-1])
    assert tables[0] == tables[1] != tables[2]


def test_a_project_file_is_checked_with_other_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_project(tmp_path / "mine.tinyml.json", open_project("lenet-digits"))
    assert main(["check", str(tmp_path / "mine.tinyml.json"), "--data", "digits-28", "--elements", "5"]) == 0
    assert "4×1×28×28" in capsys.readouterr().out


def test_data_that_does_not_fit_is_refused_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "circle", "--data", "digits"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("tinyml check: linear_1: Linear needs a vector")
    assert captured.out == ""
