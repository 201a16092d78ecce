import os
from pathlib import Path

import pytest

from tests.special_files import make_special
from tests.tinyml.data.images.pictures import listed, picture, write_folders
from tinyml.core import DataError
from tinyml.data.images import listing as listing_module
from tinyml.data.images.listing import MOST_ENTRIES, Listing, holds_image, list_images


def listing(folder: Path, most: int = MOST_ENTRIES) -> Listing:
    return list_images(folder, lambda share: None, most)


def test_images_are_listed_with_sizes_and_times_in_order(tmp_path: Path) -> None:
    write_folders(tmp_path, {"b": 2, "a/inner": 1, "a": 1})
    (tmp_path / "z.JPG").write_bytes(b"12345")
    files = listed(tmp_path)
    assert [file.name for file in files] == ["z.JPG", "a/000.png", "a/inner/000.png", "b/000.png", "b/001.png"]
    assert files[0].size == 5
    assert files[0].time == (tmp_path / "z.JPG").stat().st_mtime_ns
    root = listing(tmp_path).root
    assert (root.count, [folder.count for folder in root.folders]) == (5, [2, 2])


def test_hidden_files_and_files_of_systems_are_counted(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 1, "__MACOSX/a": 1, ".cache": 1})
    for name in ("Thumbs.db", ".hidden.png", "desktop.ini", ".DS_Store", "a/Thumbs.db"):
        (tmp_path / name).touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "a" / "model.bin").touch()
    found = listing(tmp_path)
    assert found.hidden == 7
    assert found.root.all_others() == ["notes.txt", "a/model.bin"]
    assert found.root.count == 1


def test_links_are_followed_but_no_folder_is_listed_twice(tmp_path: Path) -> None:
    write_folders(tmp_path, {"data/cat": 2, "elsewhere/dog": 1})
    data = tmp_path / "data"
    (data / "dog").symlink_to(tmp_path / "elsewhere" / "dog")
    (data / "cat" / "up").symlink_to("..")
    (data / "again").symlink_to("cat")
    (data / "link.png").symlink_to("cat/000.png")
    (data / "gone.png").symlink_to("missing")
    found = listing(data)
    assert [file.name for file in found.root.all_images()] == [
        "gone.png",
        "link.png",
        "cat/000.png",
        "cat/001.png",
        "dog/000.png",
    ]
    assert sorted(found.repeated) == ["again", "cat/up"]
    assert found.root.images[0].size == 0


def test_many_links_in_circles_end(tmp_path: Path) -> None:
    for number in range(8):
        (tmp_path / str(number)).mkdir()
        for other in range(8):
            (tmp_path / str(number) / f"to {other}").symlink_to(f"../{other}")
    assert listing(tmp_path).root.count == 0
    assert len(listing(tmp_path).repeated) == 64
    assert not holds_image(tmp_path)


def test_a_folder_of_other_files_does_not_hide_the_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing_module, "_MOST_LOOKED_AT_IN_FOLDER", 5)
    write_folders(tmp_path, {"images": 1})
    (tmp_path / "annotations").mkdir()
    for number in range(9):
        (tmp_path / "annotations" / f"{number}.xml").touch()
    assert holds_image(tmp_path)
    monkeypatch.setattr(listing_module, "_MOST_LOOKED_AT", 2)
    assert not holds_image(tmp_path)


def test_special_files_with_names_of_images_are_no_images(tmp_path: Path) -> None:
    make_special("pipe", tmp_path / "a.png")
    (tmp_path / "folder.png").mkdir()
    assert listing(tmp_path).root.count == 0
    assert listing(tmp_path).root.all_others() == ["a.png"]


def test_names_in_any_script_are_kept(tmp_path: Path) -> None:
    write_folders(tmp_path, {"猫": 1, "كلب": 1})
    picture().save(tmp_path / "猫" / "黑猫 ١.png")
    assert [file.name for file in listed(tmp_path)] == ["كلب/000.png", "猫/000.png", "猫/黑猫 ١.png"]


def test_too_many_entries_and_too_deep_folders_are_refused(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 4})
    with pytest.raises(DataError, match=r"holds more than 3 files and folders. Choose a folder of data only"):
        listing(tmp_path, most=3)
    deep = tmp_path
    for _ in range(70):
        deep /= "d"
    deep.mkdir(parents=True)
    with pytest.raises(DataError, match="more than 64 folders inside each other"):
        listing(tmp_path)


def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folders(tmp_path, {"a": 1, "b": 1})
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("b"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=r"Could not read the folder '.*b': Permission denied. Give yourself the right"):
        listing(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Could not read the folder"):
        listing(tmp_path / "missing")
    with pytest.raises(DataError, match="Could not read the folder"):
        holds_image(tmp_path / "missing")


def test_listing_can_be_cancelled(tmp_path: Path) -> None:
    for number in range(600):
        (tmp_path / str(number)).touch()

    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list_images(tmp_path, cancel)
