"""The one-file rule: a new file in the folder of exporters is all that a new file format needs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.storage.exporters.throwaway_exporter import text_exporter
from tinyml.command_line import main
from tinyml.core import StorageError
from tinyml.net import build
from tinyml.storage import SavedModel, example_path, load_model, read_project, save_model
from tinyml.storage.exporters import DEFAULT_EXPORTER, exporter_of, exporters, find_exporter


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
        assert list(exporters()) == [DEFAULT_EXPORTER, "a-names"]
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


def test_names_and_suffixes_of_exporters_are_unique() -> None:
    assert len({exporter.suffix for exporter in exporters().values()}) == len(exporters())
    for name, exporter in exporters().items():
        assert name == exporter.name
        assert exporter.suffix == exporter.suffix.lower().lstrip(".")
        assert all((exporter.title, exporter.help))


def test_an_unknown_suffix_means_the_default() -> None:
    assert exporter_of(Path("network")).name == exporter_of(Path("network.txt")).name == DEFAULT_EXPORTER
