import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QSlider, QWidget

from app.document import edits
from app.formatting import format_number
from app.inspector.reconstruction.legend import Legend, scale_of
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.reconstruction_images import reconstruction_image
from app.inspector.reconstruction.viewport import ZOOM_STEP
from app.inspector.requests import Status
from app.inspector.target import Method
from app.widgets.images.image_grid import ImageGrid
from app.widgets.theme.theme import DARK, LIGHT, palette_for

TANH = (
    ("Conv2D", "conv_1", {"filters": 3, "window": 3, "padding": 1}),
    ("Tanh", "tanh_1", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)


def prefix(method):
    """Return the start of the objectNames of the parts of a method's picture, after "inspector_"."""
    return "" if method is Method.DECONVNET else f"{method.name.lower()}_"


def test_the_legend_describes_the_range_and_the_colours(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    words = digits.find(Legend, "legend").accessibleDescription()
    limit = float(np.abs(shown.image).max())
    assert f"{limit:.3g}" in words
    assert f"from −{limit:.3g}" in words
    assert "orange: positive · blue: negative. The signs belong to the pattern." in words


def test_only_methods_with_a_derivative_claim_what_a_sign_does(digits):
    digits.inspector.state.set_methods(tuple(Method))
    digits.wait(lambda: all(result.reconstruction for result in digits.inspector.state.results.values()))
    claims = {method: digits.text(f"{prefix(method)}meaning") for method in Method}
    for method in (Method.DECONVNET, Method.GUIDED):
        assert "raise" not in claims[method]
        assert "lower" not in claims[method]
    assert "orange: a brighter pixel raises it · blue: a brighter pixel lowers it" in claims[Method.GRADIENT]
    assert "covering it lowers the activation" in claims[Method.OCCLUSION]


def test_a_picture_of_zeros_has_no_ends_and_says_why(digits):
    scale = scale_of(np.zeros((1, 2, 2)), Method.DECONVNET, 1.0)
    assert scale.ends == ("", "")
    assert scale.meaning == "every pixel is 0"


def test_contours_over_the_input_leave_its_pixels_and_the_numbers(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    result, sample = digits.find(Picture, "reconstruction"), digits.find(Picture, "input")
    alone = result.image
    digits.find(QCheckBox, "overlay").click()
    assert result.image == sample.image
    assert result.drawing.contours
    strongest = np.unravel_index(np.abs(shown.image[0]).argmax(), shown.image[0].shape)
    lines = [line for contour in result.drawing.contours for line in contour.lines]
    rows = [line.y1() for line in lines if line.y1() == line.y2()]
    assert min(rows) <= strongest[0] < max(rows)
    digits.find(QCheckBox, "overlay").click()
    assert result.image == alone
    assert not result.drawing.contours


def test_the_crop_fills_the_pictures_with_the_receptive_field_and_follows_the_target(digits):
    state = digits.inspector.state
    digits.document.select(("relu_1",))
    digits.wait_for_reconstruction("relu_1")
    state.choose_position(4, 4)
    digits.wait(lambda: state.found is not None and state.found.position == (4, 4))
    crop, picture = digits.find(QCheckBox, "crop"), digits.find(Picture, "reconstruction")
    crop.click()
    assert state.receptive_field == ((3, 6), (3, 6))
    distance = picture.centre_of(5, 5).x() - picture.centre_of(3, 3).x()
    assert distance > 0.5 * picture.height()  # two of the 3.5 pixels that are shown
    assert digits.find(Picture, "input").pixel_at(digits.find(Picture, "input").centre_of(4, 4)) == (4, 4)
    state.choose_position(1, 6)
    digits.wait(lambda: state.found is not None and state.found.position == (1, 6))
    assert picture.rect().contains(picture.centre_of(1, 6).toPoint())
    QTest.keyClick(picture, Qt.Key.Key_Minus)
    assert not crop.isChecked()
    crop.click()
    crop.click()
    assert picture.pixel_at(picture.centre_of(0, 0)) == (0, 0)


def test_the_line_tells_value_place_and_kind_of_the_activation(digits):
    state, found = digits.inspector.state, digits.wait_for_reconstruction("conv_2")
    row, column = found.position
    value = format_number(found.activation)
    expected = f"Activation {value} at row {row}, column {column}: the strongest of map {found.map_index}."
    assert digits.text("where") == expected
    digits.find(QPushButton, "whole_map").click()
    digits.wait(lambda: state.found is not None and state.found.whole_map)
    assert digits.text("where").startswith(f"All positive activations of map {found.map_index} together")
    assert not digits.find(QPushButton, "show_sum").isVisible()
    assert digits.find(Picture, "map").marked is None
    state.choose_position(0, 0)
    digits.wait(lambda: state.found is not None and not state.found.whole_map)
    assert digits.text("where").endswith(f"at row 0, column 0 of map {found.map_index}.")
    assert not digits.find(QPushButton, "strongest").isChecked()
    digits.document.select(("linear_1",))
    digits.wait(lambda: state.found is not None or state.status is Status.REFUSED)
    state.set_methods((Method.GRADIENT,))
    digits.wait(lambda: state.found is not None and state.found.layer == "linear_1")
    assert digits.text("where").startswith(f"Unit {state.map_index} has the activation ")


def test_the_link_asks_for_the_arithmetic(digits, qtbot):
    digits.wait_for_reconstruction("conv_2")
    with qtbot.waitSignal(digits.inspector.state.arithmetic_requested):
        digits.find(QPushButton, "show_sum").click()


def test_more_contrast_shortens_the_scale_and_says_that_numbers_are_beyond(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    limit, legend = float(np.abs(shown.image).max()), digits.find(Legend, "legend")
    assert legend.scale.limit == pytest.approx(limit)
    digits.find(QSlider, "contrast").setValue(4)
    assert legend.scale.limit == pytest.approx(limit / 2)
    assert legend.scale.ends[1].startswith("≥ +")
    assert digits.text("contrast_factor") == "×2"


def test_smooth_pictures_are_drawn_smooth(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.find(QCheckBox, "smooth").click()
    assert digits.find(Picture, "reconstruction").drawing.smooth
    assert digits.find(Picture, "input").drawing.smooth


def test_a_sentence_says_why_the_picture_of_an_inactive_position_is_blank(digits):
    digits.document.select(("relu_1",))
    digits.wait_for_reconstruction("relu_1")
    values = digits.inspection.sample_trace.trace.entry("relu_1").output[0]
    index, row, column = (int(number) for number in np.argwhere(values == 0)[0])
    digits.inspector.state.choose_map(index)
    digits.inspector.state.choose_position(row, column)
    digits.wait(lambda: digits.reconstruction is not None and digits.reconstruction.position == (row, column))
    assert "nothing made it fire" in digits.text("sentence") or "does not fire" in digits.text("sentence")
    assert digits.find(QWidget, "sentence").isVisible()


def test_a_sentence_says_which_layer_cannot_be_reconstructed(make_harness, project_of):
    harness = make_harness(project_of(TANH, "digits"))
    harness.wait_for_sample_trace()
    harness.document.select(("tanh_1",))
    harness.wait(lambda: "cannot go back through Tanh" in harness.text("sentence"))
    assert harness.find(QWidget, "sentence").property("danger") is True
    assert harness.reconstruction is None
    assert harness.find(ImageGrid, "step_strip").images == ()
    parts = [harness.find(QWidget, name) for name in ("reconstruction", "legend", "meaning")]
    assert not any(part.isVisible() for part in parts)
    harness.document.select(("conv_1",))
    harness.wait_for_reconstruction("conv_1")
    assert not harness.find(QWidget, "sentence").isVisible()
    assert all(part.isVisible() for part in parts)


def test_a_slow_reconstruction_removes_the_earlier_picture(digits):
    digits.wait_for_reconstruction("conv_2")
    gate = threading.Event()
    digits.inspection.quick_jobs.submit(gate.wait)
    try:
        digits.document.select(("relu_1",))
        assert digits.reconstruction is not None
        digits.wait(lambda: digits.reconstruction is None)
        assert digits.text("sentence") == "Computing the deconvnet picture…"
    finally:
        gate.set()
    digits.wait_for_reconstruction("relu_1")


def test_a_cancelled_reconstruction_removes_the_earlier_picture_at_once(digits):
    other = 1 - min(digits.wait_for_reconstruction("conv_2").map_index, 1)
    gate = threading.Event()
    digits.inspection.quick_jobs.submit(gate.wait)
    try:
        digits.inspector.state.choose_map(other)
        assert digits.reconstruction is not None
        digits.document.apply(edits.change_settings(digits.document.project, "conv_1", {"filters": 3}))
        assert digits.reconstruction is None
        assert digits.text("sentence") == "Computing the deconvnet picture…"
    finally:
        gate.set()
    digits.wait_for_reconstruction("conv_2", other)


def test_pictures_follow_the_theme(digits):
    digits.unfold("steps")
    digits.wait_for_reconstruction("conv_2")
    result = digits.find(Picture, "reconstruction")
    before = QApplication.palette()
    try:
        QApplication.setPalette(palette_for(DARK))
        QApplication.processEvents()
        dark = result.image
        QApplication.setPalette(palette_for(LIGHT))
        QApplication.processEvents()
        assert result.image != dark
        light_picture = digits.find(ImageGrid, "step_strip").images[-1].image
        assert light_picture == reconstruction_image(digits.reconstruction.image, dark=False)
    finally:
        QApplication.setPalette(before)
        QApplication.processEvents()


def test_the_map_is_zoomed_with_the_other_pictures_but_not_cropped(digits):
    digits.document.select(("relu_1",))
    digits.wait_for_reconstruction("relu_1")
    pictures = [digits.find(Picture, name) for name in ("reconstruction", "input", "map")]
    result, _, shown_map = pictures
    QTest.keyClick(result, Qt.Key.Key_Plus)
    assert {picture.viewport.zoom for picture in pictures} == {ZOOM_STEP}
    QTest.keyClick(shown_map, Qt.Key.Key_Plus)
    assert {picture.viewport.zoom for picture in pictures} == {ZOOM_STEP**2}
    digits.find(QCheckBox, "crop").click()
    assert result.viewport.zoom > 1
    assert shown_map.viewport.zoom == 1
    QTest.keyClick(shown_map, Qt.Key.Key_0)
    assert digits.find(QCheckBox, "crop").isChecked()
    QTest.keyClick(result, Qt.Key.Key_Plus)
    assert shown_map.viewport.part == result.viewport.part
