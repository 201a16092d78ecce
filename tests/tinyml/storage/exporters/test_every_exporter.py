"""What every exporter must do: write all or nothing, also on a full disk, and the same bytes each time."""

from pathlib import Path

import pytest

from tests.full_disk import every_full_disk
from tests.tinyml.storage.exporters.models import trained
from tinyml.core import StorageError
from tinyml.storage.exporters import Exporter, exporters

every_exporter = pytest.mark.parametrize("name", list(exporters()))


@pytest.fixture(autouse=True)
def _installed(name: str) -> None:
    """Skip an exporter whose package is not installed; `make compare` installs all of them."""
    missing = [sentence for sentence in exporters()[name].obstacles(*trained("digits")) if "not installed" in sentence]
    if missing:
        pytest.skip(missing[0])


def target_of(exporter: Exporter, folder: Path) -> Path:
    return folder / ("net" if exporter.writes_folder else f"net.{exporter.suffix}")


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@every_exporter
def test_a_full_disk_leaves_the_old_files_and_nothing_else(name: str, tmp_path: Path) -> None:
    exporter, (net, about) = exporters()[name], trained("digits")
    if not exporter.writes_folder:
        for target in exporter.targets(target_of(exporter, tmp_path)):
            target.write_bytes(b"old")
    before = files_below(tmp_path)
    failures = 0
    for message in every_full_disk(lambda: exporter.write(target_of(exporter, tmp_path), net, about)):
        assert "No space left" in message
        assert files_below(tmp_path) == before
        assert not [path for path in tmp_path.iterdir() if path.name.endswith(".tmp")]
        failures += 1
    assert failures >= 3
    assert files_below(tmp_path) != before


@every_exporter
def test_the_same_model_gives_the_same_files(name: str, tmp_path: Path) -> None:
    exporter, (net, about) = exporters()[name], trained("digits")
    found = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        exporter.write(target_of(exporter, folder), net, about)
        found.append(files_below(folder))
    assert found[0] == found[1]
    if not exporter.writes_folder:
        assert list(found[0]) == sorted(path.name for path in exporter.targets(target_of(exporter, Path())))


@every_exporter
def test_a_folder_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    exporter = exporters()[name]
    with pytest.raises(StorageError, match="there is no folder"):
        exporter.write(target_of(exporter, tmp_path / "missing"), *trained("circle"))


@every_exporter
def test_a_preview_is_text_or_a_png(name: str) -> None:
    preview = exporters()[name].preview(*trained("digits"))
    assert isinstance(preview.text, str)
    assert not preview.picture or preview.picture.startswith(b"\x89PNG")
    assert not (preview.text and preview.picture)
