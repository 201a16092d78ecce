"""Images that are dropped on the window, pasted or opened become own examples in Inspect."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QMessageBox, QPushButton

from app.shell.own_images import PASTED
from tests.app.drag_events import drag_enter_event


@pytest.fixture
def photo(tmp_path) -> Path:
    """A colour photograph that is larger than the images of the network, and not a square."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 60, 3), np.uint8)).save(path)
    return path


@pytest.fixture
def clipboard(qapp):
    clipboard = QGuiApplication.clipboard()
    yield clipboard
    clipboard.clear()


def drop(widget, content: QMimeData) -> bool:
    """Drop something on the native window of a widget. Return True if it was accepted."""
    handle = widget.window().windowHandle()
    place = QPointF(widget.mapTo(widget.window(), widget.rect().center()))
    enter = drag_enter_event(place, content)
    enter.setAccepted(False)
    QGuiApplication.sendEvent(handle, enter)
    if enter.isAccepted():
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QGuiApplication.sendEvent(handle, QDropEvent(place, Qt.DropAction.CopyAction, content, left, none))
    return enter.isAccepted()


def files(*paths: Path) -> QMimeData:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return content


def pixels() -> QImage:
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def wait_for_own(qtbot, window, title: str):
    """Wait until Inspect shows the forward pass of an own example; return it."""
    inspection = window.inspection
    qtbot.waitUntil(lambda: inspection.own is not None and inspection.own.title == title)
    qtbot.waitUntil(
        lambda: inspection.sample_trace is not None and inspection.sample_trace.sample.own is inspection.own
    )
    assert window.pages.current == "inspect"
    return inspection.sample_trace


def message(window) -> str:
    return window.findChild(QLabel, "status_message").text()


def problem_of(window, dialog) -> str:
    box = dialog(window, "problem_dialog")
    text = box.text()
    box.setObjectName("")  # Qt deletes it later; the next dialog must not be mistaken for it
    box.close()
    return text


def test_a_dropped_image_is_shown_as_the_network_gets_it(qtbot, window, photo) -> None:
    assert drop(window.canvas, files(photo))
    shown = wait_for_own(qtbot, window, "photo.jpg")
    expected = window.inspection.samples.preprocessing.prepare_image(photo)
    assert np.array_equal(shown.trace.input, expected)
    assert np.array_equal(window.inspect_page.state.sample, expected[0])
    verdict = window.findChild(QLabel, "inspector_verdict").text()
    assert verdict.startswith("predicted ")
    assert "true" not in verdict


def test_an_image_from_a_browser_needs_no_file(qtbot, window) -> None:
    content = QMimeData()
    content.setUrls([QUrl("https://example.org/cat.png")])
    assert drop(window.canvas, content)
    assert "TinyML loads nothing from there" in message(window)
    assert window.inspection.own_examples.examples == ()
    content.setImageData(pixels())
    assert drop(window.palette_view, content)
    shown = wait_for_own(qtbot, window, PASTED)
    assert shown.sample.picture.min() == 1


def test_ctrl_v_pastes_an_image_unless_a_text_field_or_layers_want_it(qtbot, window, clipboard) -> None:
    clipboard.setText("conv")
    field = window.palette_view.findChild(QLineEdit)
    QTest.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "conv"
    window.actions_by_name["paste_image"].trigger()
    assert "Copy an image" in message(window)
    clipboard.setImage(pixels())
    for number, page in enumerate(("train", "inspect", "data"), start=1):
        window.pages.show_page(page)
        QTest.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        qtbot.waitUntil(lambda number=number: len(window.inspection.own_examples.examples) == number)
        wait_for_own(qtbot, window, PASTED)
    window.actions_by_name["paste"].trigger()  # the one of the canvas
    qtbot.waitUntil(lambda: len(window.inspection.own_examples.examples) == 4)
    before = window.document.project.network
    window.document.select((before.layers[0].name,))
    window.actions_by_name["copy"].trigger()
    window.actions_by_name["paste"].trigger()
    assert len(window.document.project.network.layers) == len(before.layers) + 1


def test_image_files_are_pasted_and_opened_in_inspect(qtbot, window, clipboard, photo, monkeypatch) -> None:
    clipboard.setMimeData(files(photo))
    window.findChild(QPushButton, "inspector_paste_image").click()
    first = wait_for_own(qtbot, window, "photo.jpg").sample.own
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(photo), ""))
    window.findChild(QPushButton, "inspector_open_image").click()
    qtbot.waitUntil(lambda: window.inspection.own is not first)
    wait_for_own(qtbot, window, "photo.jpg")


def test_what_is_no_image_gives_a_sentence(qtbot, window, dialog, photo) -> None:
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    other = photo.with_name("other.jpg")
    other.write_bytes(photo.read_bytes())
    assert drop(window.canvas, files(photo, other))
    assert problem_of(window, dialog).startswith("Several images are data: put them into a folder")
    path = photo.with_name("broken.png")
    for content in (b"", b"\x89PNG\r\n\x1a\n" + bytes(20), photo.read_bytes()[:900]):
        path.write_bytes(content)
        window.own_images.open_file(path)
        assert problem_of(window, dialog).startswith("'broken.png' is ")
    assert window.inspection.own_examples.examples == ()


def test_an_image_with_too_many_pixels_is_refused_and_the_page_goes_on(qtbot, window, dialog, photo) -> None:
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    path = photo.with_name("map of the world.png")
    header = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunks = (
        struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + struct.pack(">I4sI", 0, b"IDAT", 0)
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    for give in (lambda: drop(window.canvas, files(path)), lambda: window.own_images.open_file(path)):
        give()
        said = problem_of(window, dialog)
        assert said.startswith("'map of the world.png' has 30\xa0000 × 30\xa0000 pixels")
        assert said.count("\n") == 0
        assert window.inspection.own_examples.examples == ()
    assert drop(window.canvas, files(photo))
    wait_for_own(qtbot, window, "photo.jpg")


def test_an_image_waits_for_the_samples(qtbot, make_window, photo) -> None:
    window = make_window()
    window.own_images.open_file(photo)  # at once, while the data is still being read
    wait_for_own(qtbot, window, "photo.jpg")


def test_a_network_for_points_says_that_it_takes_no_image(qtbot, make_window, dialog, photo) -> None:
    window = make_window("circle")
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    assert drop(window.canvas, files(photo))
    said = problem_of(window, dialog)
    assert "takes 2 numbers, not an image" in said
    assert "one folder of images for each class" in said
    assert window.pages.current != "inspect"


def test_a_part_of_a_dataset_opens_its_folder_and_shows_the_page_data(qtbot, window, tmp_path) -> None:
    (tmp_path / "images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 20, 6, 6) + bytes(720))
    (tmp_path / "labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 20) + bytes([0, 1] * 10))
    assert drop(window.canvas, files(tmp_path / "images-idx3-ubyte"))
    qtbot.waitUntil(lambda: window.document.project.data.source == str(tmp_path))
    assert window.pages.current == "data"
    assert not window.findChildren(QMessageBox)
