"""The one-file rule: a new file in the folder of readers is all that a new format of data needs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tinyml.data.idx import write_pair
from tests.tinyml.data.readers.throwaway_reader import number_reader, write_table
from tinyml.command_line import main
from tinyml.core import DataError
from tinyml.data import describe, load
from tinyml.data.dataset import DataDescription, Dataset
from tinyml.data.readers import describe_sources, find_reader, readers
from tinyml.data.readers.base import Reader
from tinyml.storage import identify


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Path]:
    """Add the reader of number lists, and return a table."""
    folder = tmp_path / "more_readers"
    folder.mkdir()
    with number_reader(folder):
        yield write_table(tmp_path / "table.numbers")


class TestANewReaderFile:
    def test_is_found(self, table: Path) -> None:
        assert {"idx", "numbers", "table"} <= set(readers())
        assert find_reader(table) is readers()["numbers"]
        assert not readers()["numbers"].reads_folder

    def test_describes_and_loads_under_the_path_that_was_given(self, table: Path) -> None:
        shares: list[float] = []
        dataset = load(str(table), shares.append)
        assert dataset.description == describe(str(table))
        assert (dataset.description.name, dataset.inputs.shape) == (str(table), (60, 2))
        assert shares == [1.0]

    def test_is_trained_on_from_the_command_line(self, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["train", "--network", "circle", "--data", str(table), "--epochs", "1", "--quiet"]) == 0
        assert json.loads(capsys.readouterr().out)["data"] == str(table)

    def test_is_in_help_texts_and_sentences(self, table: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit):
            main(["train", "--help"])
        assert "a list of numbers" in describe_sources()
        assert f"or path of {describe_sources()}" in " ".join(capsys.readouterr().out.split())
        with pytest.raises(DataError, match=f"Choose {describe_sources()}\\."):
            describe(str(table.parent))
        (table.parent / "notes.txt").write_text("notes")
        assert f"as data, {describe_sources()}." in identify(table.parent / "notes.txt").sentence

    def test_makes_its_files_data(self, table: Path) -> None:
        found = identify(table)
        assert found.kind == "data"
        assert found.sentence == f"'{table}' is a list of numbers. Choose it as the data of a project."

    def test_reports_its_own_errors(self, table: Path) -> None:
        table.write_text("1,2\n3")
        with pytest.raises(DataError, match=r"'table\.numbers' is no list of numbers"):
            load(str(table))


def test_an_unknown_file_has_no_reader(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table.numbers")
    assert find_reader(table) is None
    with pytest.raises(DataError, match=r"cannot read '.*table\.numbers' as data\. Choose a"):
        load(str(table))


def test_a_reader_that_cannot_look_does_not_hide_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bool:
        raise DataError("Could not look.")

    def describe_nothing(path: Path) -> DataDescription:
        raise AssertionError

    def load_nothing(path: Path, progress: object) -> Dataset:
        raise AssertionError

    blind = Reader("blind", "Blind", "nothing", "Reads nothing.", refuse, describe_nothing, load_nothing)
    known = {"blind": blind, **readers()}
    monkeypatch.setattr("tinyml.data.readers.readers", lambda: known)
    write_pair(tmp_path)
    assert find_reader(tmp_path) is known["idx"]
    with pytest.raises(DataError, match=r"Could not look\."):
        find_reader(tmp_path / "labels-idx1-ubyte.gz")


def test_every_reader_says_what_a_dialog_and_a_sentence_need() -> None:
    for name, reader in readers().items():
        assert name == reader.name
        assert all((reader.title, reader.help))
        assert reader.source.split()[0] in ("a", "an")
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in reader.suffixes)
    assert describe_sources([readers()["idx"]]) == "a folder of IDX files"
    assert describe_sources([readers()["table"], readers()["idx"]]) == "a CSV or TSV table or a folder of IDX files"
