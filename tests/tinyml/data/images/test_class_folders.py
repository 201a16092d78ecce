from pathlib import Path

import pytest

from tests.tinyml.data.images.pictures import write_folders
from tinyml.core import DataError
from tinyml.data.images.class_folders import FoundImages, find_classes
from tinyml.data.images.listing import list_images


def find(folder: Path, *ignored: str) -> FoundImages:
    return find_classes(list_images(folder, lambda share: None), frozenset(ignored))


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names(found: FoundImages) -> list[str]:
    return [file.name for file in found.files]


def test_folders_are_classes_in_sorted_order(tmp_path: Path) -> None:
    touch(tmp_path, "dog/1.png", "cat/2.png", "cat/1.png", "dog/2.jpg")
    found = find(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert names(found) == ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.jpg"]
    assert found.labels == (0, 0, 1, 1)
    assert (found.validation_count, found.test_count, found.findings) == (0, 0, ())


def test_images_below_a_class_folder_belong_to_the_class(tmp_path: Path) -> None:
    touch(tmp_path, "dog/large/1.png", "dog/small/old/2.png", "cat/1.png", "cat/2.png")
    found = find(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert found.labels == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [("train", "validation", "test"), ("Training", "val", "testing"), ("TRAIN", "Valid", "Test")],
)
def test_own_parts_are_kept_in_their_order(tmp_path: Path, train: str, validation: str, test: str) -> None:
    for part, count in ((test, 2), (validation, 1), (train, 3)):
        touch(tmp_path, *(f"{part}/{name}/{number}.png" for name in ("b", "a") for number in range(count)))
    found = find(tmp_path)
    assert found.class_names == ("a", "b")
    assert [name.split("/")[0] for name in names(found)] == [train] * 6 + [validation] * 2 + [test] * 4
    assert found.labels == (0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1)
    assert (found.validation_count, found.test_count) == (2, 4)


def test_a_training_part_alone_is_divided_later(tmp_path: Path) -> None:
    touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "train/dog/2.png")
    found = find(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert (found.validation_count, found.test_count) == (0, 0)


def test_a_class_may_be_called_train(tmp_path: Path) -> None:
    touch(tmp_path, "train/1.png", "bus/1.png", "test/1.png")
    assert find(tmp_path).class_names == ("bus", "test", "train")


def test_a_test_part_without_classes_is_left_out_and_named(tmp_path: Path) -> None:
    touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "test/1.png", "test/2.png")
    found = find(tmp_path)
    assert (len(found.files), found.test_count) == (2, 0)
    assert any("2 images in 'test' without class folders have no class" in words for words in found.findings)


def test_classes_that_a_part_lacks_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "test/dog/1.png", "test/fox/1.png")
    found = find(tmp_path)
    assert found.class_names == ("cat", "dog", "fox")
    assert "2 classes ('cat', 'fox') have" not in found.findings


def test_loose_images_and_empty_folders_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "loose.png", "fox/readme.txt")
    (tmp_path / "owl").mkdir()
    found = find(tmp_path)
    assert len(found.files) == 4
    assert found.findings == (
        "One image beside the class folders has no class and is left out. Move it into a class folder to use it.",
        "The folder 'fox' holds no images, so it is no class.",
        "The folder 'owl' holds no images, so it is no class.",
        "One file is no image and is left out: 'fox/readme.txt'.",
    )


def test_hidden_files_and_links_are_named(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "Thumbs.db", "cat/.a.png")
    touch(tmp_path, *(f"{number}.txt" for number in range(5)))
    (tmp_path / "dog" / "up").symlink_to("..")
    assert find(tmp_path).findings == (
        "5 files are no images and are left out: '0.txt', '1.txt', '2.txt', ….",
        "2 hidden files or folders are left out.",
        "Links to folders that are read elsewhere are not followed: 'dog/up'.",
    )


@pytest.mark.parametrize("name", ["cat/1.png", "1.png", "train/1.png"])
def test_one_class_or_none_means_no_labels(tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    found = find(tmp_path)
    assert (found.class_names, found.labels, len(found.files)) == ((), (), 1)
    (words,) = found.findings
    assert "learn the input itself (an autoencoder)" in words
    assert ("only one class folder, 'cat'" in words) == name.startswith("cat")


def test_images_without_labels_keep_their_own_parts(tmp_path: Path) -> None:
    touch(tmp_path, "train/1.png", "train/2.png", "test/1.png")
    found = find(tmp_path)
    assert (found.class_names, found.test_count, names(found)[-1]) == ((), 1, "test/1.png")


def test_a_folder_around_the_data_does_not_count(tmp_path: Path) -> None:
    touch(tmp_path, "archive/animals/cat/1.png", "archive/animals/dog/1.png", "archive/readme.txt")
    assert find(tmp_path).class_names == ("cat", "dog")
    touch(tmp_path, "archive/more/a.png")
    assert find(tmp_path).class_names == ("animals", "more")


def test_names_are_composed_in_one_way(tmp_path: Path) -> None:
    touch(tmp_path, "train/cafe\u0301/1.png", "train/猫/1.png", "test/caf\u00e9/1.png", "test/猫/1.png")
    assert find(tmp_path).class_names == ("caf\u00e9", "猫")


def test_ignored_images_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")
    found = find(tmp_path, "cat/1.png")
    assert names(found) == ["cat/2.png", "dog/1.png", "dog/2.png"]
    with pytest.raises(DataError, match="All images of the folder are left out"):
        find(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "notes.txt")
    with pytest.raises(DataError, match=r"The folder holds no images .* one folder of images for each class"):
        find(tmp_path)


def test_real_images_give_the_same(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 2, "b": 3})
    assert find(tmp_path).labels == (0, 0, 1, 1, 1)
