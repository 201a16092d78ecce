"""The sheet of a layer: the patches, their reconstructions, and where they are drawn."""

from collections.abc import Callable

import numpy as np
import pytest

from tinyml.core import TinymlError
from tinyml.core.text_picture import HEADING, MARGIN
from tinyml.data import load
from tinyml.layers import Conv2D, Flatten, Linear, ReLU
from tinyml.net import Sequential, record
from tinyml.visualize import patch, patch_box, strongest_examples
from tinyml.visualize.figures import StrongestPatches, draw_sheet, strongest_patches
from tinyml.visualize.methods import METHODS

SHAPE = (1, 12, 10)


def network() -> Sequential:
    """Return a network whose first map answers to a bright line above a dark one, and whose second map is dead."""
    conv = Conv2D("conv", SHAPE, 2, 3, 3, 1, 1, dtype=np.float64)
    conv.parameters[0].tensor[0, 0] = [[1, 1, 1], [0, 0, 0], [-1, -1, -1]]
    conv.parameters[0].tensor[1, 0] = 0
    conv.parameters[1].tensor[...] = [0, -1]
    return Sequential([conv, ReLU("relu"), Flatten("flat"), Linear("fc", 240, 3, dtype=np.float64)])


def images(count: int = 20) -> np.ndarray:
    return np.random.default_rng(0).random((count, *SHAPE))


def top_of(layer: str, map_index: int, method: str = "deconvnet") -> StrongestPatches:
    net, inputs = network(), images()
    return strongest_patches(net, inputs, layer, strongest_examples(net, inputs, layer), map_index, METHODS[method])


@pytest.mark.parametrize("method", METHODS)
def test_patches_and_reconstructions_are_cut_out_at_the_same_place(method: str) -> None:
    net, inputs = network(), images()
    found = strongest_examples(net, inputs, "relu")
    top = strongest_patches(net, inputs, "relu", found, 0, METHODS[method])
    assert top.patches.shape == top.reconstructions.shape == (9, 1, 3, 3)
    assert not top.is_unit
    function: Callable[..., object] = METHODS[method]
    for number, example in enumerate(found.examples[0]):
        row, column = found.positions[0, number].tolist()
        box = patch_box(net, "relu", SHAPE, (row, column))
        np.testing.assert_array_equal(top.patches[number], patch(inputs[example], box))
        alone = function(record(net, inputs[example : example + 1]), "relu", 0, (row, column))
        expected = patch(alone.image, box)  # type: ignore[attr-defined]
        np.testing.assert_allclose(top.reconstructions[number], expected, rtol=1e-9, atol=1e-12)


def test_a_hand_made_filter_is_found_in_its_reconstructions() -> None:
    top = top_of("relu", 0)
    for number in range(9):
        picture = top.reconstructions[number, 0] / top.activations[number]
        inside = picture != 0
        np.testing.assert_allclose(picture[inside], np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])[inside])


def test_a_class_score_shows_the_whole_images() -> None:
    top = top_of("fc", 2, "gradient")
    assert top.is_unit
    assert top.patches.shape == top.reconstructions.shape == (9, *SHAPE)


def test_the_patches_of_a_dataset_are_those_before_scaling() -> None:
    digits = load("digits").take(np.arange(50))
    net = Sequential([Conv2D("conv", (1, 8, 8), 2, 3, 3, 1, 1), ReLU("relu")])
    found = strongest_examples(net, digits, "relu")
    top = strongest_patches(net, digits, "relu", found, 1)
    expected = digits.unscaled_examples(found.examples[1])
    for number, image in enumerate(expected):
        row, column = found.positions[1, number].tolist()
        np.testing.assert_array_equal(
            top.patches[number], patch(image, patch_box(net, "relu", (1, 8, 8), (row, column)))
        )


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_a_sheet_has_a_place_for_each_map(count: int) -> None:
    patches = np.random.default_rng(0).normal(size=(2, 9, 1, 14, 14))
    top = StrongestPatches(7, False, np.arange(9), np.arange(9.0, 0, -1), *patches)
    pixels = draw_sheet("relu", ("digits",), (top for _ in range(count)), count).pixels()
    one = draw_sheet("relu", ("digits",), [top], 1).pixels()
    height, width = 20 + 174, 174 + 12 + 174
    expected = one[HEADING : HEADING + height, MARGIN : MARGIN + width]
    assert (expected != 255).any(axis=2).mean() > 0.8
    for place in range(count):
        x, y = MARGIN + place % 4 * (width + 28), HEADING + place // 4 * (height + 28)
        np.testing.assert_array_equal(pixels[y : y + height, x : x + width], expected)


def test_the_colours_of_a_map_have_one_scale_with_zero_in_the_middle() -> None:
    values = np.zeros((2, 1, 1, 1))
    values[:, 0, 0, 0] = [4.0, -1.0]
    top = StrongestPatches(0, False, np.arange(2), np.array([2.0, 1.0]), np.zeros((2, 1, 1, 1)), values)
    pixels = draw_sheet("layer", (), [top], 1).pixels()
    first = pixels[HEADING + 30, MARGIN + 174 + 12 + 10]
    second = pixels[HEADING + 30, MARGIN + 174 + 12 + 59 + 10]
    assert first.tolist() == [196, 78, 0]
    assert second.tolist() == [184, 205, 226]  # a quarter of the way from the neutral colour to blue


def test_a_dead_map_keeps_its_place_and_is_not_drawn() -> None:
    pixels = draw_sheet("relu", (), [top_of("relu", 1)], 1).pixels()
    assert (pixels[HEADING + 20 : -MARGIN] == 255).all()
    assert not (pixels[HEADING : HEADING + 20] == 255).all()  # the text says why


def test_large_images_are_made_smaller() -> None:
    top = StrongestPatches(0, True, np.arange(1), np.ones(1), np.ones((1, 3, 224, 100)), np.ones((1, 3, 224, 100)))
    assert draw_sheet("fc", (), [top], 1).pixels().shape[0] < 400


def test_bad_input_is_named() -> None:
    net, rows = Sequential([Linear("fc", 4, 2)]), np.ones((3, 4), np.float32)
    found = strongest_examples(net, rows, "fc")
    with pytest.raises(TinymlError, match="The examples have the shape 4, so they are no images"):
        strongest_patches(net, rows, "fc", found, 0)
    with pytest.raises(TinymlError, match="'fc' has no map 2: its maps are 0 to 1"):
        strongest_patches(net, rows, "fc", found, 2)
    with pytest.raises(TinymlError, match="no maps to draw"):
        draw_sheet("fc", (), [], 1)


def test_without_a_method_there_are_patches_alone() -> None:
    net, inputs = network(), images()
    found = strongest_examples(net, inputs, "relu")
    top = strongest_patches(net, inputs, "relu", found, 0, None)
    np.testing.assert_array_equal(top.patches, top_of("relu", 0).patches)
    assert (top.reconstructions.shape, top.remark) == ((0, 1, 3, 3), "")


@pytest.mark.parametrize(("method", "least"), [("deconvnet", 9), ("occlusion", 18), ("integrated-gradients", 18)])
def test_progress_rises_and_a_slow_method_reports_within_a_picture(method: str, least: int) -> None:
    net, inputs = network(), images()
    found, told = strongest_examples(net, inputs, "relu"), list[float]()
    strongest_patches(net, inputs, "relu", found, 0, METHODS[method], told.append)
    assert told == sorted(told)
    assert len(told) >= least
    assert (told[0], told[-1] <= 1) == (0, True)


def test_the_work_can_be_cancelled_by_the_progress() -> None:
    class StopError(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise StopError

    net, inputs = network(), images()
    with pytest.raises(StopError):
        strongest_patches(net, inputs, "relu", strongest_examples(net, inputs, "relu"), 0, METHODS["occlusion"], stop)
