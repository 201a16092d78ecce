import numpy as np
import pytest

from app.inspector.maps.map_sizes import SMALLEST, fitting_size
from app.widgets.images.colormaps import grey_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage


@pytest.mark.parametrize("count", [1, 6, 16, 128])
@pytest.mark.parametrize("shape", [(1, 1), (14, 14), (28, 20), (10, 64), (224, 224)])
def test_pictures_of_the_fitting_size_fit_without_scrolling(qtbot, count, shape):
    grid = ImageGrid()
    qtbot.addWidget(grid)
    grid.resize(640, 480)
    grid.show()
    grid.set_images([GridImage(grey_image(np.zeros(shape)))] * count)
    width = grid.viewport().width() - grid.verticalScrollBar().sizeHint().width()
    size = fitting_size(count, *shape, width, grid.viewport().height())
    grid.set_image_size(size)
    grid.doItemsLayout()
    assert size >= SMALLEST or max(shape) > SMALLEST
    if size > SMALLEST + max(shape):  # else they scroll
        assert grid.image_rect(count - 1).bottom() <= grid.viewport().height()


def test_more_room_makes_larger_pictures_and_little_room_the_smallest():
    sizes = [fitting_size(16, 14, 14, 300 + 40 * step, 200 + 20 * step) for step in range(20)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert fitting_size(512, 14, 14, 100, 100) == 42


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("pixels", [5, 14, 28, 32])
def test_all_pixels_have_the_same_number_of_screen_pixels(ratio, pixels):
    for room in range(200, 900, 50):
        size = fitting_size(8, pixels, pixels, room, room // 2, ratio)
        assert abs(size * ratio / pixels - round(size * ratio / pixels)) * pixels <= ratio / 2 + 1e-9


def test_a_fine_screen_has_more_sizes():
    assert fitting_size(8, 28, 28, 560, 230) == 84
    assert fitting_size(8, 28, 28, 560, 230, 2.0) == 98  # 3.5 pixels of the window, 7 of the screen
