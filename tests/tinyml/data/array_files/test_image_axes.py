import numpy as np
import pytest

from tinyml.core import DataError
from tinyml.data.array_files.image_axes import arrange, recognise_axes


@pytest.mark.parametrize(
    ("stored", "axes", "shape"),
    [
        ((9,), "no images", (1,)),
        ((9, 5), "no images", (5,)),
        ((9, 28, 20), "grey", (1, 28, 20)),
        ((9, 28, 20, 3), "channels last", (3, 28, 20)),
        ((9, 28, 20, 1), "channels last", (1, 28, 20)),
        ((9, 3, 28, 20), "channels first", (3, 28, 20)),
        ((9, 1, 28, 20), "channels first", (1, 28, 20)),
        ((9, 3, 28, 3), "channels last", (3, 3, 28)),
        ((9, 28, 20, 4), "channels last", (4, 28, 20)),
        ((9, 2, 28, 20), "channels first", (2, 28, 20)),
    ],
)
def test_axes_are_recognised(stored: tuple[int, ...], axes: str, shape: tuple[int, ...]) -> None:
    form = recognise_axes(stored, "automatic", "x")
    assert (form.axes, form.shape) == (axes, shape)


def test_the_choice_of_the_user_wins() -> None:
    assert recognise_axes((9, 3, 28, 3), "channels first", "x").shape == (3, 28, 3)
    assert recognise_axes((9, 28, 28, 3), "no images", "x").shape == (2352,)


@pytest.mark.parametrize(
    ("stored", "chosen"), [((9, 28, 28), "channels last"), ((9, 28, 28, 3), "grey"), ((9, 5), "grey")]
)
def test_a_rule_that_does_not_fit_is_refused(stored: tuple[int, ...], chosen: str) -> None:
    with pytest.raises(DataError, match="Choose other axes"):
        recognise_axes(stored, chosen, "x")


def test_four_axes_are_refused() -> None:
    with pytest.raises(DataError, match="have 4 axes, but images have two or three"):
        recognise_axes((9, 2, 2, 2, 2), "automatic", "x")


def test_examples_are_arranged() -> None:
    values = np.arange(2 * 4 * 5 * 3).reshape(2, 4, 5, 3)
    arranged = arrange(values, recognise_axes(values.shape, "automatic", "x"))
    assert arranged.shape == (2, 3, 4, 5)
    assert arranged[1, 2, 3, 4] == values[1, 3, 4, 2]
    assert arrange(values, recognise_axes(values.shape, "no images", "x")).shape == (2, 60)
