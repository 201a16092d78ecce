"""The script for tinyml repeats the run: in a process of its own it writes the same weights, byte for byte."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.tinyml.storage.exporters.models import trained
from tinyml.command_line import main
from tinyml.core import StorageError
from tinyml.core.threads import thread_count
from tinyml.data import DataChoice
from tinyml.storage import SavedModel, load_model
from tinyml.storage.exporters import exporters
from tinyml.storage.exporters.tinyml_script import write_script

RUNS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("circle", {"seed": 3, "validation": 0.2}, {"seed": 7, "optimizer": "adam", "schedule": "cosine"}),
    ("digits", {"preprocessing": {"scale": "standardise"}}, {"restore_best": True, "augment_shift": 1, "epochs": 3}),
    ("sine", {"test": 0.3}, {"clip_norm": 0.5, "early_stopping": 1, "epochs": 6}),
]


TEMPLATES = Path(__file__).parents[4] / "resources" / "templates"


def run_script(folder: Path) -> None:
    """Run the script `again.py` of a folder in a process of its own; it writes `again.safetensors`."""
    command = [sys.executable, "-W", "error", "again.py", "--save", "again.safetensors"]
    environment = {**os.environ, "TINYML_THREADS": str(thread_count())}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("source", "choice", "settings"), RUNS, ids=[run[0] for run in RUNS])
def test_the_script_writes_the_same_bytes(
    source: str, choice: dict[str, Any], settings: dict[str, Any], tmp_path: Path
) -> None:
    net, about = trained(source, json.dumps(choice), json.dumps(settings))
    exporters()["tinyml"].write(tmp_path / "again.py", net, about)
    net.export(tmp_path / "weights.safetensors")
    run_script(tmp_path)
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "weights.safetensors").read_bytes()


def test_the_script_of_a_larger_network_trains_as_the_command_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Its matrix products are large enough for BLAS to use several threads, which changes the last bits.
    template, model = TEMPLATES / "lenet-5.tinyml.json", tmp_path / "lenet.safetensors"
    assert main(["train", "--network", str(template), "--epochs", "1", "--quiet", "--save", str(model)]) == 0
    assert main(["export", str(model), "--to", "tinyml", "--out", str(tmp_path / "again.py")]) == 0
    load_model(model)[0].export(tmp_path / "weights.safetensors")
    run_script(tmp_path)
    assert (tmp_path / "again.safetensors").read_bytes() == (tmp_path / "weights.safetensors").read_bytes()


def stopped(about: SavedModel, **settings: Any) -> SavedModel:
    """Return a model whose run was planned for nine epochs and stopped after two."""
    training = about.training.model_copy(update={"epochs": 9, **settings})
    return about.model_copy(update={"training": training})


def test_a_run_that_was_stopped_by_hand_is_repeated_as_far() -> None:
    text = write_script(stopped(trained("circle")[1]), "circle")
    assert "default=2, " in text
    assert "# The run was planned for 9 epochs and was stopped after 2." in text


def test_a_schedule_over_all_epochs_keeps_their_number() -> None:
    text = write_script(stopped(trained("circle")[1], schedule="cosine"), "circle")
    assert "default=9, " in text
    assert "stopped after 2 of 9 epochs. The script trains all of them" in text


def test_a_model_without_history_promises_no_equal_weights() -> None:
    text = write_script(trained("circle")[1].model_copy(update={"history": ()}), "circle")
    assert "# The exported model has no history" in text
    assert "bit for bit" not in text


def test_the_script_says_what_the_model_file_does_not_know() -> None:
    text = write_script(trained("circle")[1], "circle")
    assert "# A model file does not say if its run changed a setting on the way" in text


def test_early_stopping_stops_the_script_itself() -> None:
    text = write_script(stopped(trained("circle")[1], early_stopping=1), "circle")
    assert "default=9, " in text
    assert "stopped after" not in text


def test_data_that_is_gone_is_an_obstacle(tmp_path: Path) -> None:
    net, about = trained("circle")
    about = about.model_copy(update={"data": DataChoice(source=str(tmp_path / "gone.csv"))})
    with pytest.raises(StorageError, match=r"The data of the run is needed for the script\. .*gone\.csv"):
        exporters()["tinyml"].write(tmp_path / "net.py", net, about)
    assert not list(tmp_path.iterdir())


def test_data_that_has_changed_is_an_obstacle() -> None:
    net, about = trained("circle")
    changed = about.model_copy(update={"class_names": ("one", "two")})
    assert exporters()["tinyml"].obstacles(net, changed) == (
        "The data 'circle' has changed since the run: its examples or classes are others.",
    )
    assert exporters()["tinyml"].obstacles(net, about) == ()
