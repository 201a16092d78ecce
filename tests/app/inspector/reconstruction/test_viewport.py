from PySide6.QtCore import QPointF

from app.inspector.reconstruction.viewport import Viewport


def test_the_visible_part_stays_within_the_picture():
    viewport = Viewport()
    viewport.show_part(4, QPointF(2, -1))
    assert (viewport.centre.x(), viewport.centre.y()) == (0.875, 0.125)
    viewport.zoom_by(1000)
    assert viewport.zoom == 16
    viewport.show_all()
    assert (viewport.part.left(), viewport.part.right()) == (0, 1)
