from pathlib import Path

import pytest

from tinyml.core import StorageError, resources


def test_resources_of_the_checkout_are_found() -> None:
    assert resources.resource_path("data", "digits", "images-idx3-ubyte.gz").is_file()


def test_the_installed_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, beside = tmp_path / "inside", tmp_path / "beside"
    for folder in (inside, beside):
        folder.mkdir()
    (beside / "a").touch()
    monkeypatch.setattr(resources, "_FOLDERS", (inside, beside))
    assert resources.resource_path("a") == beside / "a"
    (inside / "a").touch()
    assert resources.resource_path("a") == inside / "a"


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(StorageError, match=r"'data/nothing' is missing from the installation"):
        resources.resource_path("data", "nothing")
