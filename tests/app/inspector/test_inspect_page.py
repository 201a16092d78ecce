import gc
import weakref

import pytest
from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.document import Document, edits
from app.inspector import InspectPage
from app.inspector.layer_strip import LayerStrip
from app.inspector.maps.bar_chart import BarChart
from app.inspector.reconstruction.picture import Picture
from app.inspector.samples.sample_thumbnails import SampleThumbnails
from app.inspector.samples.scatter_plot import ScatterPlot
from app.training import Inspection, Session
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.picture_table import PictureTable


def test_a_network_with_a_problem_says_what_to_do_and_recovers(digits):
    project = digits.document.project
    digits.document.apply(edits.change_settings(project, "conv_1", {"filters": 0}))
    digits.wait(lambda: digits.find(QWidget, "problem").isVisible())
    assert "conv_1" in digits.text("problem")
    assert "as soon as this is solved" in digits.text("problem")
    digits.document.undo_stack.undo()
    digits.wait(lambda: digits.inspector.page_layout.isVisible())
    digits.wait_for_reconstruction("conv_2")


def test_the_layers_before_a_problem_can_be_inspected(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.document.apply(edits.remove_layers(digits.document.project, ["flatten_1"]))
    digits.wait(lambda: digits.inspection.partial_trace is not None)
    assert digits.inspector.page_layout.isVisible()
    limit = digits.find(QWidget, "limit")
    assert limit.isVisible()
    assert "Linear needs a vector" in limit.text()
    assert limit.text().endswith("The layers before it are shown.")
    assert limit.height() >= limit.heightForWidth(limit.width())
    assert digits.text("verdict").endswith("no prediction before the problem is solved")
    assert not digits.find(QWidget, "scores").isVisible()
    digits.document.select(("conv_1",))
    assert digits.wait_for_reconstruction("conv_1").image.any()
    digits.document.undo_stack.undo()
    digits.wait(lambda: "predicted" in digits.text("verdict"))
    assert not limit.isVisible()
    assert digits.find(QWidget, "scores").isVisible()


def test_a_hidden_inspector_does_nothing_until_it_is_shown(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.inspector.hide()
    digits.document.select(("relu_1",))
    digits.inspection.select_sample(9)
    digits.wait(lambda: digits.inspection.sample_trace.index == 9)
    assert digits.find(LayerStrip, "layers").current == "conv_2"
    digits.inspector.show()
    digits.wait_for_reconstruction("relu_1")
    assert digits.find(LayerStrip, "layers").current == "relu_1"


@pytest.mark.parametrize("size", [(640, 400), (1024, 700), (1440, 900), (2000, 1200)])
def test_every_size_is_usable(digits, size):
    digits.wait_for_reconstruction("conv_2")
    page = digits.inspector
    page.resize(*size)
    for _ in range(8):  # layouts inside layouts settle one after the other
        QApplication.processEvents()
    assert page.size() == QSize(*size)
    strip, grid = digits.find(LayerStrip, "layers"), digits.find(ImageGrid, "maps")
    assert strip.viewport().rect().intersects(strip.visualItemRect(strip.currentItem()))
    assert grid.viewport().height() >= 2 * grid.image_rect(0).height()

    def too_small():
        parts = [part for part in page.findChildren(QWidget) if part.objectName().startswith("inspector_")]
        return [
            part.objectName()
            for part in parts
            if part.isVisible()
            and not (
                part.width() >= part.minimumSizeHint().width() and part.height() >= part.minimumSizeHint().height()
            )
        ]

    digits.wait(lambda: too_small() == [])  # thumbnails in rows know their height when they know their width


def test_the_reconstruction_is_large_in_a_window_of_1440_by_900(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.inspector.resize(1376, 790)  # what rail, menu, toolbar and status bar leave
    QApplication.processEvents()
    picture = digits.find(Picture, "reconstruction")
    assert min(picture.width(), picture.height()) >= 300
    inside = picture.rect().translated(picture.mapTo(digits.inspector, picture.rect().topLeft()))
    assert digits.inspector.rect().contains(inside)


def test_points_have_their_plane_in_the_middle_and_bars_beside_it(circle):
    points, bars = circle.find(ScatterPlot, "points"), circle.find(BarChart, "vector")
    assert points.isVisible()
    assert bars.isVisible()
    assert points.mapTo(circle.inspector, points.rect().topRight()).x() < bars.mapTo(circle.inspector, QPoint()).x()
    assert not circle.find(Picture, "reconstruction").isVisible()
    assert circle.find(QWidget, "points_hint").isVisible()
    circle.document.apply(edits.change_data(circle.document.project, source="digits"))
    circle.wait(lambda: not points.isVisible())
    assert not circle.find(QWidget, "points_hint").isVisible()


def test_a_hidden_page_paints_no_thumbnails(digits, monkeypatch):
    grid = digits.find(PictureTable, "samples")
    digits.inspector.hide()
    painted = []
    paint = SampleThumbnails.picture
    monkeypatch.setattr(SampleThumbnails, "picture", lambda *asked: painted.append(asked) or paint(*asked))
    digits.document.apply(edits.change_data(digits.document.project, test=0.5))
    digits.wait(lambda: digits.inspection.samples is not None and grid.count > 800)
    assert not painted
    digits.inspector.show()
    digits.wait(lambda: painted)


def test_tab_reaches_every_control(digits):
    digits.wait_for_reconstruction("conv_2")
    digits.inspector.activateWindow()
    names = set()
    widget = digits.inspector
    for _ in range(400):
        widget = widget.nextInFocusChain()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            names.add(widget.objectName())
    expected = ["samples", "mistakes_only", "class_filter", "layers", "own_scale", "maps", "map", "input"]
    expected += ["reconstruction", "overlay", "smooth", "crop", "contrast", "zoom_in", "zoom_out", "zoom_all", "save"]
    expected += [
        "method_deconvnet",
        "method_occlusion",
        "compare",
        "strongest",
        "whole_map",
        "random_weights",
        "show_sum",
    ]
    assert {f"inspector_{name}" for name in expected} <= names


def test_every_control_has_a_name_for_screen_readers(digits):
    digits.wait_for_reconstruction("conv_2")
    for widget in digits.inspector.findChildren(QWidget):
        if widget.objectName().startswith("inspector_") and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert widget.accessibleName(), widget.objectName()


def test_a_closed_inspector_is_deleted(qtbot, digits):
    document, inspection = digits.document, digits.inspection
    inspector = InspectPage(document, inspection)
    with qtbot.waitSignal(inspector.state.reconstruction_changed):
        inspector.show()
    inspector.close()
    inspector.deleteLater()
    reference = weakref.ref(inspector)
    del inspector
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert reference() is None
    # The inspection continues without it.
    inspection.select_sample(1)
    digits.wait(lambda: inspection.sample_trace.index == 1)


def test_an_empty_network_says_what_to_do(qtbot):
    document = Document()
    session = Session(document)
    inspection = Inspection(document, session)
    inspector = InspectPage(document, inspection)
    qtbot.addWidget(inspector)
    inspector.show()
    problem = inspector.findChild(QWidget, "inspector_problem")
    qtbot.waitUntil(problem.isVisible)
    assert "The network has no layers yet. Add one from the palette." in problem.text()
    inspection.shutdown()
