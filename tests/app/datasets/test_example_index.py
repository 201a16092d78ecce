"""The list of all examples, chosen by part and class."""

import numpy as np
import pytest
from PIL import Image

from app.datasets.example_index import PART_NAMES, ExampleIndex
from tinyml.data import DataChoice, Preprocessing, load, prepare_splits


@pytest.fixture(scope="module")
def splits():
    return prepare_splits(DataChoice(source="digits", preprocessing=Preprocessing(scale="standardise")))


def test_all_examples_are_in_the_order_of_the_data(splits) -> None:
    digits, index = load("digits"), ExampleIndex(splits)
    assert len(index) == len(digits)
    for number in (0, 5, 1796):
        example = index[number]
        assert example.number == number
        assert example.class_name == str(digits.labels[number])
        np.testing.assert_array_equal(example.inputs, digits.examples(np.array([number]))[0])
    assert [sum(index[place].part == name for place in range(len(index))) for name in PART_NAMES] == [1258, 180, 359]


def test_a_part_and_a_class_can_be_chosen(splits) -> None:
    index = ExampleIndex(splits, part=2, label=4)
    assert 20 < len(index) < 50
    assert {(index[place].part, index[place].class_name) for place in range(len(index))} == {("test", "4")}
    assert index.find(index[7].number) == 7
    other = ExampleIndex(splits, part=2, label=5)[0].number
    assert index.find(other) == -1
    assert index.find(10**6) == -1


def test_targets_are_in_the_units_of_the_data() -> None:
    choice = DataChoice(source="sine", preprocessing=Preprocessing(scale_targets="standardise"))
    example = ExampleIndex(prepare_splits(choice))[3]
    sine = load("sine")
    np.testing.assert_allclose(example.targets, sine.targets[3], rtol=1e-6)
    assert example.class_name == ""


def test_images_of_a_folder_have_the_names_of_their_files(tmp_path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        for number in range(6):
            Image.new("L", (4, 4), number * 40).save(tmp_path / name / f"{number}.png")
    splits = prepare_splits(DataChoice(source=str(tmp_path), validation=0))
    index = ExampleIndex(splits)
    assert [index[place].name for place in (0, 5, 11)] == ["cat/0.png", "cat/5.png", "dog/5.png"]
    assert index[5].inputs.max() == pytest.approx(200 / 255)
    assert ExampleIndex(prepare_splits(DataChoice(source="digits")))[7].name == "number 7"
