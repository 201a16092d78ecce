import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QWidget

from app.inspector.bar_chart import BarChart
from app.inspector.points_ground import believed_of
from app.inspector.points_plot import PointsPlot
from app.inspector.sample_panel import SamplePanel
from app.widgets.image_grid import ImageGrid
from tinyml.learner.objective import Objective


def test_points_are_a_scatter_plot_and_say_why_there_are_no_maps(circle):
    assert circle.find(PointsPlot, "points").isVisible()
    assert not circle.find(ImageGrid, "samples").isVisible()
    assert not circle.find(QWidget, "input").isVisible()
    assert not circle.find(QWidget, "way_down_scroll").isVisible()
    assert "points, not images" in circle.text("points_words")
    assert circle.find(BarChart, "vector").values.shape == (2,)


def test_the_bars_follow_the_selected_layer(circle):
    circle.document.select(("relu_1",))
    bars = circle.find(BarChart, "vector")
    assert bars.values.shape == (8,)
    # The two outputs are compared with codes: they do not stand for one class each.
    circle.document.select(("linear_2",))
    QTest.keyClick(bars, Qt.Key.Key_Home)
    assert bars.describe(0).startswith("number 1: ")


def test_arrow_keys_step_through_the_points(circle):
    plot = circle.find(PointsPlot, "points")
    QTest.keyClick(plot, Qt.Key.Key_Right)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert circle.inspection.index == 2
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert circle.inspection.index == 1
    circle.wait(lambda: circle.inspection.view.index == 1)
    assert circle.text("verdict").startswith("true ")


def test_a_regression_shows_its_points_and_the_predicted_curve(make_bench, project_of):
    layers = (("Linear", "linear_1", {"outputs": 4}), ("Tanh", "tanh_1", {}), ("Linear", "linear_2", {"outputs": 1}))
    bench = make_bench(project_of(layers, "sine", loss="mse_loss"))
    plot = bench.find(PointsPlot, "points")
    bench.wait(lambda: plot._curve.getData()[0] is not None and len(plot._curve.getData()[0]) > 100)
    (x, y), samples = plot._curve.getData(), bench.inspection.samples
    expected = bench.inspection.snapshot.make_net().predict(np.asarray(x, np.float32)[:, np.newaxis])[:, 0]
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(plot._points, np.hstack([samples.inputs, samples.targets]))
    # Across counts as much as up, though its numbers differ less.
    place = plot._points[31] + [0.0, 0.02]
    scaled = (plot._points - place) / (plot.plane[1] - plot.plane[0])
    assert plot.nearest(*place) == (scaled**2).sum(axis=1).argmin()
    assert bench.text("points_words").endswith("predicts elsewhere.")


def test_a_click_picks_the_nearest_point(circle):
    plot = circle.find(PointsPlot, "points")
    QTest.qWait(100)
    wanted = 17
    x, y = circle.inspection.samples.inputs[wanted]
    view = plot._plot
    scene = view.getPlotItem().vb.mapViewToScene(QPointF(x, y))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(scene))
    assert circle.inspection.index == plot.nearest(float(x), float(y))
    chosen = circle.inspection.samples.inputs[circle.inspection.index]
    assert np.abs(chosen - [x, y]).max() < 0.02


def test_mistakes_only_leaves_the_wrong_points(circle):
    circle.find(QCheckBox, "mistakes_only").click()
    shown = circle.inspector.findChild(SamplePanel).shown
    expected = np.flatnonzero(circle.inspection.predictions != circle.inspection.samples.labels)
    assert np.array_equal(shown, expected)
    circle.train()
    panel, samples = circle.inspector.findChild(SamplePanel), circle.inspection.samples
    net = circle.session.snapshot.make_net()
    trained = Objective("mse_loss", samples.codes).classes(net.predict(samples.inputs))
    wrong = np.flatnonzero(trained != samples.labels)
    circle.wait(lambda: np.array_equal(panel.shown, wrong))


def test_the_ground_shows_what_the_network_believes(circle):
    circle.train()
    view, samples = circle.inspection.view, circle.inspection.samples
    belief = believed_of(view.snapshot, samples, np.zeros(2), np.ones(2), size=10)
    assert belief.ground.shape == (10, 10, 2)
    assert belief.ground.sum(axis=2) == pytest.approx(np.ones((10, 10)), abs=1e-5)
    net = view.snapshot.make_net()
    lower_right = net.predict(np.array([[0.95, 0.05]], np.float32))[0]
    distances = ((lower_right - samples.codes) ** 2).sum(axis=1)
    assert belief.ground[0, 9].argmax() == distances.argmin()
    circle.wait(lambda: circle.find(PointsPlot, "points")._ground.image is not None)


def test_the_network_is_never_asked_on_the_gui_thread(circle, monkeypatch):
    asked_in = []

    def believed(*arguments):
        asked_in.append(threading.get_ident())
        return believed_of(*arguments)

    monkeypatch.setattr("app.inspector.sample_panel.believed_of", believed)
    circle.train()
    panel = circle.inspector.findChild(SamplePanel)
    circle.wait(lambda: panel._believed_with is circle.session.snapshot)
    assert asked_in
    assert threading.get_ident() not in asked_in


def test_a_large_network_has_a_ground_too(make_bench, project_of):
    layers = (
        ("Linear", "linear_1", {"outputs": 200}),
        ("ReLu", "relu_1", {}),
        ("Linear", "linear_2", {"outputs": 200}),
        ("Linear", "linear_3", {"outputs": 2}),
    )
    bench = make_bench(project_of(layers, "circle", loss="mse_loss"))
    bench.wait(lambda: bench.find(PointsPlot, "points")._ground.image is not None)


def test_the_points_are_painted_once_for_each_change(circle, monkeypatch):
    plot = circle.find(PointsPlot, "points")
    panel = circle.inspector.findChild(SamplePanel)
    circle.wait(lambda: panel._believed_with is not None)
    QTest.qWait(30)
    painted = []
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    circle.inspection.predictions_changed.emit()
    QTest.qWait(30)
    assert len(painted) == 1
    circle.inspection.samples_changed.emit()
    QTest.qWait(30)
    assert len(painted) == 2


def test_points_hidden_before_they_were_painted_wait_until_they_are_seen(circle, monkeypatch):
    plot = circle.find(PointsPlot, "points")
    QTest.qWait(50)
    painted = []
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    plot.show_predictions(None)
    circle.inspector.hide()
    QTest.qWait(30)
    assert not painted
    circle.inspector.show()
    circle.wait(lambda: painted)


def test_a_hidden_inspector_asks_for_nothing_and_catches_up(circle, monkeypatch):
    panel, plot = circle.inspector.findChild(SamplePanel), circle.find(PointsPlot, "points")
    circle.wait(lambda: panel._believed_with is not None)
    circle.inspector.hide()
    asked, painted = [], []
    monkeypatch.setattr("app.inspector.sample_panel.believed_of", lambda *_arguments: asked.append(1))
    monkeypatch.setattr(plot._scatter, "setData", lambda **_data: painted.append(1))
    circle.train()
    circle.wait(lambda: circle.inspection.predictions is not None)
    QTest.qWait(30)
    assert not asked
    assert not painted
    monkeypatch.undo()
    circle.inspector.show()
    circle.wait(lambda: panel._believed_with is circle.session.snapshot)


def test_the_plane_is_no_wider_than_its_points_need(circle):
    plot = circle.find(PointsPlot, "points")
    circle.wait(lambda: plot.width() == plot.maximumWidth())
    view = plot._plot.getPlotItem().vb
    (left, right), (low, high) = view.viewRange()
    assert right - left < 1.6
    assert high - low < 1.6
