import numpy as np
import pytest

import tinyml.data.built_in as built_in
from tinyml.core import DataError
from tinyml.data import builtin_descriptions, builtin_names, describe, load

NAMES = ("circle", "digits", "digits-28", "shapes", "sine")


def test_the_folder_is_walked() -> None:
    assert set(builtin_names()) == set(NAMES)
    assert [description.name for description in builtin_descriptions()] == list(builtin_names())


def test_a_new_file_is_a_new_set(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path_factory.mktemp("built_in")
    (folder / "throwaway_set.py").write_text(
        "from tinyml.data.built_in.base import BuiltInSet\n"
        "from tinyml.data.dataset import DataDescription\n"
        "SET = BuiltInSet(DataDescription('throwaway', 'Throwaway', (1,), ('a',), 1), None)\n"
    )
    monkeypatch.setattr(built_in, "__path__", [*built_in.__path__, str(folder)])
    built_in.built_in_sets.cache_clear()
    try:
        assert describe("throwaway").title == "Throwaway"
    finally:
        monkeypatch.undo()
        built_in.built_in_sets.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_a_set_fits_its_description_and_is_the_same_every_time(name: str) -> None:
    description, first, second = describe(name), load(name), load(name)
    assert first.description == description
    assert first.inputs.shape == (description.count, *description.example_shape)
    assert (first.inputs.dtype, first.labels.dtype, first.class_targets.dtype) == (np.float32, np.int64, np.float32)
    assert first.inputs.min() >= 0
    assert first.inputs.max() <= 1
    assert set(first.labels) == set(range(len(description.class_names)))
    assert first.class_targets.shape[0] == len(description.class_names)
    assert description.about.endswith((".", "?"))
    np.testing.assert_array_equal(first.inputs, second.inputs)
    np.testing.assert_array_equal(first.targets, second.targets)
    assert first.targets.shape == (description.count, *(description.target_shape or ()))


def test_digits_are_the_ones_of_the_archive() -> None:
    digits = load("digits")
    assert np.bincount(digits.labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first image of the set is a zero, which is black in its centre.
    assert digits.labels[0] == 0
    np.testing.assert_array_equal(digits.inputs[0, 0, 3] * 16, [0, 4, 12, 0, 0, 8, 8, 0])


def test_large_digits_are_the_small_digits_in_a_frame() -> None:
    large, small = load("digits-28"), load("digits")
    frame = large.inputs.copy()
    frame[:, :, 4:24, 4:24] = 0
    assert not frame.any()
    np.testing.assert_array_equal(large.labels, small.labels)
    # Interpolation keeps constant areas, and the total ink within a few percent.
    ink = large.inputs.sum(axis=(1, 2, 3)) / small.inputs.sum(axis=(1, 2, 3)) / (20 / 8) ** 2
    assert np.abs(ink - 1).mean() < 0.05


def test_shapes_are_balanced_and_mixed() -> None:
    shapes = load("shapes")
    assert np.bincount(shapes.labels).tolist() == [500] * 8
    assert len(set(shapes.labels[:100])) == 8
    dark = shapes.inputs[:, 0, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert dark.mean() < 0.1
    brightest = np.sort(shapes.inputs.reshape(len(shapes), -1), axis=1)[:, -10:]
    assert (brightest.mean(axis=1) > 0.4).all()


def test_the_circle_holds_half_of_the_square() -> None:
    circle = load("circle")
    distance = np.hypot(*(circle.inputs - 0.5).T)
    np.testing.assert_array_equal(circle.labels == 1, distance < 1 / np.sqrt(2 * np.pi))
    assert 0.45 < circle.labels.mean() < 0.55
    np.testing.assert_array_equal(circle.class_targets, [[-1, -1], [1, 1]])


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("digitz", "no built-in data 'digitz' and no file or folder of that name. Did you mean 'digits'"),
        ("xyz", "Built-in are: circle, digits, digits-28, shapes"),
        ("./xyz", "There is no file or folder './xyz'"),
        ("~/no such folder", "There is no file or folder '~/no such folder'"),
    ],
)
def test_an_unknown_source_is_refused(source: str, words: str) -> None:
    for function in (describe, load):
        with pytest.raises(DataError) as caught:
            function(source)
        assert words in str(caught.value)
