"""Pictures of the whole network, whatever the canvas shows of it."""

import base64
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QRectF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.builder.canvas import picture_export
from app.builder.canvas.activation_strip import make_tiles, paint_tiles
from app.builder.canvas.picture import WIDTH, NetworkPicture
from app.builder.canvas.picture_export import PictureExport
from app.document import Document
from app.document.edits import insert_layer
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project


@pytest.fixture
def paint(qapp):
    """Return a function that paints a document as PNG and SVG."""

    def paint(document, inspection=None):
        picture = NetworkPicture(document, inspection)
        painted = [*picture.paint_image()][-1], [*picture.paint_svg()][-1]
        picture.close()
        return painted

    return paint


def texts_of(svg):
    return "".join(ElementTree.fromstring(svg).itertext())


def test_the_picture_shows_every_layer(paint, document):
    image, svg = paint(document)
    shown = texts_of(svg)
    for layer in document.project.network.layers:
        assert layer.name in shown
    assert "Cross-entropy" in shown
    assert image.width() == 2 * WIDTH
    assert image.devicePixelRatio() == 2


def test_selection_focus_and_zoom_of_the_canvas_leave_no_mark(paint, harness):
    before, _ = paint(harness.document)
    harness.document.select(("conv_1", "relu_1"))
    harness.card("conv_1").setFocus()
    harness.card("relu_1").set_hovered(True)
    harness.canvas.card_stack.set_zoom(0.5)
    after, _ = paint(harness.document)
    assert before == after
    assert harness.card("conv_1").selected


def test_the_picture_is_light_in_the_dark_theme_too(qapp, paint, document):
    light, _ = paint(document)
    before = qapp.palette()
    qapp.setPalette(palette_for(DARK))
    try:
        dark, _ = paint(document)
    finally:
        qapp.setPalette(before)
    assert light.pixelColor(2, 2) == dark.pixelColor(2, 2) == QColor(LIGHT.canvas)
    middle = WIDTH, 40
    assert dark.pixelColor(*middle) == QColor(LIGHT.card)


def test_activations_are_painted(paint, document, inspection):
    empty, _ = paint(document)
    inspection.compute_trace(document)
    shown, _ = paint(document, inspection)
    assert shown.size() == empty.size()
    assert shown != empty


def test_a_problem_is_shown_without_its_button(paint, document):
    document.apply(insert_layer(document.project, 1, "MaxPool2D", {"window": [99, 99]}))
    _, svg = paint(document)
    assert "99×99" in texts_of(svg)
    assert "Set window" not in texts_of(svg)


def test_hostile_names_give_valid_files(paint, document_of):
    document = document_of(("ReLu", "<b>&amp;\0\u202e"), ("Flatten", "]]>"))
    image, svg = paint(document)
    assert "<b>&amp;" in texts_of(svg)
    assert not image.isNull()


def test_two_hundred_layers_and_the_longest_network(paint):
    for count, width in ((200, 2 * WIDTH), (1000, None)):
        layers = tuple(LayerSpecification(type="ReLu", name=f"layer_{number}") for number in range(count))
        image, svg = paint(Document(Project(network=NetworkSpecification(layers=layers))))
        assert f"layer_{count - 1}" in texts_of(svg)
        assert width is None or image.width() == width
        # The loss card is at the bottom, so the picture is complete.
        bottom = image.height() - round(40 * image.devicePixelRatio())
        assert image.pixelColor(image.width() // 2, bottom) == QColor(LIGHT.card)


@pytest.mark.parametrize("name", ["network.svg", "network.png"])
def test_the_picture_is_saved(qtbot, harness, tmp_path, name):
    export = PictureExport(harness.document, None, harness.window)
    with qtbot.waitSignals([export.message, export.message]):
        export.export_to(tmp_path / name)
    assert (tmp_path / name).stat().st_size > 1000
    if name.endswith(".png"):
        assert QImage(str(tmp_path / name)).width() == 2 * WIDTH
    export.shutdown()


def test_a_failure_gives_a_sentence(qtbot, harness, tmp_path):
    export = PictureExport(harness.document, None, harness.window)
    with qtbot.waitSignal(export.failed) as said:
        export.export_to(tmp_path / "missing" / "network.svg")
    assert "Could not save" in said.args[0]
    export.shutdown()


def test_an_empty_network_has_no_picture(qtbot, harness):
    harness.document.replace(Project())
    export = PictureExport(harness.document, None, harness.window)
    with qtbot.waitSignal(export.failed) as said:
        export.ask_and_export()
    assert "no layers" in said.args[0]


def test_each_map_has_its_own_picture_in_an_svg_file(qapp):
    values = np.arange(3 * 4 * 5, dtype=np.float32).reshape(3, 4, 5)
    buffer, generator = QBuffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    painter = QPainter(generator)
    paint_tiles(painter, QRectF(0, 0, 200, 22), make_tiles(values))
    painter.end()
    images = [each for each in ElementTree.fromstring(buffer.data().data()).iter() if each.tag.endswith("image")]
    sources = [each.get("{http://www.w3.org/1999/xlink}href") for each in images]
    assert len(sources) == 3
    pictures = [QImage.fromData(base64.b64decode(source.partition("base64,")[2])) for source in sources]
    assert {(picture.width(), picture.height()) for picture in pictures} == {(5, 4)}


def test_the_window_handles_events_while_a_long_network_is_painted(qtbot, harness, tmp_path, monkeypatch):
    monkeypatch.setattr(picture_export, "_STEP_SECONDS", 0.0)
    export = PictureExport(harness.document, None, harness.window)
    export.export_to(tmp_path / "network.svg")
    turns = []
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: turns.append(True))
    timer.start()
    with qtbot.waitSignal(export.message):
        pass
    timer.stop()
    assert len(turns) >= len(harness.document.project.network.layers)
    export.shutdown()


def test_an_edit_during_the_painting_does_not_change_the_picture(paint, harness):
    before, _ = paint(harness.document)
    picture = NetworkPicture(harness.document, None)
    painting = picture.paint_image()
    next(painting)
    harness.document.apply(insert_layer(harness.document.project, 0, "ReLu"))
    harness.document.replace(Project())
    assert [*painting][-1] == before
    picture.close()


def test_a_second_export_takes_the_place_of_the_first(qtbot, harness, tmp_path):
    export = PictureExport(harness.document, None, harness.window)
    export.export_to(tmp_path / "first.svg")
    export.export_to(tmp_path / "second.svg")
    qtbot.waitUntil(lambda: (tmp_path / "second.svg").exists())
    assert not (tmp_path / "first.svg").exists()
    export.shutdown()


def test_an_export_is_finished_when_the_window_closes(harness, tmp_path):
    export = PictureExport(harness.document, None, harness.window)
    export.export_to(tmp_path / "network.svg")
    export.shutdown()
    assert texts_of((tmp_path / "network.svg").read_bytes())
