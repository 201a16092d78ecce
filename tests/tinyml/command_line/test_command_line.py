import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyml.command_line import main
from tinyml.command_line.parser import COMMANDS, EXPERIMENTS, make_parser
from tinyml.core.threads import VARIABLE, blas_is_held, set_thread_count, thread_count
from tinyml.learner import TrainingSettings
from tinyml.storage import Project, example_path, load_model, read_model, read_project, save_model, save_project

ROOT = Path(__file__).parents[3]
MNIST = ROOT.parent / "shared" / "data" / "mnist"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tinyml", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture
def thread_count_afterwards() -> Iterator[None]:
    """Put the number of threads back."""
    before = thread_count()
    yield
    set_thread_count(before)


def last_line(output: str) -> dict[str, Any]:
    result = json.loads(output.splitlines()[-1])
    assert isinstance(result, dict)
    return result


def test_the_same_command_writes_the_same_bytes_and_evaluate_agrees(tmp_path: Path) -> None:
    results = []
    for name in ("1.safetensors", "2.safetensors"):
        command = ["train", "--network", str(example_path("lenet-digits")), "--data", "digits", "--epochs", "2"]
        done = run(*command, "--seed", "5", "--save", str(tmp_path / name))
        assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr
        assert "epoch 2/2" in done.stderr
        results.append(last_line(done.stdout))
    first, second = results
    assert (tmp_path / "1.safetensors").read_bytes() == (tmp_path / "2.safetensors").read_bytes()
    assert {**first, "seconds": 0, "saved": ""} == {**second, "seconds": 0, "saved": ""}
    assert first["examples"] == {"train": 1258, "validation": 180, "test": 359}
    assert (first["epochs"], first["seed"], first["saved"]) == (2, 5, str(tmp_path / "1.safetensors"))
    about = read_model(tmp_path / "1.safetensors")
    assert (about.training.seed, about.training.epochs, len(about.history)) == (5, 2, 2)
    evaluated = run("evaluate", str(tmp_path / "1.safetensors"), "--data", "digits")
    assert evaluated.returncode == 0
    for key in ("test_accuracy", "test_loss", "parameters"):
        assert last_line(evaluated.stdout)[key] == first[key]
    result = last_line(evaluated.stdout)
    assert 0 <= result["test_calibration_error"] <= 1
    counts = np.array(result["confusion_matrix"])
    assert [each["examples"] for each in result["classes"]] == counts.sum(axis=1).tolist()
    assert [each["recall"] for each in result["classes"]] == pytest.approx(counts.diagonal() / counts.sum(axis=1))


def test_options_replace_the_settings_of_the_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = tmp_path / "a.safetensors"
    options = ["--epochs", "1", "--batch-size", "50", "--learning-rate", "0.2", "--momentum", "0.5", "--quiet"]
    assert main(["train", "--network", "circle", "--save", str(save), *options]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert last_line(captured.out)["data"] == "circle"
    chosen = read_project(example_path("circle"))
    expected = chosen.training.model_copy(update={"epochs": 1, "batch_size": 50, "learning_rate": 0.2, "momentum": 0.5})
    assert read_model(save).training == expected
    assert read_model(save).data == chosen.data


def test_nothing_is_saved_without_the_option(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--network", "circle", "--epochs", "1", "--quiet"]) == 0
    assert last_line(capsys.readouterr().out)["saved"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--network", "missing.tinyml.json"], "There is no file 'missing.tinyml.json'"),
        (["train", "--network", "lenet-digit"], "Did you mean 'lenet-digits'"),
        (["train", "--network", "circle", "--data", "digitz"], "Did you mean 'digits'"),
        (["train", "--network", "circle", "--data", "digits"], "Insert Flatten|needs a vector but receives 1×8×8"),
        (["train", "--network", "circle", "--epochs", "0"], "Epochs is 0 but should be at least 1"),
        (["train", "--network", "circle", "--momentum", "nan"], "Momentum is nan"),
        (["train", "--network", "circle", "--save", "no/such/folder/a"], "there is no folder 'no/such/folder'"),
        (["train", "--network", "lenet-digits", "--learning-rate", "500", "--quiet"], "Lower the learning rate"),
        (["evaluate", "missing.safetensors"], "There is no file 'missing.safetensors'"),
        (["evaluate", __file__], "is a text file. TinyML opens"),
    ],
)
def test_an_error_is_one_sentence_and_status_1(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"tinyml {arguments[0]}: ")
    assert len(captured.err.splitlines()) == 1
    assert any(part in captured.err for part in words.split("|"))


def test_a_model_is_not_evaluated_on_data_that_does_not_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = str(tmp_path / "a.safetensors")
    assert main(["train", "--network", "circle", "--epochs", "1", "--quiet", "--save", save]) == 0
    assert main(["evaluate", save, "--data", "digits"]) == 1
    assert "Choose data of the shape that it was trained on" in capsys.readouterr().err


def test_outputs_that_are_not_numbers_count_as_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = tmp_path / "a.safetensors"
    assert main(["train", "--network", "circle", "--epochs", "1", "--quiet", "--save", str(save)]) == 0
    net, about = load_model(save)
    net.parameters[0].tensor[:] = np.nan
    save_model(save, net, about)
    capsys.readouterr()
    assert main(["evaluate", str(save)]) == 0
    result = last_line(capsys.readouterr().out)
    assert result["test_accuracy"] == 0
    assert result["test_not_finite"] == result["examples"] > 0
    assert not np.any(result["confusion_matrix"])


@pytest.mark.parametrize("arguments", [[], ["train"], ["train", "--network"], ["fly"], ["train", "--epochs", "many"]])
def test_wrong_usage_is_status_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: tinyml" in capsys.readouterr().err


def test_a_failed_save_is_reported_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save = tmp_path / "a.safetensors"
    save.write_bytes(b"old")

    def fail(*arguments: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "replace", fail)
    assert main(["train", "--network", "circle", "--epochs", "1", "--quiet", "--save", str(save)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert save.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [save]


@pytest.mark.skipif(os.name != "posix", reason="signals are sent as on POSIX systems")
def test_interrupting_stops_cleanly_and_saves_nothing(tmp_path: Path) -> None:
    project = tmp_path / "long.tinyml.json"
    circle = read_project(example_path("circle"))
    save_project(project, circle.model_copy(update={"training": TrainingSettings(loss="mse_loss", epochs=100_000)}))
    command = [sys.executable, "-m", "tinyml", "train", "--network", str(project), "--save", str(tmp_path / "a")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        first = process.stderr.read(1)  # the progress bar: training has begun
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=200)
    assert first
    assert process.returncode == 130
    assert output == b""
    assert b"Traceback" not in errors
    assert errors.decode().splitlines()[-1] == "tinyml train: Stopped before the end; nothing was saved."
    assert list(tmp_path.iterdir()) == [project]


def test_help_names_every_option_and_is_quick() -> None:
    script = "import sys; import tinyml.command_line; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=200, check=False).returncode == 0
    text = run("train", "--help").stdout
    for option in ("network", "data", "epochs", "seed", "save", "batch-size", "learning-rate", "momentum", "quiet"):
        assert f"--{option}" in text
    text = run("--help").stdout
    assert text.startswith("usage: tinyml")
    assert all(f"\n  {command} " in text for command in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["trian"], "There is no command 'trian'. Did you mean 'train'?"),
        (
            ["fly"],
            "There is no command 'fly'. There are: data, train, evaluate, predict, deconv, sheet, export, "
            "import-weights, convert-legacy, script, inspect, compare, check, reproduce.",
        ),
        (["reproduce", "law"], "There is no experiment 'law'. Did you mean 'laws'?"),
        (["train", "--network", "circle", "--epochz=3"], "There is no option '--epochz'. Did you mean '--epochs'?"),
        (["train", "--network", "circle", "twice"], "'twice' is one word too many."),
        (["check", "circle", "--examples", "0"], "'0' should be a whole number from 1 on."),
        (["train", "--network", "circle", "--threads", "0"], "argument --threads: '0' should be a whole number from 1"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_known_word(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("command", list(COMMANDS))
def test_the_help_of_a_command_reads_well(command: str) -> None:
    text = run(command, "--help").stdout
    assert text.startswith(f"usage: tinyml {command} ")
    assert "%(" not in text
    described = text.split("\n\n")[1]
    assert described[0].isupper()
    assert described.endswith(".")


@pytest.mark.usefixtures("thread_count_afterwards")
@pytest.mark.parametrize("command", [["train", "--network"], ["check"]])
def test_a_command_computes_on_the_chosen_number_of_threads(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    module = importlib.import_module(f"tinyml.command_line.{command[0]}")
    monkeypatch.setattr(module, "run", lambda options: seen.append((thread_count(), blas_is_held())))
    set_thread_count(2)
    assert main([*command, "circle", "--threads", "3"]) == 0
    assert main([*command, "circle"]) == 0
    assert seen == [(3, True), (3, True)]
    assert not blas_is_held()


def test_an_invalid_number_of_threads_in_the_environment_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "all")
    done = run("train", "--network", "circle", "--epochs", "1")
    assert done.returncode == 1
    assert done.stderr == "tinyml train: TINYML_THREADS is 'all' but should be a whole number from 1 to 256.\n"
    monkeypatch.setenv(VARIABLE, "1")
    assert run("train", "--network", "circle", "--epochs", "1", "--quiet").returncode == 0


def test_a_project_without_layers_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_project(tmp_path / "empty.tinyml.json", Project())
    assert main(["train", "--network", str(tmp_path / "empty.tinyml.json")]) == 1
    assert "The network has no layers yet" in capsys.readouterr().err


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST test set is not at ../shared/data/mnist")
def test_a_network_is_trained_on_the_folder_of_mnist(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "--network", "lenet-mnist", "--data", str(MNIST), "--epochs", "1", "--quiet"]
    assert main([*arguments, "--batch-size", "64", "--learning-rate", "0.05"]) == 0
    result = last_line(capsys.readouterr().out)
    assert result["examples"] == {"train": 8000, "validation": 0, "test": 2000}
    assert result["test_accuracy"] > 0.9


def test_every_command_is_listed_and_is_a_module() -> None:
    _, commands = make_parser()
    assert list(commands) == list(COMMANDS)
    for command in COMMANDS:
        assert callable(importlib.import_module(f"tinyml.command_line.{command.replace('-', '_')}").run)
    for experiment in EXPERIMENTS:
        assert callable(importlib.import_module(f"tinyml.command_line.reproduce.{experiment.replace('-', '_')}").run)
