import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.tinyml.data.images.pictures import picture, write_folders
from tinyml.core import BrokenFilesError, DataError
from tinyml.data import describe, load
from tinyml.data.images.table_beside import holds_labels
from tinyml.data.readers import find_reader


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINYML_CACHE", str(tmp_path_factory.mktemp("cache")))


def write(folder: Path, table: str, count: int = 6, name: str = "labels.csv", below: str = "") -> str:
    """Write images 0.png, 1.png, … and a table beside them; return the folder."""
    (folder / below).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture(seed=number).save(folder / below / f"{number}.png")
    (folder / name).write_text(table, encoding="utf-8")
    return str(folder)


def rows(label: Callable[[int], object], suffix: str = ".png", count: int = 6) -> str:
    return "".join(f"{number}{suffix},{label(number)}\n" for number in range(count))


ANIMALS = "file,animal\n" + rows(lambda number: "cat" if number % 2 else "dog")


def test_classes_are_read_and_recognised(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS)
    reader = find_reader(tmp_path)
    assert reader is not None
    assert reader.name == "labelled_images"
    description = describe(source)
    assert (description.class_names, description.count, description.example_shape) == (("cat", "dog"), 6, (3, 8, 8))
    assert description.recognised[:4] == (
        ("table", "'labels.csv'"),
        ("file_column", "'file', whose values are names of images."),
        ("label_columns", "'animal', the first other column."),
        ("labels", "classes: 2 different texts."),
    )
    assert description.option_choices == (
        ("table", ("labels.csv",)),
        ("file_column", ("file", "animal")),
        ("label_columns", ("file", "animal")),
    )
    assert description.findings == ()
    dataset = load(source)
    assert dataset.description == description
    assert dataset.labels.tolist() == [1, 0, 1, 0, 1, 0]
    np.testing.assert_array_equal(dataset.stored_inputs[3], np.asarray(picture(seed=3)).transpose(2, 0, 1))


@pytest.mark.parametrize(
    "table",
    [
        rows(lambda number: "ab"[number % 2]),  # without names of columns
        "label\tfile\n" + "".join(f"{'ab'[number % 2]}\t{number}\n" for number in range(6)),  # without suffix
        "file;label\r\n" + "".join(f'"images\\{number}.PNG";"{"ab"[number % 2]}"\r\n' for number in range(6)),
        "file,label\n" + "".join(f"./data/images/{number}.png,{'ab'[number % 2]}\n" for number in range(6)),
    ],
)
def test_usual_tables_are_understood(tmp_path: Path, table: str) -> None:
    source = write(tmp_path, table, below="images")
    dataset = load(source)
    assert dataset.description.class_names == ("a", "b")
    assert dataset.labels.tolist() == [0, 1, 0, 1, 0, 1]


def test_a_tsv_file_is_a_table(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS.replace(",", "\t"), name="الأسماء.TSV")
    assert load(source).description.class_names == ("cat", "dog")


def test_several_columns_are_numbers(tmp_path: Path) -> None:
    source = write(tmp_path, "file,x,y,who\n" + rows(lambda number: f"{number / 2},{-number},ann"))
    dataset = load(source, options={"label_columns": ("y", "x")})
    description = dataset.description
    assert (description.target_shape, description.target_names, description.has_classes) == ((2,), ("y", "x"), False)
    assert description.default_scale_targets == "standardise"
    assert dict(description.recognised)["labels"] == "numbers, because there are 2 label columns (regression)."
    assert dataset.unscaled_target_numbers(slice(1, 3)).tolist() == [[-1.0, 0.5], [-2.0, 1.0]]


@pytest.mark.parametrize(
    ("label", "classes", "words"),
    [
        (lambda number: number % 2 + 9, ("9", "10"), "classes: 2 different whole numbers"),
        (lambda number: number / 4, (), "numbers (regression): 6 different numbers with decimals."),
        (lambda number: number * 7, (), "numbers (regression): 6 different whole numbers that hardly repeat."),
    ],
)
def test_one_column_of_numbers_is_classes_if_they_repeat(
    tmp_path: Path, label: Callable[[int], object], classes: tuple[str, ...], words: str
) -> None:
    source = write(tmp_path, "file,label\n" + rows(label))
    description = describe(source)
    assert description.class_names == classes
    assert words in dict(description.recognised)["labels"]
    other = describe(source, {"labels": "numbers" if classes else "classes"})
    assert bool(other.class_names) != bool(classes)


def test_labels_without_image_and_images_without_label_are_named(tmp_path: Path) -> None:
    source = write(tmp_path, "file,label\n" + rows(lambda number: "ab"[number % 2], count=4) + "x.png,a\ny.png,b\n")
    words = "2 labels match no image: 'x.png', 'y.png'. 2 images have no label: '4.png', '5.png'."
    remedy = "Correct the table, or set the option “Leave out what has no partner”."
    description = describe(source)
    assert description.findings == (f"{words} {remedy}",)
    assert description.count == 4
    with pytest.raises(DataError) as caught:
        load(source)
    assert str(caught.value) == f"{words} {remedy}"
    dataset = load(source, options={"leave_out_unmatched": True})
    assert len(dataset) == 4
    assert dataset.description.findings == (f"{words} They are left out.",)


def test_rows_that_name_an_image_again_are_left_out_and_named(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS + "3.png,dog\n")
    dataset = load(source)
    assert dataset.labels.tolist() == [1, 0, 1, 0, 1, 0]
    assert dataset.description.findings == (
        "One row names an image that has a label already, and is left out: '3.png'.",
    )


def test_a_name_that_fits_several_images_fits_none(tmp_path: Path) -> None:
    write_folders(tmp_path, {"train": 2, "test": 1})
    (tmp_path / "labels.csv").write_text("file,label\n000.png,a\n001.png,b\n")
    assert (
        describe(str(tmp_path)).findings[0].startswith("One label matches no image: '000.png'. 2 images have no label")
    )


def test_the_table_that_names_the_images_is_chosen(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS)
    (tmp_path / "about.csv").write_text("name,value\nversion,1\n")
    (tmp_path / "zz.csv").write_text("file,label\n" + rows(lambda number: "only"))
    description = describe(source)
    assert dict(description.recognised)["table"] == "'labels.csv'"
    assert dict(description.option_choices)["table"] == ("about.csv", "labels.csv", "zz.csv")
    assert describe(source, {"table": "zz.csv"}).findings[0].startswith("All images have the label 'only'")
    with pytest.raises(
        DataError, match=r"There is no table 'x\.csv' .* Tables are: 'about\.csv', 'labels\.csv', 'zz\.csv'"
    ):
        describe(source, {"table": "x.csv"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"file_column": "fil"}, r"has no column 'fil'\. Did you mean 'file'\?.* Its columns are: 'file', 'animal'"),
        ({"label_columns": ("x",)}, r"has no column 'x'"),
        ({"label_columns": ("file",)}, r"The column 'file' of 'labels\.csv' cannot hold the file names and the labels"),
        ({"labels": "numbers"}, r"The label 'dog' of '0\.png' in the column 'animal' is no number\. Correct it"),
        ({"file_column": "animal", "label_columns": ("file",)}, r"No image has a label in 'labels\.csv'"),
        ({"labels": "some"}, r"Labels is 'some' but should be 'automatic', 'classes' or 'numbers'"),
    ],
)
def test_wrong_options_are_refused(tmp_path: Path, options: dict[str, object], words: str) -> None:
    source = write(tmp_path, ANIMALS)
    with pytest.raises(DataError, match=words):
        load(source, options=options)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("file,label\nx.png,a\ny.png,b\n", r"No column of 'labels\.csv' holds names of the images, such as '0\.png'"),
        ("", r"'labels\.csv' is empty"),
        ("0.png\n1.png\n", r"has one column, but needs a column of file names and a column of labels"),
        ("file,label\n" + rows(lambda number: ""), r"No image has a label in 'labels\.csv'\. 6 images have no label"),
    ],
)
def test_wrong_tables_are_refused(tmp_path: Path, table: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        describe(write(tmp_path, table))


def test_broken_images_are_named_and_can_be_left_out(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS)
    (tmp_path / "2.png").write_bytes(b"")
    with pytest.raises(
        BrokenFilesError, match=r"One of 6 images cannot be read: '2\.png'\. '2\.png' is empty"
    ) as caught:
        load(source)
    assert len(load(source, options={"ignored": caught.value.files})) == 5


def test_the_same_label_for_all_leaves_an_autoencoder(tmp_path: Path) -> None:
    dataset = load(write(tmp_path, "file,label\n" + rows(lambda number: "only")))
    assert not dataset.description.has_labels
    np.testing.assert_array_equal(dataset.targets, dataset.inputs)


def test_a_changed_label_changes_the_description(tmp_path: Path) -> None:
    source = write(tmp_path, ANIMALS)
    before = describe(source)
    assert describe(source) == before
    (tmp_path / "labels.csv").write_text(ANIMALS.replace("0.png,dog", "0.png,cat"))
    os.utime(tmp_path / "labels.csv", (1, 1))
    assert describe(source) != before


def test_a_table_beside_images_is_recognised(tmp_path: Path) -> None:
    write(tmp_path / "flat", ANIMALS)
    write(tmp_path / "below", ANIMALS, below="images")
    write(tmp_path / "deep", ANIMALS, below="images/part 1")
    write(tmp_path / "parts", ANIMALS, below="train")
    write_folders(tmp_path / "parts", {"test": 1})
    assert all(holds_labels(tmp_path / name) for name in ("flat", "below", "deep", "parts"))
    write_folders(tmp_path / "classes", {"train/a": 1, "train/b": 1, "test/a": 1, "test/b": 1})
    (tmp_path / "classes" / "words.csv").write_text("class,words\na,first\n")
    write(tmp_path / "no images", "x,y\n1,2\n", count=0)
    assert not any(holds_labels(tmp_path / name) for name in ("classes", "no images"))
