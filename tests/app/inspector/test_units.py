"""Data that are no images: one target for bars, decision map, sum, top activations and embedding."""

import numpy as np
import pytest
from PySide6.QtWidgets import QAbstractButton, QCheckBox

from app.inspector.embedding.embedding_panel import EmbeddingPanel
from app.inspector.maps.bar_chart import BarChart
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.samples.scatter_plot import ScatterPlot
from app.inspector.steps.arithmetic_window import ArithmeticWindow
from app.inspector.target import Target
from app.inspector.top_activations.top_panel import TopPanel
from app.training.plane_map import compute_plane_map, plane_grid
from app.widgets.images.colormaps import diverging_image
from app.widgets.map_pixels import image_pixels
from app.widgets.theme.theme import current_theme
from tinyml.net import network_to
from tinyml.visualize import randomise, strongest_examples

BLOCK = (
    ("Linear", "linear_1", {"outputs": 6}),
    ("Residual", "residual_1", {"layers": []}),
    ("Tanh", "tanh_1", {}),
    ("Linear", "linear_2", {"outputs": 2}),
)
EVERY = (
    *("linear_1", "residual_1", "residual_1 › linear_1", "residual_1 › relu_1", "residual_1 › linear_2"),
    *("tanh_1", "linear_2"),
)


@pytest.fixture
def points(make_harness, project_of):
    """A network with a block for points of a plane."""
    project = project_of(BLOCK, "circle", loss="mse_loss", momentum=0.0, batch_size=10, epochs=3)
    harness = make_harness(project, (1500, 700))
    harness.wait_for_sample_trace()
    return harness


def outputs_of(harness, layer: str, random: bool = False) -> np.ndarray:
    """Return what a layer gives for the points of the grid behind the samples."""
    samples, snapshot = harness.inspection.samples, harness.inspection.snapshot
    low, high = harness.find(ScatterPlot, "points").plane
    inputs = snapshot.prepare(samples).scale(plane_grid(low, high, 48))
    net = snapshot.make_net()
    found = network_to(randomise(net) if random else net, layer)
    names = [each.name for each in found.layers]
    return type(found)(found.layers[: names.index(layer) + 1]).predict(inputs)


def painted(values: np.ndarray) -> np.ndarray:
    return image_pixels(diverging_image(values.reshape(48, 48), current_theme().dark))


def test_every_unit_of_every_layer_is_the_target_of_all_views(points):
    points.unfold("top_activations")
    state, plot = points.inspector.state, points.find(ScatterPlot, "points")
    assert tuple(state.layers) == EVERY
    top = points.inspector.findChild(TopPanel).model
    points.find(QCheckBox, "unit_plane").click()
    dead: list[bool] = []
    for layer in EVERY:
        state.choose_layer(layer)
        whole = outputs_of(points, layer)
        part = points.inspection.snapshot.prepare(points.inspection.samples)
        net = network_to(points.inspection.snapshot.make_net(), layer)
        strongest = strongest_examples(net, part, layer).examples
        for unit in range(state.map_count):
            state.choose_map(unit)
            assert state.target == Target(layer, unit, (0, 0))
            assert points.find(BarChart, "vector").current == unit
            points.wait(lambda: np.array_equal(plot._map_image.image, painted(whole[:, unit])))  # noqa: B023 (waits here)
            points.wait(lambda: top.result is not None and top.result.key.layer == layer)  # noqa: B023
            assert top.maps == (unit,)
            assert np.array_equal(top.result.value.examples[unit], strongest[unit])
            is_dead = not top.result.value.activations[unit].any()
            assert (f"Unit {unit} is dead: none of the " in top.sentence) == is_dead
            dead.append(is_dead)
            assert points.text("unit_text").startswith(f"Unit {unit} of {layer} gives")
        points.find(QAbstractButton, "unit_sum").click()
        window = points.inspector.findChild(ArithmeticWindow)
        points.wait(lambda: window.arithmetic is not None and window.arithmetic.layer == layer)  # noqa: B023
        points.wait(lambda: window.arithmetic.value == state.output.values[state.map_index])  # noqa: B023
        window.hide()
    assert {*dead} == {True, False}


def test_another_layer_asks_for_one_map_of_its_unit(points, monkeypatch):
    asked = []

    def compute(*arguments, **named):
        asked.append(arguments[4])
        return compute_plane_map(*arguments, **named)

    state, maps = points.inspector.state, points.inspector.findChild(SamplePanel).decision_maps
    state.choose_layer("linear_1")
    maps.set_shows_unit(True)
    points.wait(lambda: maps.snapshot is not None)
    monkeypatch.setattr("app.inspector.samples.decision_map_controller.compute_plane_map", compute)
    state.choose_layer("tanh_1")
    points.wait(lambda: maps.snapshot is not None)
    assert asked == ["tanh_1"]


def test_random_weights_reach_the_unit_over_the_plane_and_the_bars(points):
    state, plot = points.inspector.state, points.find(ScatterPlot, "points")
    state.choose_layer("residual_1 › relu_1")
    state.choose_map(2)
    points.find(QCheckBox, "unit_plane").click()
    own, random = (painted(outputs_of(points, state.layer, random)[:, 2]) for random in (False, True))
    points.wait(lambda: np.array_equal(plot._map_image.image, own))
    points.find(QCheckBox, "unit_random").click()
    points.wait(lambda: np.array_equal(plot._map_image.image, random))
    points.wait(lambda: state.up_to_date)
    assert np.array_equal(points.find(BarChart, "vector").values, state.output.values)
    points.find(QCheckBox, "unit_random").click()
    points.wait(lambda: np.array_equal(plot._map_image.image, own))


def test_a_dense_network_for_a_table_has_units_without_a_plane(make_harness, project_of, tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 4))
    lines = [",".join([*map(str, row), "high" if row.sum() > 0 else "low"]) for row in rows]
    (tmp_path / "table.csv").write_text("\n".join(["a,b,c,d,kind", *lines]), encoding="utf-8")
    layers = (("Linear", "linear_1", {"outputs": 5}), ("ReLu", "relu_1", {}), ("Linear", "linear_2", {"outputs": 2}))
    table = make_harness(project_of(layers, str(tmp_path / "table.csv")))
    table.wait_for_sample_trace()
    for name in ("top_activations", "embedding"):
        table.unfold(name)
    state, top = table.inspector.state, table.inspector.findChild(TopPanel).model
    embedding = table.inspector.findChild(EmbeddingPanel).model
    embedding.set_follows(True)
    assert not table.find(QCheckBox, "unit_plane").isVisible()
    for layer in ("linear_1", "relu_1", "linear_2"):
        state.choose_layer(layer)
        for unit in range(state.map_count):
            state.choose_map(unit)
            assert state.target == Target(layer, unit, (0, 0))
            assert table.find(BarChart, "vector").current == unit
            table.wait(lambda: top.result is not None and top.maps == (unit,))  # noqa: B023
        table.wait(lambda: embedding.result is not None and embedding.result.key.layer == layer)  # noqa: B023
    assert state.sentence == "The sample is not an image, so there are no pixels to show."
    assert table.find(QAbstractButton, "unit_sum").isVisible()


def test_the_bar_of_a_unit_is_for_samples_without_pixels_only(digits):
    digits.document.select(("linear_1",))
    assert not digits.find(QAbstractButton, "unit_sum").isVisible()
    assert not digits.inspector.findChild(SamplePanel).decision_maps.offers_unit
