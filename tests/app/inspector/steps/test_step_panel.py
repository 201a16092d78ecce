"""The section with the stages: arrow keys step through them, and the chosen one is large."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QApplication, QScrollArea

from app.inspector.reconstruction.picture import Picture
from app.widgets.images.image_grid import ImageGrid
from tinyml.visualize import Reconstruction


@pytest.fixture
def stepped(digits):
    """The inspector with the steps of the second rectifier, and the thumbnails with the focus."""
    digits.unfold("steps")
    digits.document.select(("relu_2",))
    digits.wait_for_reconstruction("relu_2")
    strip = digits.find(ImageGrid, "step_strip")
    strip.setFocus()
    return digits, strip


def test_a_folded_section_computes_nothing(digits):
    digits.wait_for_reconstruction("conv_2")
    strip = digits.find(ImageGrid, "step_strip")
    assert strip.images == ()
    digits.unfold("steps")
    assert strip.images[-1].caption == "conv_1ᵀ"


def test_arrow_keys_step_through_the_stages(stepped):
    digits, strip = stepped
    picture = digits.find(Picture, "step_picture")
    assert not picture.isVisible()
    QTest.keyClick(strip, Qt.Key.Key_Home)
    for index, image in enumerate(strip.images):
        assert picture.isVisible()
        assert picture.image == image.image
        assert digits.text("step_title").startswith(f"{index + 1} of {len(strip.images)}: {image.caption} · ")
        QTest.keyClick(strip, Qt.Key.Key_Right)
    assert digits.text("step_words").endswith("These are the pixels.")
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert strip.current == len(strip.images) - 2
    QTest.keyClick(strip, Qt.Key.Key_End)
    assert strip.current == len(strip.images) - 1


def test_escape_and_the_button_close_the_large_picture(stepped):
    digits, strip = stepped
    picture = digits.find(Picture, "step_picture")
    QTest.keyClick(strip, Qt.Key.Key_End)
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert not picture.isVisible()
    assert strip.current == -1
    QTest.keyClick(strip, Qt.Key.Key_Home)
    digits.find(QAbstractButton, "step_close").click()
    assert not picture.isVisible()


def test_a_large_stage_leaves_the_reconstruction_its_size(stepped):
    digits, strip = stepped
    reconstruction, large = digits.find(Picture, "reconstruction"), digits.find(Picture, "step_picture")
    before = reconstruction.height()
    assert before >= 200
    QTest.keyClick(strip, Qt.Key.Key_End)
    digits.wait(lambda: large.isVisible() and large.width() >= before)
    assert reconstruction.height() == before


def test_the_sum_has_one_button(digits):
    buttons = digits.inspector.findChildren(QAbstractButton, "inspector_show_sum")
    assert [button.text() for button in buttons] == ["Show the sum"]


def test_the_chosen_stage_stays_for_another_map(stepped):
    digits, strip = stepped
    QTest.keyClick(strip, Qt.Key.Key_End)
    other = (digits.inspector.state.map_index + 1) % 6
    digits.inspector.state.choose_map(other)
    shown: Reconstruction = digits.wait_for_reconstruction("relu_2", other)
    assert strip.current == len(strip.images) - 1
    assert strip.images[0].caption == f"map {shown.map_index}"
    assert digits.find(Picture, "step_picture").image == strip.images[-1].image


def test_all_thumbnails_are_visible_without_scrolling(stepped):
    _, strip = stepped
    assert strip.viewport().height() >= strip.image_rect(len(strip.images) - 1).bottom()


def test_the_large_picture_is_scrolled_into_view_until_the_user_scrolls(stepped):
    digits, strip = stepped
    QTest.keyClick(strip, Qt.Key.Key_End)
    picture = digits.find(Picture, "step_picture")
    area = next(each for each in digits.inspector.findChildren(QScrollArea) if each.isAncestorOf(picture))

    def is_whole() -> bool:
        bottom = picture.mapTo(area.viewport(), picture.rect().bottomLeft())
        return picture.isVisible() and area.viewport().rect().contains(bottom)

    digits.wait(is_whole)
    for height in (640, 580):
        digits.inspector.resize(digits.inspector.width(), height)
        digits.wait(is_whole)
    area.verticalScrollBar().triggerAction(QAbstractSlider.SliderAction.SliderToMinimum)
    digits.inspector.resize(digits.inspector.width(), 640)
    QApplication.processEvents()
    assert area.verticalScrollBar().value() == 0
