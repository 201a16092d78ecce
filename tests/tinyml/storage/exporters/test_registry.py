"""The one-file rule: a new file in the folder of exporters is all that a new file format needs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.storage.exporters.throwaway_exporter import text_exporter
from tinyml.command_line import main
from tinyml.core import StorageError
from tinyml.net import Sequential, build
from tinyml.storage import SavedModel, example_path, load_model, read_project, save_model
from tinyml.storage.exporters import DEFAULT_EXPORTER, Exporter, Progress, exporter_of, exporters, find_exporter


@pytest.fixture
def more_exporters(tmp_path: Path) -> Iterator[None]:
    """Add the exporter of text files."""
    folder = tmp_path / "more_exporters"
    folder.mkdir()
    with text_exporter(folder):
        yield


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "circle.safetensors"
    project = read_project(example_path("circle"))
    net = build(project.network, (2,), np.random.default_rng(0))
    save_model(path, net, SavedModel(network=project.network, input_shape=(2,), data=project.data))
    return path


@pytest.mark.usefixtures("more_exporters")
class TestANewExporterFile:
    def test_is_found_after_the_default(self) -> None:
        assert list(exporters())[:2] == [DEFAULT_EXPORTER, "a-names"]
        assert find_exporter("a-names") is exporter_of(Path("network.TXT"))

    def test_writes_what_the_command_line_asks_for(
        self, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["export", str(model), "--to", "a-names", "--out", str(tmp_path / "names")]) == 0
        assert '"format": "a-names"' in capsys.readouterr().out
        first, *others = (tmp_path / "names").read_text().splitlines()
        assert first == "circle"
        assert len(others) == len(load_model(model)[0].named_tensors)

    def test_is_in_the_help_and_in_the_sentence_about_unknown_formats(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["export", "--help"])
        assert "a-names (names and 100 % of the sizes)" in " ".join(capsys.readouterr().out.split())
        with pytest.raises(StorageError, match="There are: safetensors, a-names"):
            find_exporter("pdf")


def test_every_exporter_has_a_name_and_texts() -> None:
    for name, exporter in exporters().items():
        assert name == exporter.name
        assert exporter.suffix == exporter.suffix.lower().lstrip(".")
        assert all((exporter.title, exporter.help))


def test_an_unknown_suffix_means_the_default() -> None:
    assert exporter_of(Path("network")).name == exporter_of(Path("network.txt")).name == DEFAULT_EXPORTER


def write_text(path: str | Path, net: Sequential, about: SavedModel) -> None:
    Path(path).write_text("exported", encoding="utf-8")


def two_files(name: str) -> Exporter:
    return Exporter(name, "Two files", "two", "for a test", write_text, companions=("weights.two",))


def test_a_suffix_of_several_exporters_chooses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    both = {name: two_files(name) for name in ("one", "other")}
    monkeypatch.setattr("tinyml.storage.exporters.exporters", lambda: both)
    with pytest.raises(StorageError, match=r"end in '\.two': one, other"):
        exporter_of(Path("net.two"))


class TestObstacles:
    def test_nothing_is_written(self, model: Path, tmp_path: Path) -> None:
        net, about = load_model(model)
        exporter = replace(two_files("one"), obstacles=lambda _net, _about: ("Layer 'fc' has no word.", "Nor 'fd'."))
        with pytest.raises(StorageError, match=r"was not written\. Layer 'fc' has no word\. Nor 'fd'\."):
            exporter.write(tmp_path / "net.two", net, about)
        assert not (tmp_path / "net.two").exists()

    def test_a_place_where_nothing_can_be_written_is_named_first(self, model: Path, tmp_path: Path) -> None:
        net, about = load_model(model)
        (tmp_path / "net.weights.two").mkdir()
        with pytest.raises(StorageError, match=r"weights\.two': it is a folder"):
            two_files("one").write(tmp_path / "net.two", net, about)
        assert not (tmp_path / "net.two").exists()


def test_progress_reaches_the_exports_that_report_it(model: Path, tmp_path: Path) -> None:
    def slow(path: str | Path, net: Sequential, about: SavedModel, progress: Progress) -> None:
        progress(0.5)

    told: list[float] = []
    for export in (write_text, slow):
        replace(two_files("one"), export=export).write(tmp_path / "net.two", *load_model(model), told.append)
    assert told == [0.5]


def test_the_command_never_writes_over_the_model_itself(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = model.read_bytes()
    exporter = replace(two_files("one"), companions=("safetensors",))
    monkeypatch.setattr("tinyml.storage.exporters.exporters", lambda: {"one": exporter})
    assert main(["export", str(model), "--to", "one", "--out", str(model.with_suffix(".two"))]) == 1
    assert "is the model itself" in capsys.readouterr().err
    assert model.read_bytes() == before
