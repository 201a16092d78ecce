"""The one-file rule: a new file in the folder of exporters is all that a new file format needs."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import tinyml.storage.exporters as package
from tinyml.command_line import main
from tinyml.core import StorageError
from tinyml.net import build
from tinyml.storage import SavedModel, example_path, load_model, read_project, save_model
from tinyml.storage.exporters import DEFAULT_EXPORTER, exporter_of, exporters, find_exporter

SOURCE = '''
"""Export the names and sizes of the tensors as text."""

from tinyml.core.files import write_atomically
from tinyml.storage.exporters.base import Exporter


def export_names(path, net, about):
    lines = [f"{name} {tensor.size}" for name, tensor in net.named_tensors.items()]
    write_atomically(path, "\\n".join([about.data.source, *lines]).encode())


NAMES = Exporter("a-names", "List of tensors", "txt", "names and 100 % of the sizes", export_names)
'''


@pytest.fixture
def text_exporter(tmp_path: Path) -> Iterator[None]:
    """Add a folder with one more exporter file to the package, and take it away again."""
    folder = tmp_path / "more_exporters"
    folder.mkdir()
    (folder / "names.py").write_text(SOURCE, encoding="utf-8")
    package.__path__.append(str(folder))
    exporters.cache_clear()
    yield
    package.__path__.remove(str(folder))
    sys.modules.pop("tinyml.storage.exporters.names", None)
    vars(package).pop("names", None)
    exporters.cache_clear()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "circle.safetensors"
    project = read_project(example_path("circle"))
    net = build(project.network, (2,), np.random.default_rng(0))
    save_model(path, net, SavedModel(network=project.network, input_shape=(2,), data=project.data))
    return path


@pytest.mark.usefixtures("text_exporter")
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
