from pathlib import Path

import numpy as np
import pytest

import tinyml.data.built_in as built_in
from tests.extended_package import extended_package
from tinyml.core import DataError
from tinyml.data import DataChoice, builtin_descriptions, builtin_names, describe, load, split

POINTS = ("blobs", "circle", "faulty", "moons", "spirals", "xor")
DRAWN = (*POINTS, "sine")
NAMES = (*DRAWN, "points", "digits", "digits-28", "shapes")
IN_UNIT_RANGE = ("circle", "digits", "digits-28", "shapes", "sine")


def test_the_folder_is_walked() -> None:
    assert set(builtin_names()) == set(NAMES)
    assert [description.name for description in builtin_descriptions()] == list(builtin_names())


def test_a_new_file_is_a_new_set(tmp_path: Path) -> None:
    source = (
        "from tinyml.data.built_in.base import BuiltInSet\n"
        "from tinyml.data.dataset import DataDescription\n"
        "SET = BuiltInSet(DataDescription('throwaway', 'Throwaway', (1,), ('a',), 1), None)\n"
    )
    with extended_package(built_in, tmp_path, "throwaway_set.py", source, built_in.built_in_sets.cache_clear):
        assert describe("throwaway").title == "Throwaway"
    assert "throwaway" not in builtin_names()


@pytest.mark.parametrize("name", NAMES)
def test_a_set_fits_its_description_and_is_the_same_every_time(name: str) -> None:
    description, first, second = describe(name), load(name), load(name)
    assert first.description == description
    assert first.inputs.shape == (description.count, *description.example_shape)
    assert (first.inputs.dtype, first.labels.dtype, first.class_targets.dtype) == (np.float32, np.int64, np.float32)
    if name in IN_UNIT_RANGE:
        assert first.inputs.min() >= 0
        assert first.inputs.max() <= 1
    else:
        assert 1 <= np.abs(first.inputs).max() < 3
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


@pytest.mark.parametrize("name", DRAWN)
def test_count_noise_and_seed_are_options(name: str) -> None:
    plain, same = load(name), load(name, options={"count": 1000})
    np.testing.assert_array_equal(plain.inputs, same.inputs)
    other = load(name, options={"seed": 77})
    assert not np.array_equal(plain.inputs, other.inputs)
    few = load(name, options={"count": 50, "noise": 0})
    assert len(few) == few.description.count == describe(name, {"count": 50}).count == 50
    noisy = load(name, options={"noise": 0.5})
    quantity = (lambda data: data.targets) if name == "sine" else (lambda data: data.inputs)
    assert quantity(noisy).std() > quantity(load(name, options={"noise": 0})).std()
    for wrong in ({"count": 19}, {"noise": -0.1}, {"noise": 1.1}, {"seed": -1}, {"shade": 1}):
        for function in (lambda options: describe(name, options), lambda options: load(name, options=options)):
            with pytest.raises(DataError, match=name):
                function(wrong)


def test_the_defaults_of_circle_and_sine_draw_the_numbers_of_earlier_versions() -> None:
    rng = np.random.default_rng(3)
    np.testing.assert_array_equal(load("circle").inputs, rng.random((1000, 2)).astype(np.float32))
    rng = np.random.default_rng(5)
    x = rng.uniform(0, 1, (1000, 1))
    y = np.sin(2 * np.pi * x) + 0.1 * rng.standard_normal((1000, 1))
    np.testing.assert_array_equal(load("sine").inputs, x.astype(np.float32))
    np.testing.assert_array_equal(load("sine").targets, y.astype(np.float32))


@pytest.mark.parametrize("name", ["blobs", "moons", "spirals", "xor"])
def test_drawn_classes_are_balanced_and_mixed(name: str) -> None:
    data = load(name)
    counts = np.bincount(data.labels)
    assert counts.max() - counts.min() <= 1
    assert set(data.labels[:30]) == set(range(len(counts)))


def test_moons_are_two_half_circles() -> None:
    data = load("moons", options={"noise": 0})
    centre = np.where(data.labels[:, np.newaxis] == 0, [0, 0], [1, 0.5])
    np.testing.assert_allclose(np.hypot(*(data.inputs - centre).T), 1, atol=1e-6)
    above = data.inputs[:, 1] >= centre[:, 1] - 1e-6
    np.testing.assert_array_equal(above, data.labels == 0)


def test_spirals_wind_around_each_other() -> None:
    data = load("spirals", options={"noise": 0})
    radius, angle = np.hypot(*data.inputs.T), np.arctan2(data.inputs[:, 1], data.inputs[:, 0])
    turns = angle / (2 * np.pi) - 1.5 * radius - data.labels / 2
    np.testing.assert_allclose(turns - np.round(turns), 0, atol=1e-5)
    assert radius.min() >= 0.1 - 1e-6


def test_xor_is_the_sign_of_the_product() -> None:
    data = load("xor", options={"noise": 0})
    np.testing.assert_array_equal(data.labels == 1, data.inputs.prod(axis=1) < 0)
    quadrants = (data.inputs > 0) @ [1, 2]
    assert np.bincount(quadrants, minlength=4).min() > 200


@pytest.mark.parametrize("classes", [2, 7])
def test_blobs_have_as_many_classes_as_wanted(classes: int) -> None:
    data, description = load("blobs", options={"classes": classes}), describe("blobs", {"classes": classes})
    assert data.description == description
    assert len(description.class_names) == classes == len(set(data.labels))
    for label in range(classes):
        angle = 2 * np.pi * label / classes
        centre = data.inputs[data.labels == label].mean(axis=0)
        np.testing.assert_allclose(centre, [np.cos(angle), np.sin(angle)], atol=0.1)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("digitz", "no built-in data 'digitz' and no file or folder of that name. Did you mean 'digits'"),
        (
            "xyz",
            "Built-in are: blobs, circle, digits, digits-28, faulty, moons, points, shapes, sine, spirals, xor; ",
        ),
        ("./xyz", "There is no file or folder './xyz'"),
        ("~/no such folder", "There is no file or folder '~/no such folder'"),
    ],
)
def test_an_unknown_source_is_refused(source: str, words: str) -> None:
    for function in (describe, load):
        with pytest.raises(DataError) as caught:
            function(source)
        assert words in str(caught.value)


def test_faulty_points_without_a_fault_are_two_moons() -> None:
    faulty, moons = load("faulty", options={"count": 500}), load("moons", options={"count": 1000})
    points = {tuple(point) for point in moons.inputs.tolist()}
    assert all(tuple(point) in points for point in faulty.inputs.tolist())
    assert np.bincount(faulty.labels).tolist() == [250, 250]
    assert faulty.description.validation_count == 0


def test_faulty_points_have_the_faults_that_are_chosen() -> None:
    right = load("faulty")
    wrong = load("faulty", options={"random_labels": 0.4})
    assert np.mean(wrong.labels != right.labels) == pytest.approx(0.2, abs=0.03)
    assert (wrong.inputs == right.inputs).all()
    assert np.bincount(load("faulty", options={"rare": 0.03}).labels).tolist() == [970, 30]
    assert set(load("faulty", options={"rare": 0}).labels.tolist()) == {0}
    np.testing.assert_allclose(load("faulty", options={"unit": 500}).inputs, 500 * right.inputs, rtol=1e-6)


def test_moved_faulty_points_are_their_own_validation_part() -> None:
    options = {"moved": 0.6}
    assert describe("faulty", options) == load("faulty", options=options).description
    assert describe("faulty", options).validation_count == 200
    parts = split(load("faulty", options=options), DataChoice(source="faulty", options=options))
    usual = load("faulty")
    np.testing.assert_allclose(parts.validation.inputs, usual.inputs[-200:] + 0.6, rtol=1e-5)
    assert len(parts.train) + len(parts.test) == 800


@pytest.mark.parametrize("options", [{"random_labels": 1.1}, {"rare": 0.7}, {"unit": 0}, {"moved": -1}])
def test_impossible_faults_are_refused(options) -> None:
    with pytest.raises(DataError, match="An option of 'faulty' is wrong"):
        load("faulty", options=options)
