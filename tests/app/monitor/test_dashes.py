import numpy as np
import pytest

from app.monitor.dashes import DASH, GAP, LONGEST, cut_into_dashes

PIXEL = (1.0, 1.0)


def lengths(points: tuple[np.ndarray, np.ndarray], pixel: tuple[float, float] = PIXEL) -> np.ndarray:
    """Return the length of each piece, in pixels."""
    x, y = (values.reshape(-1, 2) for values in points)
    pieces: np.ndarray = np.hypot(np.diff(x)[:, 0] / pixel[0], np.diff(y)[:, 0] / pixel[1])
    return pieces


def test_dashes_and_gaps_have_their_lengths_in_pixels_along_a_steep_line() -> None:
    pixel = (0.5, 0.01)
    pieces = cut_into_dashes((np.array([0.0, 30.0]), np.array([0.0, 0.8])), pixel)
    assert lengths(pieces, pixel)[:-1] == pytest.approx(DASH)
    starts = np.hypot(pieces[0][::2] / pixel[0], pieces[1][::2] / pixel[1])
    assert np.diff(starts) == pytest.approx(DASH + GAP)


def test_the_dashes_go_on_through_the_points_of_the_line() -> None:
    x = np.arange(0.0, 1101.0) / 3
    y = np.where(np.arange(1101) % 2, 1 / 3, 0.0)
    whole = np.hypot(np.diff(x), np.diff(y)).sum()
    drawn = lengths(cut_into_dashes((x, y), PIXEL)).sum()
    assert drawn / whole == pytest.approx(DASH / (DASH + GAP), abs=0.02)


def test_nothing_is_drawn_beside_a_nan() -> None:
    x, y = cut_into_dashes((np.arange(4.0), np.array([0.0, np.nan, 1.0, 2.0])), PIXEL)
    assert (x.tolist(), y.tolist()) == ([2.0, 3.0], [1.0, 2.0])
    for lone in (np.array([0.0, np.nan, 1.0]), np.full(3, np.nan)):
        assert not len(cut_into_dashes((np.arange(3.0), lone), PIXEL)[0])


@pytest.mark.parametrize("far", [10 * LONGEST, 1e18, 1.7e308])
def test_a_line_far_outside_of_the_picture_has_few_pieces_and_no_gaps(far: float) -> None:
    line = (np.arange(5.0), np.array([0.0, far, 0.0, 1.0, np.nan]))
    x, y = cut_into_dashes(line, (1.0, 1e-9))
    assert x.tolist() == [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]
    assert y.tolist() == [0.0, far, far, 0.0, 0.0, 1.0]


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_points_are_no_line(count: int) -> None:
    x, y = cut_into_dashes((np.zeros(count), np.zeros(count)), PIXEL)
    assert len(x) == len(y) == 0
