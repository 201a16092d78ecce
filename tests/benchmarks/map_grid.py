"""Measure how long the grid of 128 feature maps paints while it scrolls.

Run `python -m tests.benchmarks.map_grid` from the root of the repository. It asserts nothing.
"""

import os
import statistics
from time import thread_time

import numpy as np
from PySide6.QtWidgets import QApplication

from app.widgets.images.colormaps import viridis_image
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage

_FRAMES = 120
_STEP = 17
"""Pixels that one frame scrolls."""


def make_grid(count: int, side: int, size: tuple[int, int], image_size: int) -> ImageGrid:
    """Return a visible grid of feature maps.

    Arguments:
        count: number of maps.
        side: rows and columns of each map.
        size: width and height of the grid in pixels.
        image_size: size of each picture in pixels of the screen.
    """
    generator = np.random.default_rng(0)
    grid = ImageGrid(image_size=image_size, positions=True)
    grid.resize(*size)
    grid.set_images(
        [GridImage(viridis_image(generator.random((side, side))), number=str(index)) for index in range(count)]
    )
    grid.show()
    QApplication.processEvents()
    return grid


def scroll(grid: ImageGrid, frames: int = _FRAMES) -> list[float]:
    """Scroll a grid to and fro, and return the seconds of processor time of this thread for each frame.

    Arguments:
        grid: a visible grid with more pictures than fit.
        frames: number of frames.
    """
    bar, seconds, step = grid.verticalScrollBar(), [], _STEP
    for _ in range(frames):
        if not bar.minimum() <= bar.value() + step <= bar.maximum():
            step = -step
        begin = thread_time()
        bar.setValue(bar.value() + step)
        QApplication.processEvents()
        seconds.append(thread_time() - begin)
    return seconds


def main() -> None:
    """Print the processor time of a frame for maps of several sizes."""
    application = QApplication.instance() or QApplication([])
    print(f"load {os.getloadavg()[0]:.1f}; milliseconds of processor time for a frame: median, 95 % and largest")
    for side, size, image_size in ((14, (640, 400), 56), (28, (1200, 900), 84), (112, (1200, 900), 112)):
        grid = make_grid(128, side, size, image_size)
        times = [1000 * seconds for seconds in scroll(grid)]
        high = statistics.quantiles(times, n=20)[-1]
        name = f"128 maps of {side}×{side} at {image_size} pixels in {size[0]}×{size[1]}"
        print(f"{name}: {statistics.median(times):.1f}, {high:.1f}, {max(times):.1f}")
        grid.close()
    application.processEvents()


if __name__ == "__main__":
    main()
