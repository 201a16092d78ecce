import shutil
from pathlib import Path

import pytest

from tests.tinyml.data.images.pictures import form, listed, write_folders
from tinyml.core import BrokenFilesError, DataError
from tinyml.data.images.loading import load_images


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path_factory.mktemp("cache")))


def ignore(share: float) -> None:
    """Do nothing with the progress."""


def test_a_folder_that_vanishes_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    write_folders(folder, {"a": 3})
    files = listed(folder)
    shutil.rmtree(folder)
    with pytest.raises(DataError, match=r"The folder '.*usb' vanished while it was being read") as caught:
        load_images(folder, files, form(), ignore)
    assert not isinstance(caught.value, BrokenFilesError)


def test_only_the_first_broken_images_are_in_the_sentence(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 1})
    for number in range(8):
        (tmp_path / "a" / f"b{number}.png").touch()
    with pytest.raises(
        BrokenFilesError, match=r"8 of 9 images cannot be read: 'a/b0\.png', .*'a/b4\.png', …\."
    ) as caught:
        load_images(tmp_path, listed(tmp_path), form(), ignore)
    assert len(caught.value.files) == 8


def test_progress_grows_to_one_both_times(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 20})
    for _ in range(2):
        shares: list[float] = []
        load_images(tmp_path, listed(tmp_path), form(), shares.append)
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)
