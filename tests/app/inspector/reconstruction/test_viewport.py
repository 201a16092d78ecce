import pytest
from PySide6.QtCore import QPointF, QRect

from app.inspector.reconstruction.viewport import LARGEST_ZOOM, Viewport


def test_the_visible_part_stays_within_the_picture():
    viewport = Viewport()
    viewport.show_part(4, QPointF(2, -1))
    assert (viewport.centre.x(), viewport.centre.y()) == (0.875, 0.125)
    viewport.zoom_by(1000)
    assert viewport.zoom == LARGEST_ZOOM
    viewport.show_all()
    assert (viewport.part.left(), viewport.part.right()) == (0, 1)


def test_a_rectangle_of_pixels_fills_the_view_with_a_narrow_margin():
    viewport = Viewport()
    viewport.show_pixels(QRect(100, 50, 5, 5), 224, 112)
    part = viewport.part
    assert part.left() * 224 <= 100
    assert part.right() * 224 >= 105
    assert part.height() * 112 == pytest.approx(5.5)
