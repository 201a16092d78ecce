"""A grid paints only the pictures that change: while a run trains, each of them takes the window's thread long."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.widgets.images.colormaps import grey_image
from app.widgets.images.image_delegate import ImageDelegate
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage

CHECKERS = grey_image(np.indices((4, 6)).sum(axis=0) % 2)


def make_grid(qtbot) -> ImageGrid:
    grid = ImageGrid(positions=True)
    qtbot.addWidget(grid)
    grid.set_images([GridImage(CHECKERS, number=str(index)) for index in range(10)])
    grid.resize(240, 200)
    grid.show()
    return grid


@pytest.fixture
def painted(monkeypatch) -> list[tuple[int, int]]:
    """Return a list that gets the corners of the cells that are painted."""
    corners: list[tuple[int, int]] = []
    image_rect = ImageDelegate.image_rect

    def spy(self, cell, size):
        corners.append((cell.x(), cell.y()))
        return image_rect(self, cell, size)

    monkeypatch.setattr(ImageDelegate, "image_rect", spy)
    return corners


def settle(painted: list[tuple[int, int]]) -> None:
    """Handle events until nothing is painted any more."""
    painted.append((0, 0))
    while painted:
        painted.clear()
        QApplication.processEvents()


def test_only_the_pictures_that_change_are_painted_again(qtbot, painted) -> None:
    grid = make_grid(qtbot)
    grid.set_current(0)
    grid.set_marked((0, 1, 1))
    settle(painted)
    grid.set_current(7)
    grid.set_marked((7, 2, 2))
    QApplication.processEvents()
    rects = [grid.visualRect(grid.model().index(row, 0)) for row in (0, 7)]
    assert set(painted) == {(rect.x(), rect.y()) for rect in rects}
    settle(painted)
    grid.set_marked((7, 2, 2))
    QApplication.processEvents()
    assert painted == []


def test_a_grid_that_changed_looks_as_a_new_one(qtbot) -> None:
    grid, new = make_grid(qtbot), make_grid(qtbot)
    for index in (0, 7):
        grid.set_current(index)
        grid.set_marked((index, 2, 2))
        QApplication.processEvents()
    new.set_current(7)
    new.set_marked((7, 2, 2))
    assert grid.grab().toImage() == new.grab().toImage()


def test_other_pixels_in_the_same_room_are_painted_at_once(qtbot, painted) -> None:
    grid = make_grid(qtbot)
    settle(painted)
    black = grey_image(np.zeros((4, 6)))
    grid.set_images([GridImage(black, number=str(index)) for index in range(10)])
    QApplication.processEvents()
    assert len(set(painted)) == 10
    assert grid.images[3].image == black
