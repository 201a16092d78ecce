"""Regression and autoencoders on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tinyml.data.idx import write_pair
from tinyml.command_line import main


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(arguments) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    "arguments",
    [["--network", "sine", "--epochs", "3"], ["--network", "autoencoder-digits", "--epochs", "2"]],
)
def test_numbers_as_targets_have_their_own_metrics(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "model.safetensors")
    trained = run(["train", *arguments, "--save", path], capsys)
    assert not [name for name in trained if "accuracy" in name]
    assert {"test_r_squared", "test_loss", "test_mean_absolute_error", "validation_r_squared"} <= trained.keys()
    evaluated = run(["evaluate", path], capsys)
    for name in ("test_r_squared", "test_loss", "test_mean_absolute_error"):
        assert evaluated[name] == pytest.approx(trained[name])
    assert "confusion_matrix" not in evaluated


def test_any_data_trains_an_autoencoder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "run.safetensors")
    options = ["--network", "autoencoder-digits", "--data", "digits", "--target", "label"]
    assert main(["train", *options]) == 1
    assert "one for each class" in capsys.readouterr().err
    options = ["train", "--network", "autoencoder-digits", "--target", "input", "--epochs", "2", "--quiet"]
    whole = run([*options, "--checkpoint", path, "--checkpoint-every", "5"], capsys)
    assert main(["train", "--resume", path, "--target", "input"]) == 1
    assert "Leave out --target" in capsys.readouterr().err
    resumed = run(["train", "--resume", path, "--quiet"], capsys)
    changing = ("seconds", "saved")
    assert {k: v for k, v in resumed.items() if k not in changing} == {
        k: v for k, v in whole.items() if k not in changing
    }


def test_the_size_of_large_data_is_printed_before_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pair(tmp_path, 50, size=(8, 8))
    monkeypatch.setattr("tinyml.command_line.train._LARGE_DATA", 3600)
    options = ["train", "--network", "lenet-digits", "--data", str(tmp_path), "--epochs", "1"]
    assert main(options) == 1
    assert capsys.readouterr().err.startswith(
        f"Loading {tmp_path.name} 8×8: 50 examples, which need 3.6 kB of memory\n"
    )
