import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QPushButton, QWidget

from app.document import edits
from app.inspector.maps.bar_chart import BarChart
from app.inspector.samples.sample_browser import SampleBrowser
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.samples.scatter_plot import ScatterPlot
from app.training.plane_map import compute_plane_map
from app.training.sample_trace import predict_classes
from app.widgets.images.colormaps import diverging_image
from app.widgets.images.picture_table import PictureTable
from app.widgets.map_pixels import image_pixels
from app.widgets.theme.theme import current_theme
from tinyml.learner.objective import Objective


def wait_until_painted(harness):
    """Wait until the points are painted with all changes so far, or not painted because they are hidden."""
    plot = harness.find(ScatterPlot, "points")
    harness.wait(lambda: not plot._paint_timer.isActive())


def test_points_are_a_scatter_plot_and_a_hint_says_why_there_are_no_maps(circle):
    assert circle.find(ScatterPlot, "points").isVisible()
    assert not circle.find(PictureTable, "samples").isVisible()
    assert not circle.find(QWidget, "input").isVisible()
    assert not circle.find(QWidget, "steps").isVisible()
    assert "points, not images" in circle.text("points_hint")
    assert circle.find(BarChart, "vector").values.shape == (2,)


def test_the_bars_follow_the_selected_layer(circle):
    circle.document.select(("relu_1",))
    bars = circle.find(BarChart, "vector")
    assert bars.values.shape == (8,)
    # The loss compares the two outputs with class targets, so they do not stand for one class each.
    circle.document.select(("linear_2",))
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert bars.describe(0).startswith("unit 0: ")


def test_arrow_keys_step_through_the_points(circle):
    plot = circle.find(ScatterPlot, "points")
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert circle.inspection.index == 2
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert circle.inspection.index == 1
    circle.wait(lambda: circle.inspection.sample_trace.index == 1)
    assert circle.text("verdict").startswith("true ")


def test_a_regression_shows_its_points_and_the_predicted_curve(make_harness, project_of):
    layers = (("Linear", "linear_1", {"outputs": 4}), ("Tanh", "tanh_1", {}), ("Linear", "linear_2", {"outputs": 1}))
    harness = make_harness(project_of(layers, "sine", loss="mse_loss"))
    plot = harness.find(ScatterPlot, "points")
    harness.wait(lambda: plot._curve.getData()[0] is not None and len(plot._curve.getData()[0]) > 100)
    (x, y), samples = plot._curve.getData(), harness.inspection.samples
    expected = harness.inspection.snapshot.make_net().predict(np.asarray(x, np.float32)[:, np.newaxis])[:, 0]
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(plot._points, np.hstack([samples.inputs, samples.targets]))
    # Both axes count the same, though the horizontal numbers differ less.
    place = plot._points[31] + [0.0, 0.02]
    scaled = (plot._points - place) / (plot.plane[1] - plot.plane[0])
    assert plot.nearest(*place) == (scaled**2).sum(axis=1).argmin()
    assert harness.text("points_hint").endswith("prediction for other points.")


def test_a_click_picks_the_nearest_point(circle):
    plot = circle.find(ScatterPlot, "points")
    circle.wait(lambda: plot.width() == plot.maximumWidth())  # no layout moves the points any more
    wanted = 17
    x, y = circle.inspection.samples.inputs[wanted]
    view = plot._plot
    scene = view.getPlotItem().vb.mapViewToScene(QPointF(x, y))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(scene))
    assert circle.inspection.index == plot.nearest(float(x), float(y))
    chosen = circle.inspection.samples.inputs[circle.inspection.index]
    assert np.abs(chosen - [x, y]).max() < 0.02


def test_mistakes_only_shows_the_wrong_points(circle):
    circle.find(QPushButton, "mistakes_only").click()
    shown = circle.inspector.findChild(SampleBrowser).shown
    expected = np.flatnonzero(circle.inspection.predictions != circle.inspection.samples.labels)
    assert np.array_equal(shown, expected)
    circle.train()
    browser, samples = circle.inspector.findChild(SampleBrowser), circle.inspection.samples
    net = circle.session.snapshot.make_net()
    trained = Objective("mse_loss", samples.class_targets).classes(net.predict(samples.inputs))
    wrong = np.flatnonzero(trained != samples.labels)
    circle.wait(lambda: np.array_equal(browser.shown, wrong))


def test_the_decision_map_shows_what_the_network_predicts(circle):
    circle.train()
    sample_trace, samples = circle.inspection.sample_trace, circle.inspection.samples
    decision_map = compute_plane_map(sample_trace.snapshot, samples, np.zeros(2), np.ones(2), size=10, predicts=True)
    assert decision_map.grid.shape == (10, 10, 2)
    assert decision_map.grid.sum(axis=2) == pytest.approx(np.ones((10, 10)), abs=1e-5)
    net = sample_trace.snapshot.make_net()
    lower_right = net.predict(np.array([[0.95, 0.05]], np.float32))[0]
    distances = ((lower_right - samples.class_targets) ** 2).sum(axis=1)
    assert decision_map.grid[0, 9].argmax() == distances.argmin()
    assert np.array_equal(decision_map.predictions, predict_classes(sample_trace.snapshot, samples))
    circle.wait(lambda: circle.find(ScatterPlot, "points")._map_image.image is not None)


def test_the_decision_map_is_computed_off_the_gui_thread(circle, monkeypatch):
    threads = []

    def compute(*arguments, **named):
        threads.append(threading.get_ident())
        return compute_plane_map(*arguments, **named)

    monkeypatch.setattr("app.inspector.samples.decision_map_controller.compute_plane_map", compute)
    circle.train()
    panel = circle.inspector.findChild(SamplePanel)._points
    circle.wait(lambda: panel.decision_maps.snapshot is circle.session.snapshot)
    assert threads
    assert threading.get_ident() not in threads


def test_a_large_network_has_a_decision_map_too(make_harness, project_of):
    layers = (
        ("Linear", "linear_1", {"outputs": 200}),
        ("ReLu", "relu_1", {}),
        ("Linear", "linear_2", {"outputs": 200}),
        ("Linear", "linear_3", {"outputs": 2}),
    )
    harness = make_harness(project_of(layers, "circle", loss="mse_loss"))
    harness.wait(lambda: harness.find(ScatterPlot, "points")._map_image.image is not None)


def test_the_points_are_painted_once_for_each_change(circle, monkeypatch):
    plot = circle.find(ScatterPlot, "points")
    panel = circle.inspector.findChild(SamplePanel)._points
    circle.wait(lambda: panel.decision_maps.snapshot is not None)
    wait_until_painted(circle)
    painted = []
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    circle.inspection.predictions_changed.emit()
    wait_until_painted(circle)
    assert len(painted) == 1
    circle.inspection.samples_changed.emit()
    wait_until_painted(circle)
    assert len(painted) == 2


def test_points_that_are_hidden_are_painted_when_they_are_shown(circle, monkeypatch):
    plot = circle.find(ScatterPlot, "points")
    wait_until_painted(circle)
    painted = []
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    plot.show_predictions(None)
    circle.inspector.hide()
    wait_until_painted(circle)
    assert not painted
    circle.inspector.show()
    circle.wait(lambda: painted)


def test_a_hidden_inspector_requests_no_decision_map_until_it_is_shown(circle, monkeypatch):
    panel, plot = circle.inspector.findChild(SamplePanel)._points, circle.find(ScatterPlot, "points")
    circle.wait(lambda: panel.decision_maps.snapshot is not None)
    circle.inspector.hide()
    requests, painted = [], []
    monkeypatch.setattr(
        "app.inspector.samples.decision_map_controller.compute_plane_map",
        lambda *_arguments, **_named: requests.append(1),
    )
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    circle.train()
    circle.wait(lambda: circle.inspection.predictions is not None)
    job = circle.inspection.submit(lambda: None)  # it runs after every request so far
    circle.wait(lambda: job.state.ended)
    wait_until_painted(circle)
    assert not requests
    assert not painted
    monkeypatch.undo()
    circle.inspector.show()
    circle.wait(lambda: panel.decision_maps.snapshot is circle.session.snapshot)


def test_the_plane_is_no_wider_than_its_points_need(circle):
    plot = circle.find(ScatterPlot, "points")
    circle.wait(lambda: plot.width() == plot.maximumWidth())
    (left, right), (low, high) = plot._plot.getPlotItem().vb.viewRange()
    assert right - left < 1.6
    assert high - low < 1.6


def test_the_axes_of_a_table_have_the_names_of_its_first_columns(qtbot) -> None:
    plot = ScatterPlot()
    qtbot.addWidget(plot)
    rows = np.array([[100.0, 1.0, 0.0], [200.0, 2.0, 1.0]])
    plot.show_samples(rows, np.array([0, 1]), ("cheap", "dear"), ("area <b>", "rooms"))
    axes = [plot._plot.getAxis(side) for side in ("bottom", "left")]
    assert [axis.labelText for axis in axes] == ["area &lt;b&gt;", "rooms"]
    assert all(axis.label.isVisible() for axis in axes)
    assert not plot._plot.getViewBox().state["aspectLocked"]
    plot.show_samples(rows[:, :2], np.array([0, 1]), ("cheap", "dear"))
    assert not any(axis.label.isVisible() for axis in axes)
    assert plot._plot.getViewBox().state["aspectLocked"]


def test_a_click_on_a_bar_shows_the_unit_over_the_plane_until_it_is_switched_off(circle):
    circle.train()
    plot, bars = circle.find(ScatterPlot, "points"), circle.find(BarChart, "vector")
    circle.document.select(("relu_1",))
    maps = circle.inspector.findChild(SamplePanel).decision_maps
    circle.wait(lambda: maps.snapshot is circle.session.snapshot)
    classes = plot._map_image.image.copy()
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.bar_rect(3).center().toPoint())
    assert (maps.layer, maps.unit) == ("relu_1", 3)
    low, high = plot.plane
    snapshot, samples = circle.session.snapshot, circle.inspection.samples
    values = compute_plane_map(snapshot, samples, low, high, "relu_1").unit_grid(3)
    expected = image_pixels(diverging_image(values, current_theme().dark))
    circle.wait(lambda: np.array_equal(plot._map_image.image, expected))
    circle.document.select(("linear_1",))  # the checkbox stays: the unit of the other layer follows
    circle.wait(lambda: not np.array_equal(plot._map_image.image, expected))
    assert maps.layer == "linear_1"
    circle.find(QCheckBox, "unit_plane").click()
    circle.wait(lambda: np.array_equal(plot._map_image.image, classes))


def test_a_unit_of_a_layer_that_is_removed_gives_way_to_another(circle):
    circle.document.select(("relu_1",))
    circle.find(QCheckBox, "unit_plane").click()
    maps = circle.inspector.findChild(SamplePanel).decision_maps
    assert maps.layer == "relu_1"
    circle.document.apply(edits.remove_layers(circle.document.project, ["relu_1"]))
    circle.wait(lambda: maps.layer == "linear_2")
    circle.wait(lambda: maps.snapshot is circle.inspection.snapshot)


def test_images_offer_no_unit_over_the_plane(digits):
    digits.document.select(("linear_1",))
    assert not digits.find(QCheckBox, "unit_plane").isVisible()
