"""The plot of the embedding: clicks, keys, words and files."""

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton

from app.inspector.embedding.class_legend import ClassLegend
from app.inspector.embedding.embedding_plot import EmbeddingPlot
from app.inspector.part_computation import PartStatus
from app.widgets.choice_box import ChoiceBox


@pytest.fixture
def plot(embedding):
    """The plot with its points."""
    embedding.wait_for_points()
    return embedding.harness.find(EmbeddingPlot, "embedding_plot")


def lonely(points):
    """Return the index of the point that is farthest from its nearest neighbour."""
    distances = ((points[:, np.newaxis] - points) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    return int(distances.min(axis=1).argmax())


def test_a_click_on_a_point_chooses_its_sample(embedding, plot):
    index = lonely(embedding.model.result.value.points)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=plot.place_of(index).toPoint())
    embedding.harness.wait(lambda: embedding.harness.inspection.sample_trace.index == index)
    assert embedding.model.current == index


def test_the_mouse_shows_the_example_under_it(embedding, plot):
    index = lonely(embedding.model.result.value.points)
    value, labels = embedding.model.result.value, embedding.harness.inspection.samples.labels
    QTest.mouseMove(plot.viewport(), plot.place_of(index).toPoint())
    embedding.harness.wait(lambda: embedding.harness.text("embedding_hovered") != "")
    assert embedding.harness.text("embedding_hovered").split("\n") == [
        f"test example {index}",
        f"class {labels[index]}",
        f"predicted {value.predictions[index]}",
    ]


def test_the_keys_step_through_the_examples_and_zoom(embedding, plot):
    before = plot.getPlotItem().vb.viewRange()[0]
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    narrow = plot.getPlotItem().vb.viewRange()[0]
    assert narrow[1] - narrow[0] == pytest.approx(0.8 * (before[1] - before[0]))
    QTest.keyClick(plot, Qt.Key.Key_Home)
    wide = plot.getPlotItem().vb.viewRange()[0]
    assert wide[1] - wide[0] > narrow[1] - narrow[0]
    QTest.keyClick(plot, Qt.Key.Key_Right)
    embedding.harness.wait(lambda: embedding.harness.inspection.sample_trace.index == 1)


def test_the_axes_say_how_much_of_the_variance_they_explain(embedding, plot):
    first, second = embedding.model.result.value.shares
    labels = [plot.getPlotItem().getAxis(side).labelText for side in ("bottom", "left")]
    assert labels == [
        f"component 1 · {100 * first:.1f}\N{NO-BREAK SPACE}% of the variance",
        f"component 2 · {100 * second:.1f}\N{NO-BREAK SPACE}%",
    ]


def test_the_legend_names_the_classes(embedding, plot):
    legend = embedding.harness.find(ClassLegend, "embedding_legend")
    assert legend.accessibleName() == "Classes: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_the_controls_choose_layer_and_part(embedding, plot):
    layers = embedding.harness.find(ChoiceBox, "embedding_layer")
    layers.activated.emit(layers.findData("relu_2"))
    assert embedding.wait_for_points().key.layer == "relu_2"
    assert layers.currentData() == "relu_2"
    embedding.harness.find(ChoiceBox, "embedding_part").activated.emit(1)
    assert embedding.wait_for_points().key.part == "validation"
    embedding.harness.find(QCheckBox, "embedding_follows").click()
    assert embedding.wait_for_points().key.layer == embedding.harness.inspector.state.layer


def test_the_button_cancels_and_computes_again(embedding, plot):
    command = embedding.harness.find(QPushButton, "embedding_command")
    assert command.isHidden()
    embedding.model.computation.set_part("training")
    assert command.text() == "Cancel"
    command.click()
    assert embedding.model.computation.status is PartStatus.OFFERED
    command.click()
    assert embedding.wait_for_points().key.part == "training"


def test_the_points_are_saved_as_picture_drawing_and_table(embedding, plot, tmp_path):
    for kind in ("png", "svg", "csv"):
        path = tmp_path / f"points.{kind}"
        embedding.panel.export_to(path)
        embedding.harness.wait(lambda path=path: embedding.harness.text("embedding_report") == f"Saved {path.name}.")
    assert QImage(str(tmp_path / "points.png")).width() >= 2 * plot.width()
    assert (tmp_path / "points.svg").read_text().count("<path") > 100
    with (tmp_path / "points.csv").open(newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["example", "class", "predicted", "component_1", "component_2"]
    assert len(rows) == 359
    value = embedding.model.result.value
    assert [float(number) for number in rows[7][3:]] == value.points[7].tolist()
    assert rows[7][2] == str(value.predictions[7])


def test_a_file_that_cannot_be_written_is_reported(embedding, plot, tmp_path):
    embedding.panel.export_to(tmp_path / "missing" / "points.csv")
    embedding.harness.wait(lambda: "Could not save the embedding." in embedding.harness.text("embedding_report"))
    assert embedding.harness.find(QLabel, "embedding_report").property("danger")


def test_a_click_beside_the_points_changes_nothing(embedding, plot):
    before = embedding.harness.inspection.index
    plot.getPlotItem().vb.setRange(xRange=(1e6, 1e6 + 1), yRange=(1e6, 1e6 + 1))
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(plot.width() // 2, plot.height() // 2))
    assert embedding.harness.inspection.index == before


def test_every_control_has_a_name(embedding, plot):
    for kind in (ChoiceBox, QCheckBox, QPushButton, EmbeddingPlot):
        for widget in embedding.panel.findChildren(kind):
            if widget.isVisible():
                assert widget.objectName().startswith("inspector_embedding_")
                assert widget.accessibleName(), widget.objectName()


def test_a_narrow_plot_has_short_names_of_its_axes(embedding, plot):
    names = ("the long name of this axis" * 5, "its short name", "1")
    plot.label_axes(names, names)
    texts = []
    for size in (300, 100, 2000):
        plot.setFixedSize(size, size)
        embedding.harness.wait(lambda size=size: abs(plot.getPlotItem().vb.width() - size) < 90)
        texts.append([plot.getPlotItem().getAxis(side).labelText for side in ("bottom", "left")])
    assert texts == [[names[1]] * 2, [names[2]] * 2, [names[0]] * 2]
