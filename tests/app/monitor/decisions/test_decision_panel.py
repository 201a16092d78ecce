"""The tab "Decision map": points, the map of the newest weights, and the maps of the units of a layer."""

import threading

import numpy as np
import pytest

from app.document.edits import change_data
from app.monitor.decisions import mapper as mapper_module
from app.monitor.decisions.plane_points import NO_PLANE, find_obstacle
from app.training.plane_map import compute_plane_map
from tests.app.monitor.predictions.conftest import DIGITS, MOONS, SINE
from tinyml.core import DataError
from tinyml.data import DataChoice, load_choice


def test_points_are_shown_before_the_first_run(make) -> None:
    harness = make(MOONS)
    harness.wait(lambda: harness.window.mapper.points is not None)
    points = harness.window.mapper.points
    assert harness.window.plot.point_counts == (len(points.training), len(points.validation))
    assert harness.window.plot.pixels is None
    assert "Press Train" in harness.window.sentence


def test_the_whole_plane_is_visible_in_a_wide_panel(make) -> None:
    harness = make(MOONS)
    plot = harness.window.plot
    harness.wait(lambda: plot.point_counts[0] > 0)
    harness.window.resize(1200, 300)
    harness.wait(lambda: plot.width() < 400 and plot.mouse_area.width() <= plot.width())
    corner = plot.to_mouse(plot.plane[1])
    assert corner.x() <= plot.mouse_area.width()


def test_the_background_is_the_predicted_class(make) -> None:
    harness = make(MOONS)
    harness.train()
    found, low = harness.found, harness.window.mapper.points.plane[0]
    pixels = harness.window.plot.pixels
    assert pixels.shape[:2] == found.grid.shape[:2]
    classes = found.grid.argmax(axis=2)
    colors = {tuple(pixels[classes == number][0, :3]) for number in np.unique(classes)}
    assert len(colors) == len(np.unique(classes)) == 2
    # The first row of the grid is the lowest one, as in the plot.
    assert found.places[0] == pytest.approx(low + (found.places[1][0] - found.places[0][0]) / 2, abs=0.1)


def test_the_map_agrees_with_the_predictions_of_the_network(make) -> None:
    harness = make(MOONS)
    harness.train()
    snapshot, samples = harness.session.snapshot, harness.window.mapper.points.samples
    found = compute_plane_map(snapshot, samples, np.zeros(2), np.ones(2), "tanh", size=4)
    prepared = snapshot.prepare(samples)
    net = snapshot.make_net()
    expected = net.predict(prepared.scale(found.places))
    assert np.array_equal(found.output.argmax(axis=1), expected.argmax(axis=1))
    hidden = np.tanh(prepared.scale(found.places) @ net["linear_8"].weight.tensor.T + net["linear_8"].bias.tensor)
    assert np.allclose(found.units, hidden, atol=1e-5)
    assert found.unit_count == 8


def test_each_unit_has_a_small_map_and_a_click_shows_it_large(make) -> None:
    harness = make(MOONS)
    harness.train()
    harness.wait(lambda: harness.found.layer == "tanh")
    harness.wait_until_shown()
    assert len(harness.window.thumbnails.images) == 8
    output = harness.window.plot.pixels.copy()
    harness.window.thumbnails.picked.emit(3)
    assert harness.window.sentence.startswith("Unit 4 of tanh")
    assert not np.array_equal(harness.window.plot.pixels, output)
    harness.window._output.click()
    assert np.array_equal(harness.window.plot.pixels, output)


def test_the_units_of_another_layer(make) -> None:
    harness = make(MOONS)
    harness.train()
    harness.window.choose_unit("linear_2", 1)
    assert not harness.window.sentence.startswith("Unit 2 of tanh")  # the layer before
    harness.wait(lambda: harness.found.layer == "linear_2")
    harness.wait_until_shown()
    assert harness.window.sentence.startswith("Unit 2 of linear_2")
    assert len(harness.window.thumbnails.images) == 2


def test_a_unit_that_is_asked_for_before_there_is_a_map_is_shown_with_it(make) -> None:
    harness = make(MOONS)
    harness.window.choose_unit("linear_8", 3)
    harness.train()
    harness.wait(lambda: harness.found.layer == "linear_8")
    harness.wait_until_shown()
    assert harness.window.sentence.startswith("Unit 4 of linear_8")
    assert harness.window.thumbnails.current == 3
    assert harness.window._layer.currentData() == "linear_8"


def test_one_input_and_one_number_are_a_curve(make) -> None:
    harness = make(SINE)
    harness.train()
    x, y = harness.window.plot.curve
    assert np.array_equal(y, harness.found.output[:, 0])
    assert np.all(np.diff(x) > 0)
    assert harness.window.thumbnails.isHidden()
    assert "curve" in harness.window.sentence


def test_maps_are_computed_off_the_gui_thread(make, monkeypatch) -> None:
    threads = []

    def record(*arguments):
        threads.append(threading.current_thread())
        return compute_plane_map(*arguments)

    monkeypatch.setattr(mapper_module, "compute_plane_map", record)
    make(MOONS).train()
    assert threads
    assert threading.main_thread() not in threads


def test_a_hidden_panel_computes_nothing_and_catches_up(make, monkeypatch) -> None:
    harness = make(MOONS)
    harness.wait(lambda: harness.window.mapper.points is not None)
    harness.window.hide()
    harness.session.start()
    harness.wait(lambda: not harness.session.state.active)
    assert harness.found is None
    harness.window.show()
    harness.wait(lambda: harness.found is not None and harness.found.snapshot is harness.session.snapshot)


def test_other_data_bring_other_points_and_keep_the_weights(make) -> None:
    harness = make(MOONS)
    harness.train()
    before = harness.window.mapper.points
    harness.document.apply(change_data(harness.document.project, seed=5))
    harness.wait(lambda: harness.window.mapper.points is not before)
    harness.wait(lambda: harness.found.snapshot is harness.session.snapshot)


def test_data_without_a_plane_say_what_to_do(make) -> None:
    harness = make(DIGITS)
    harness.wait(lambda: harness.document.data is not None)
    assert harness.window.obstacle == NO_PLANE
    assert find_obstacle(None) != ""
    assert find_obstacle(load_choice(DataChoice(source="circle")).description) == ""


def test_the_picture_of_other_data_does_not_stay_behind(make) -> None:
    harness = make(SINE)
    plot = harness.window.plot
    plot.show_numbers(np.zeros((4, 4)))
    assert plot.pixels is not None
    plot.show_curve(np.arange(3.0), np.arange(3.0))
    assert plot.pixels is None
    plot.show_numbers(np.zeros((4, 4)))
    assert len(plot.curve[0]) == 0


def test_data_that_cannot_be_read_are_read_again_only_when_somebody_looks_again(make, monkeypatch) -> None:
    reads: list[DataChoice] = []

    def fail(choice: DataChoice) -> None:
        reads.append(choice)
        raise DataError("The file is gone. Bring it back.")

    harness = make(MOONS)
    harness.train()
    monkeypatch.setattr(mapper_module, "collect_points", fail)
    harness.document.apply(change_data(harness.document.project, seed=5))
    harness.wait(lambda: harness.window.sentence == "The file is gone. Bring it back.")
    assert harness.window.plot.point_counts == (0, 0)
    assert harness.window.plot.pixels is None
    for _ in range(3):
        harness.session.snapshot_changed.emit()
    harness.wait(lambda: not harness.window.mapper._points_job.busy)
    assert len(reads) == 1
    monkeypatch.undo()
    harness.window.hide()
    harness.window.show()
    harness.wait(lambda: harness.found is not None and harness.window.plot.point_counts[0] > 0)


def test_after_a_map_that_failed_another_layer_is_mapped(make, monkeypatch) -> None:
    harness = make(MOONS)
    harness.train()

    def fail(*arguments: object) -> None:
        raise DataError("No map.")

    monkeypatch.setattr(mapper_module, "compute_plane_map", fail)
    harness.window.mapper.choose_layer("linear_8")
    harness.wait(lambda: harness.window.mapper.message == "No map." and harness.found is None)
    monkeypatch.undo()
    assert harness.window.mapper._pause.isActive()  # so new weights do not start it again at once
    harness.window.mapper.layer = "linear_2"
    harness.wait(lambda: harness.found is not None and harness.found.layer == "linear_2")
