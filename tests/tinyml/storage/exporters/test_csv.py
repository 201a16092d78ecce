"""The history as a table."""

import csv
from pathlib import Path

import pytest

from tests.tinyml.storage.exporters.models import trained
from tinyml.core import StorageError
from tinyml.storage.exporters import exporters


def test_every_number_is_read_back_with_all_its_digits(tmp_path: Path) -> None:
    net, about = trained("digits")
    exporters()["csv"].write(tmp_path / "net.csv", net, about)
    with (tmp_path / "net.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    for row, epoch in zip(rows, about.history, strict=True):
        assert {name: float(value) for name, value in row.items()} == {
            name: value for name, value in epoch.model_dump().items() if value is not None
        }
    assert "training_accuracy" in rows[0]
    assert "training_r_squared" not in rows[0]


def test_a_metric_that_some_epochs_lack_is_an_empty_field(tmp_path: Path) -> None:
    net, about = trained("sine")
    first = about.history[0].model_copy(update={"validation_loss": None})
    about = about.model_copy(update={"history": (first, about.history[1])})
    text = exporters()["csv"].preview(net, about).text
    names, before, after = (line.split(",") for line in text.split())
    place = names.index("validation_loss")
    assert before[place] == ""
    assert float(after[place]) == about.history[1].validation_loss


def test_a_model_without_history_is_an_obstacle(tmp_path: Path) -> None:
    net, about = trained("circle")
    with pytest.raises(StorageError, match="has no history"):
        exporters()["csv"].write(tmp_path / "net.csv", net, about.model_copy(update={"history": ()}))
    assert not list(tmp_path.iterdir())
