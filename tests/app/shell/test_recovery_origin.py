"""The origin of unsaved changes: written, read back, and compared with the file."""

from pathlib import Path

import pytest

from app.document import Document
from app.shell.recovery_origin import Origin, origin_file


@pytest.fixture
def saved(qapp, tmp_path) -> Document:
    document = Document()
    document.save(tmp_path / "net.tinyml.json")
    return document


def test_an_origin_is_read_as_it_was_written(saved, tmp_path) -> None:
    copy = tmp_path / "unsaved-1.tinyml.json"
    origin = Origin.of(saved)
    origin.write(copy)
    assert origin_file(copy).name == "unsaved-1.origin.json"
    assert Origin.read(copy) == origin


def test_a_project_without_a_file_has_only_a_title(qapp, tmp_path) -> None:
    document = Document()
    document.forget_file("LeNet (example)")
    copy = tmp_path / "unsaved-1.tinyml.json"
    Origin.of(document).write(copy)
    assert Origin.read(copy) == Origin(None, "LeNet (example)", None)
    assert Origin.read(copy).warning() == ""


def test_a_missing_origin_is_a_project_without_a_file(tmp_path) -> None:
    assert Origin.read(tmp_path / "unsaved-9.tinyml.json") == Origin()


def remove(path: Path) -> None:
    path.unlink()


def change(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


@pytest.mark.parametrize(
    ("action", "words"), [(lambda path: None, ""), (remove, "no longer exists"), (change, "has changed since then")]
)
def test_the_warning_names_a_missing_or_changed_file(saved, action, words) -> None:
    origin = Origin.of(saved)
    action(saved.path)
    assert words in origin.warning()
    assert bool(origin.warning()) == bool(words)
