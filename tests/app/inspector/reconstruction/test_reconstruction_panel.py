import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QFileDialog, QMessageBox, QToolButton, QWidget

from app.document import edits
from app.inspector.reconstruction.legend import Legend
from app.inspector.reconstruction.picture import Picture
from app.inspector.reconstruction.picture_file import enlarge, save_png
from app.inspector.reconstruction.reconstruction_images import flatten_channels, overlay_image, reconstruction_image
from app.inspector.reconstruction.step_strip import StepStrip
from app.inspector.reconstruction.viewport import Viewport
from app.inspector.state import STALE_AFTER_MS
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tinyml.core import StorageError

TANH = (
    ("Conv2D", "conv_1", {"filters": 3, "window": 3, "padding": 1}),
    ("Tanh", "tanh_1", {}),
    ("Flatten", "flatten_1", {}),
    ("Linear", "linear_1", {"outputs": 10}),
)


def test_the_legend_describes_the_range_and_the_colours(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    words = digits.find(Legend, "legend").accessibleDescription()
    limit = float(np.abs(shown.image).max())
    assert f"{limit:.3g}" in words
    assert "Orange: bright pixels here raise the map. Blue: bright pixels here lower it." in words


def test_the_overlay_lays_the_reconstruction_over_the_input(digits):
    shown = digits.wait_for_reconstruction("conv_2")
    result, sample = digits.find(Picture, "reconstruction"), digits.find(Picture, "input")
    alone = result.image
    digits.find(QCheckBox, "overlay").click()
    laid_over = result.image
    assert laid_over != alone
    row, column = np.argwhere(shown.image[0] == 0)[0]
    assert laid_over.pixel(int(column), int(row)) == sample.image.pixel(int(column), int(row))
    digits.find(QCheckBox, "overlay").click()
    assert result.image == alone


def test_zero_has_the_background_colour_and_strong_pixels_are_opaque():
    array = np.array([[[0.0, -1.0, 4.0]]])
    image = reconstruction_image(array, dark=False)
    assert image.pixelColor(0, 0) == QColor(LIGHT.surface)
    assert image.pixelColor(1, 0).blue() > image.pixelColor(1, 0).red()
    assert image.pixelColor(2, 0).red() > image.pixelColor(2, 0).blue()
    overlay = overlay_image(array, dark=False)
    assert [overlay.pixelColor(x, 0).alpha() for x in range(3)] == [0, 64, 255]
    assert overlay_image(np.zeros((1, 1, 1)), dark=True).pixelColor(0, 0).alpha() == 0


def test_colour_reconstructions_keep_their_colours_around_grey():
    array = np.zeros((3, 1, 2))
    array[0, 0, 1] = 2.0
    image = reconstruction_image(array, dark=False)
    assert image.pixelColor(0, 0).red() in (127, 128)
    assert image.pixelColor(1, 0).red() == 255
    assert image.pixelColor(1, 0).green() in (127, 128)


def test_of_several_channels_the_strongest_is_painted_with_its_sign():
    array = np.array([[[1.0, 0.5]], [[-2.0, 0.25]]])
    assert flatten_channels(array).tolist() == [[-2.0, 0.5]]


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
    harness.wait(lambda: "no way back through Tanh" in harness.text("sentence"))
    assert harness.find(QWidget, "sentence").property("danger") is True
    assert harness.reconstruction is None
    assert harness.find(StepStrip, "step_strip").pictures == ()
    harness.document.select(("conv_1",))
    harness.wait_for_reconstruction("conv_1")
    assert not harness.find(QWidget, "sentence").isVisible()


def test_a_slow_reconstruction_removes_the_earlier_picture(digits):
    digits.wait_for_reconstruction("conv_2")
    gate = threading.Event()
    digits.inspection.quick_jobs.submit(gate.wait)
    try:
        digits.document.select(("relu_1",))
        assert digits.reconstruction is not None
        QTest.qWait(STALE_AFTER_MS + 100)
        assert digits.reconstruction is None
        assert digits.text("sentence") == "Computing the reconstruction…"
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
        assert digits.text("sentence") == "Computing the reconstruction…"
    finally:
        gate.set()
    digits.wait_for_reconstruction("conv_2", other)


def save_as(monkeypatch, *names):
    """Answer file dialogs with these names one after another, and cancel the next one."""
    answers = iter([*names, None])
    chosen = []
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: chosen.append(next(answers)) or chosen[-1] is not None)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(chosen[-1])])


def test_a_picture_is_saved_as_png_at_the_chosen_scale(digits, tmp_path, monkeypatch):
    digits.wait_for_reconstruction("conv_2")
    save_as(monkeypatch, tmp_path / "picture")
    menu = digits.find(QToolButton, "save").menu()
    actions = {action.objectName(): action for action in menu.actions()}
    scales = {action.objectName(): action for action in menu.findChild(QWidget).actions()}
    scales["inspector_scale_4"].trigger()
    actions["inspector_save_reconstruction"].trigger()
    saved = QImage(str(tmp_path / "picture.png"))
    shown = digits.find(Picture, "reconstruction").image
    assert saved.size().toTuple() == (32, 32)
    assert saved.pixel(1, 1) == saved.pixel(2, 2) == shown.pixel(0, 0)
    assert digits.text("sentence") == "Saved picture.png, 32×32 pixels."


def test_a_file_is_not_replaced_without_a_question_if_its_suffix_was_not_typed(digits, tmp_path, monkeypatch):
    (tmp_path / "map.png").write_bytes(b"old")
    asked = []
    monkeypatch.setattr(QMessageBox, "exec", lambda question: asked.append(question.text()))
    save_as(monkeypatch, tmp_path / "map")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_save_input").trigger()
    assert asked == ["map.png already exists."]
    assert (tmp_path / "map.png").read_bytes() == b"old"


def test_a_sentence_says_why_a_picture_cannot_be_saved(digits, tmp_path, monkeypatch):
    digits.wait_for_reconstruction("conv_2")
    save_as(monkeypatch, tmp_path / "no" / "p.png")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_save_map").trigger()
    assert "Could not save" in digits.text("sentence")
    assert digits.find(QWidget, "sentence").property("danger") is True
    assert list(tmp_path.iterdir()) == []


def test_copying_puts_the_picture_on_the_clipboard(digits):
    digits.wait_for_reconstruction("conv_2")
    menu = digits.find(QToolButton, "save").menu()
    next(action for action in menu.actions() if action.objectName() == "inspector_copy_map").trigger()
    assert QGuiApplication.clipboard().image().size().toTuple() == (64, 64)
    assert digits.text("sentence") == "Copied the map."


def test_nothing_can_be_saved_before_there_is_a_picture(digits):
    digits.document.select(("linear_1",))
    menu = digits.find(QToolButton, "save").menu()
    menu.aboutToShow.emit()
    enabled = {action.objectName(): action.isEnabled() for action in menu.actions()}
    assert enabled["inspector_save_input"]
    assert not enabled["inspector_save_map"]
    assert not enabled["inspector_save_reconstruction"]


def test_enlarged_pictures_keep_sharp_pixels():
    image = QImage(2, 1, QImage.Format.Format_RGB32)
    image.setPixelColor(0, 0, QColor("black"))
    image.setPixelColor(1, 0, QColor("white"))
    large = enlarge(image, 8)
    assert [large.pixelColor(x, 7).red() for x in (0, 7, 8, 15)] == [0, 0, 255, 255]


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    old = tmp_path / "old.png"
    old.write_bytes(b"old")
    monkeypatch.setattr("os.replace", lambda *_paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match="No space left"):
        save_png(old, QImage(4, 4, QImage.Format.Format_RGB32))
    assert old.read_bytes() == b"old"


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
    picture.show_image(QImage(8, 8, QImage.Format.Format_RGB32))
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


def test_the_visible_part_stays_within_the_picture():
    viewport = Viewport()
    viewport.show_part(4, QPointF(2, -1))
    assert (viewport.centre.x(), viewport.centre.y()) == (0.875, 0.125)
    viewport.zoom_by(1000)
    assert viewport.zoom == 16
    viewport.show_all()
    assert (viewport.part.left(), viewport.part.right()) == (0, 1)


def test_pictures_follow_the_theme(digits):
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
        light_picture = digits.find(StepStrip, "step_strip").pictures[-1].image
        assert light_picture == reconstruction_image(digits.reconstruction.image, dark=False)
    finally:
        QApplication.setPalette(before)
        QApplication.processEvents()
