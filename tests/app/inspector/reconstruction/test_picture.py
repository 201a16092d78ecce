import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from app.inspector.reconstruction.drawing import Drawing
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.viewport import Viewport


def test_input_and_reconstruction_zoom_together(digits):
    digits.wait_for_reconstruction("conv_2")
    sample, result = digits.find(Picture, "input"), digits.find(Picture, "reconstruction")
    corner = sample.centre_of(0, 0)
    wheel = QWheelEvent(
        corner,
        QPointF(sample.mapToGlobal(corner.toPoint())),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(sample, wheel)
    assert sample.pixel_at(corner) == (0, 0)
    middle = QPointF(sample.centre_of(0, 0).x() * 2.5, sample.centre_of(0, 0).y())
    assert sample.pixel_at(middle) == result.pixel_at(middle)
    assert result.centre_of(0, 1).x() - result.centre_of(0, 0).x() > 30
    QTest.keyClick(result, Qt.Key.Key_0)
    assert sample.pixel_at(sample.centre_of(7, 7)) == (7, 7)


def test_zoom_buttons_and_keys(digits):
    digits.wait_for_reconstruction("conv_2")
    picture = digits.find(Picture, "input")

    def pixel_width() -> float:
        return picture.centre_of(0, 1).x() - picture.centre_of(0, 0).x()

    whole = pixel_width()
    digits.find(QToolButton, "zoom_in").click()
    assert pixel_width() == pytest.approx(1.5 * whole)
    QTest.keyClick(picture, Qt.Key.Key_Minus)
    assert pixel_width() == pytest.approx(whole)
    QTest.keyClick(picture, Qt.Key.Key_Plus)
    digits.find(QToolButton, "zoom_all").click()
    assert pixel_width() == pytest.approx(whole)


def test_dragging_moves_a_zoomed_picture_and_picks_nothing(qtbot):
    viewport = Viewport()
    picture = Picture(viewport, pickable=True)
    qtbot.addWidget(picture)
    picture.resize(166, 166)
    picture.show_drawing(Drawing(QImage(8, 8, QImage.Format.Format_RGB32)))
    picture.show()
    viewport.zoom_by(4)
    picked = []
    picture.picked.connect(lambda row, column: picked.append((row, column)))
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(80, 80))
    QTest.mouseMove(picture, QPoint(100, 80))
    QTest.mouseMove(picture, QPoint(140, 80))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(140, 80))
    assert picked == []
    assert viewport.centre.x() < 0.5
    assert viewport.centre.y() == pytest.approx(0.5)
