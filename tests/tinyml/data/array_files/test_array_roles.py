import pytest

from tinyml.core import DataError
from tinyml.data.array_files.array_roles import choose_arrays

KERAS = {"x_train": (60, 4, 4), "y_train": (60,), "x_test": (10, 4, 4), "y_test": (10,)}


@pytest.mark.parametrize(
    ("shapes", "inputs", "targets"),
    [
        ({"x": (9, 2), "y": (9,)}, {"train": "x"}, {"train": "y"}),
        ({"Y": (9,), "X": (9, 2)}, {"train": "X"}, {"train": "Y"}),
        ({"images": (9, 4, 4), "labels": (9,)}, {"train": "images"}, {"train": "labels"}),
        ({"data": (9, 4), "target": (9,), "feature_names": (4,)}, {"train": "data"}, {"train": "target"}),
        (KERAS, {"train": "x_train", "test": "x_test"}, {"train": "y_train", "test": "y_test"}),
        (
            {"train_images": (9, 2), "train_labels": (9,), "val_images": (3, 2), "val_labels": (3,)},
            {"train": "train_images", "validation": "val_images"},
            {"train": "train_labels", "validation": "val_labels"},
        ),
        ({"xtrain": (9, 2), "ytrain": (9,)}, {"train": "xtrain"}, {"train": "ytrain"}),
        ({"arr_0": (9, 2), "arr_1": (9,)}, {"train": "arr_0"}, {"train": "arr_1"}),
        ({"a": (9,), "b": (9, 5, 5)}, {"train": "b"}, {"train": "a"}),
        ({"a": (9,), "b": (9, 5, 5), "c": (9,)}, {"train": "b"}, {}),
        ({"a": (8,), "b": (9, 5, 5)}, {"train": "b"}, {}),
        ({"only": (9, 5)}, {"train": "only"}, {}),
        ({"y": (9,)}, {"train": "y"}, {}),
        ({"scalar": (), "x": (9,)}, {"train": "x"}, {}),
    ],
)
def test_names_and_shapes_decide(shapes: dict, inputs: dict, targets: dict) -> None:
    found = choose_arrays(shapes, {})
    assert (found.inputs, found.targets) == (inputs, targets)


def test_the_choice_of_the_user_wins() -> None:
    found = choose_arrays(
        {**KERAS, "other": (60,)}, {"targets": "other", "test_inputs": "x_train", "test_targets": "other"}
    )
    assert found.inputs == {"train": "x_train", "test": "x_train"}
    assert found.targets == {"train": "other", "test": "other"}
    with pytest.raises(
        DataError, match=r"no array 'x_trian', which is chosen for test inputs\. Did you mean 'x_train'"
    ):
        choose_arrays(KERAS, {"test_inputs": "x_trian"})


def test_a_part_without_targets_is_not_used() -> None:
    found = choose_arrays({"x_train": (60, 4), "y_train": (60,), "x_test": (10, 4)}, {})
    assert found.inputs == {"train": "x_train"}
    assert "The test part is not used" in found.findings[0]


def test_names_of_classes_are_found() -> None:
    assert choose_arrays({"x": (9, 2), "y": (9,), "class_names": (3,)}, {}).class_names == "class_names"
    assert choose_arrays({"x": (9, 2), "y": (9,)}, {}).class_names is None


def test_single_numbers_are_no_examples() -> None:
    with pytest.raises(DataError, match="No array has an axis for the examples"):
        choose_arrays({"a": (), "b": ()}, {})
