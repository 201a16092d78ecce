"""`tinyml train` says what is wrong with a run."""

import json

import pytest

from tinyml.__main__ import main


def train(*arguments: str) -> None:
    main(["train", *arguments])


def test_a_lesson_is_diagnosed_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    train("--network", "dead_units")
    printed = capsys.readouterr()
    assert "Diagnosis:\n!! relu_1: " in printed.err
    assert "for every example." in printed.err
    assert "smaller learning rate, such as 0.03" in printed.err
    assert json.loads(printed.out)["diagnoses"] == ["dead_units"]


def test_a_good_run_has_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    train("--network", "sine")
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-1] == "Diagnosis: no problem found."
    assert json.loads(printed.out)["diagnoses"] == []


def test_quiet_leaves_only_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    train("--network", "low_rate", "--quiet")
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)["diagnoses"] == ["low_rate"]


def test_a_run_that_diverged_is_diagnosed_before_the_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--network", "divergence"]) != 0
    err = capsys.readouterr().err
    assert "!! The loss is no longer a number." in err
    assert err.splitlines()[-1].startswith("tinyml train: The loss became")


def test_a_resumed_run_is_diagnosed_with_all_its_epochs(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "half.safetensors")
    train("--network", "low_rate", "--epochs", "10", "--checkpoint", path, "--quiet")
    capsys.readouterr()
    train("--resume", path, "--epochs", "20")
    printed = capsys.readouterr()
    assert "in 20 epochs, steadily" in printed.err
    assert json.loads(printed.out)["diagnoses"] == ["low_rate"]
