"""Tests of the inspector's state. The jobs of its inspection end when the test says so."""

import numpy as np
import pytest

from app.document import Document
from app.inspector.requests import SHORTEST_PAUSE_MS, Status
from app.inspector.state import InspectorState
from app.inspector.target import Method, Target
from app.jobs import JobState
from tests.app.inspector.conftest import STATE_LAYERS
from tinyml.layers import Conv2D, Flatten, ReLU


def test_an_inactive_state_is_idle_and_requests_nothing(document, inspection):
    state = InspectorState(document, inspection)
    assert (state.status, state.target, state.layer) == (Status.IDLE, None, "")
    assert (state.maps, state.map_values, state.map_index, state.receptive_field) == (None, None, -1, None)
    assert inspection.targets == []


def test_the_strongest_activation_of_the_selected_layer_is_reconstructed(state, inspection):
    assert state.layer == "conv_1"
    assert state.methods == (Method.DECONVNET,)
    assert inspection.targets == [state.target] == [Target("conv_1", state.map_index)]
    assert (state.status, state.reconstruction, state.position) == (Status.STALE, None, None)
    inspection.answer()
    assert (state.status, state.sentence) == (Status.SHOWN, "")
    assert state.map_values[state.position] == state.map_values.max() == state.reconstruction.activation
    assert state.receptive_field == state.reconstruction.receptive_field


def test_each_command_changes_the_target_at_once(state, inspection, signals):
    other = (state.map_index + 1) % 4
    state.choose_map(other)
    state.choose_position(2, 3)
    assert state.position == (2, 3)
    state.choose_strongest()
    assert inspection.targets[1:] == [Target("conv_1", other), Target("conv_1", other, (2, 3)), Target("conv_1", other)]
    assert signals.take() == ["target"] * 3
    inspection.answer()
    assert signals.take() == ["reconstruction"]


def test_a_command_that_changes_nothing_is_silent(state, inspection, signals):
    state.choose_map(state.map_index)
    state.choose_strongest()
    state.set_own_scale(True)
    state.choose_layer("conv_1")
    state.set_active(True)
    state.choose_position(4, 4)
    assert signals.take() == ["target"]
    state.choose_position(4, 4)
    assert signals.take() == []
    assert len(inspection.targets) == 2


@pytest.mark.parametrize("command", [("choose_map", 4), ("choose_map", -1), ("choose_position", 8, 0)])
def test_a_map_or_position_that_does_not_exist_is_ignored(state, signals, command):
    name, *arguments = command
    target = state.target
    getattr(state, name)(*arguments)
    assert state.target == target
    assert signals.take() == []


def test_another_layer_keeps_the_chosen_map_and_drops_the_position(state, document, inspection, signals):
    state.choose_map(3)
    state.choose_position(1, 1)
    signals.take()
    state.choose_layer("relu_1")
    assert document.selection == ("relu_1",)
    assert signals.take() == ["output", "target"]
    state.choose_layer("conv_1")
    assert state.target == Target("conv_1", 3)


def test_for_a_layer_inside_a_block_the_outermost_block_is_shown(project_of, inspection):
    document = Document(project_of((STATE_LAYERS[0], ("Residual", "relu_1", {}), *STATE_LAYERS[2:]), "digits"))
    state = InspectorState(document, inspection)
    state.set_active(True)
    document.select(("linear_1",))
    # Inside the block there is a layer called conv_1 too.
    document.select(("conv_1",), block=("relu_1",))
    assert state.layer == "relu_1"


def test_a_unit_of_a_dense_layer_is_a_target(state, document, inspection, signals):
    document.select(("linear_1",))
    assert (state.maps, state.map_values, state.map_count) == (None, None, 10)
    assert state.map_index == state.output.values.argmax()
    assert state.target == Target("linear_1", state.map_index, (0, 0))
    assert signals.take() == ["output", "target"]
    state.choose_position(2, 2)
    state.choose_strongest()
    state.choose_whole_map()
    state.choose_map(10)
    assert signals.take() == []
    state.choose_map(4)
    assert inspection.targets[-1] == Target("linear_1", 4, (0, 0))
    assert state.position is None


def test_a_sample_that_is_no_image_has_a_target_without_pixels_and_says_so(state, inspection, signals):
    inspection.change(picture=np.zeros(2))
    target = Target("conv_1", state.map_index)
    assert (state.target, state.status, state.reconstruction) == (target, Status.IDLE, None)
    assert not state.shows_pixels
    assert state.up_to_date
    assert state.sentence == "The sample is not an image, so there are no pixels to show."
    assert signals.take() == ["output", "reconstruction"]
    state.choose_map((state.map_index + 1) % 4)
    assert signals.take() == ["target"]
    assert len(inspection.targets) == 1


def test_the_whole_map_stays_chosen_for_other_maps_until_a_place_is_chosen(state, inspection, signals):
    state.choose_whole_map()
    assert state.target == Target("conv_1", state.map_index, None, whole_map=True)
    assert state.position is None
    state.choose_map(3)
    assert inspection.targets[-1] == Target("conv_1", 3, None, whole_map=True)
    state.choose_position(1, 2)
    assert state.target == Target("conv_1", 3, (1, 2))
    state.choose_whole_map()
    state.choose_strongest()
    assert state.target == Target("conv_1", 3)


def test_shared_colours_span_all_maps(state, signals):
    assert state.color_range == (None, None)
    state.set_own_scale(False)
    assert state.color_range == (state.maps.min(), state.maps.max())
    assert signals.take() == ["output"]


def test_a_new_choice_cancels_the_request_before(state, inspection):
    state.choose_position(2, 2)
    assert inspection.jobs[0].state is JobState.CANCELLED
    inspection.answer(0)
    assert state.status is Status.STALE
    inspection.answer(1)
    assert state.reconstruction.position == (2, 2)


def test_an_earlier_reconstruction_stays_for_a_moment_only(state, inspection, signals, wait_for_timers):
    earlier = state.reconstruction
    state.choose_position(0, 0)
    assert (state.status, state.reconstruction) == (Status.STALE, earlier)
    wait_for_timers()
    assert (state.status, state.reconstruction) == (Status.WAITING, None)
    assert state.sentence == "Computing the deconvnet picture…"
    inspection.answer()
    assert state.status is Status.SHOWN
    assert signals.take() == ["target", "reconstruction", "reconstruction"]


def test_new_weights_never_cancel_a_request_and_the_newest_ones_are_used(state, inspection, wait_for_timers):
    for _ in range(50):
        inspection.change()
    wait_for_timers()
    assert len(inspection.jobs) == 1
    inspection.answer()
    wait_for_timers()
    assert len(inspection.jobs) == 2
    assert inspection.functions[1].args[1] is inspection.sample_trace.trace
    inspection.answer()
    wait_for_timers()
    assert len(inspection.jobs) == 2


def test_just_after_a_choice_the_weights_of_a_run_wait_for_its_picture(state, inspection, signals, wait_for_timers):
    inspection.training = True
    state.choose_map(3)
    before = state.trace
    inspection.change()
    assert (state.trace, signals.take()) == (before, ["target"])
    inspection.answer()
    assert (state.status, signals.take()) == (Status.SHOWN, ["reconstruction"])
    wait_for_timers()
    assert state.trace is inspection.sample_trace.trace
    assert signals.take() == ["output"]


def test_a_layer_or_a_sample_is_shown_at_once_while_weights_wait(state, inspection, document, signals):
    inspection.training = True
    state.choose_map(3)
    before = state.trace
    inspection.change()
    document.select(("relu_1",))
    assert (state.layer, state.trace) == ("relu_1", before)
    inspection.change(index=1)
    assert state.trace is inspection.sample_trace.trace


def test_the_picture_is_requested_before_the_panels_show_another_sample(state, inspection, signals):
    requested = []
    state.output_changed.connect(lambda: requested.append((len(inspection.jobs), state.status)))
    inspection.change(index=1)
    assert requested == [(2, Status.STALE)]
    assert inspection.functions[1].args[1] is inspection.sample_trace.trace


def test_new_weights_replace_the_reconstruction_without_a_gap(state, inspection, signals, wait_for_timers):
    earlier = state.reconstruction
    wait_for_timers()
    inspection.change()
    wait_for_timers()
    assert (state.status, state.reconstruction) == (Status.SHOWN, earlier)
    inspection.answer()
    assert state.reconstruction is not earlier
    assert signals.take() == ["output", "reconstruction"]


def test_new_weights_are_requested_with_a_pause(state, inspection, qtbot):
    inspection.answer()
    for count in (1, 2, 3):
        for _ in range(20):
            inspection.change()
        assert len(inspection.jobs) == count
        qtbot.waitUntil(lambda count=count: len(inspection.jobs) == count + 1)
        inspection.answer()
    # Qt's timers can be 5 % early, and on a busy machine the clock can be read some milliseconds after a timer starts.
    assert np.diff(inspection.request_times).min() > 0.75 * SHORTEST_PAUSE_MS / 1000


def test_a_refusal_is_shown_and_new_weights_are_tried(state, inspection, signals, qtbot):
    state.choose_map(3)
    inspection.refuse("No reconstruction.")
    assert (state.status, state.reconstruction, state.sentence) == (Status.REFUSED, None, "No reconstruction.")
    inspection.change()
    qtbot.waitUntil(lambda: len(inspection.jobs) == 3)
    inspection.answer()
    assert state.status is Status.SHOWN


def test_a_network_that_changes_cancels_the_request_at_once(state, inspection, signals, qtbot):
    state.choose_map(3)
    inspection.drop()
    assert inspection.jobs[-1].state is JobState.CANCELLED
    assert (state.status, state.reconstruction) == (Status.WAITING, None)
    inspection.change()
    qtbot.waitUntil(lambda: len(inspection.jobs) == 3)
    inspection.answer()
    assert (state.status, state.target) == (Status.SHOWN, Target("conv_1", 3))


def test_an_inactive_state_follows_nothing_and_catches_up(state, document, inspection, signals, wait_for_timers):
    state.set_active(False)
    document.select(("relu_1",))
    inspection.change()
    wait_for_timers()
    assert signals.take() == []
    assert len(inspection.jobs) == 1
    state.set_active(True)
    assert state.layer == "relu_1"
    assert inspection.targets[-1].layer == "relu_1"


def test_a_hidden_state_cancels_its_requests_and_asks_again_when_shown(state, inspection, signals, wait_for_timers):
    state.choose_map(3)
    state.set_active(False)
    assert inspection.jobs[-1].state is JobState.CANCELLED
    assert not state.up_to_date
    wait_for_timers()
    assert len(inspection.jobs) == 2
    state.set_active(True)
    assert inspection.targets[2:] == [Target("conv_1", 3)]
    inspection.answer()
    assert (state.status, state.reconstruction.map_index) == (Status.SHOWN, 3)
    wait_for_timers()
    assert len(inspection.jobs) == 3


def test_a_state_that_was_hidden_with_its_answer_asks_nothing_again(state, inspection, signals, wait_for_timers):
    state.set_active(False)
    state.set_active(True)
    wait_for_timers()
    assert len(inspection.jobs) == 1
    assert signals.take() == []


def test_a_layer_that_is_removed_gives_way_to_the_default_and_its_map_is_forgotten(state, inspection, signals):
    state.choose_layer("relu_1")
    state.choose_map(3)
    inspection.use_layers([Conv2D("conv_1", (1, 8, 8), 2, 3, 3, 1, 1), Flatten("flatten_1")])
    assert state.layer == "conv_1"
    assert (state.map_count, state.position) == (2, None)
    assert state.target == Target("conv_1", state.map_index)
    inspection.answer()
    assert (state.status, state.reconstruction.layer) == (Status.SHOWN, "conv_1")
    inspection.use_layers([Conv2D("conv_1", (1, 8, 8), 2, 3, 3, 1, 1), ReLU("relu_1")])
    state.choose_layer("relu_1")
    assert state.map_index == state.output.values.max(axis=(1, 2)).argmax()
