"""Tests of the inspector's state: several methods, random weights, and samples that change meanwhile."""

import numpy as np

from app.inspector.requests import Status
from app.inspector.state import InspectorState
from app.inspector.target import Method, Target
from app.jobs import JobState
from tinyml.layers import Conv2D, ReLU


def test_methods_side_by_side_have_a_result_each_and_the_first_one_is_the_reconstruction(state, inspection, signals):
    changed = []
    state.methods_changed.connect(lambda: changed.append(state.methods))
    earlier = state.reconstruction
    state.set_methods((Method.GRADIENT, Method.DECONVNET, Method.GRADIENT))
    assert changed == [(Method.GRADIENT, Method.DECONVNET)]
    assert inspection.methods[1:] == [Method.GRADIENT]
    assert [result.status for result in state.results.values()] == [Status.WAITING, Status.SHOWN]
    assert state.found is earlier
    inspection.answer()
    assert state.reconstruction.method == "gradient"
    assert state.results[Method.DECONVNET].reconstruction is earlier
    state.choose_map((state.map_index + 1) % 4)
    assert inspection.methods[2:] == [Method.GRADIENT, Method.DECONVNET]
    assert {result.status for result in state.results.values()} == {Status.STALE}


def test_methods_that_change_nothing_are_silent(state, signals):
    changed = []
    state.methods_changed.connect(lambda: changed.append(True))
    state.set_methods(())
    state.set_methods(state.methods)
    assert changed == []
    assert signals.take() == []


def test_a_method_that_is_no_longer_chosen_is_cancelled(state, inspection, signals):
    state.set_methods((Method.DECONVNET, Method.OCCLUSION))
    state.set_methods((Method.DECONVNET,))
    assert inspection.jobs[-1].state is JobState.CANCELLED
    inspection.answer()
    assert tuple(state.results) == (Method.DECONVNET,)


def test_one_refused_method_leaves_the_others(state, inspection, signals):
    state.set_methods((Method.DECONVNET, Method.GUIDED))
    inspection.refuse("It cannot go through Tanh.")
    assert state.status is Status.SHOWN
    assert state.results[Method.GUIDED].status is Status.REFUSED
    assert state.results[Method.GUIDED].sentence == "It cannot go through Tanh."


def test_a_method_that_joins_later_uses_the_weights_of_the_others(state, inspection, signals, wait_for_timers):
    wait_for_timers()
    state.set_active(False)
    inspection.change()
    state.trace = state.layer_trace = inspection.sample_trace.trace
    state.set_methods((Method.DECONVNET, Method.GRADIENT))
    assert inspection.methods[1:] == [Method.DECONVNET, Method.GRADIENT]
    assert all(function.args[1] is inspection.sample_trace.trace for function in inspection.functions[1:])


def test_another_sample_is_requested_at_once(state, inspection, signals):
    state.set_methods((Method.OCCLUSION,))
    inspection.change(index=1)
    assert inspection.jobs[-2].state is JobState.CANCELLED
    assert state.status is Status.STALE
    assert inspection.functions[-1].args[1] is inspection.sample_trace.trace
    assert state.sample_title.endswith("example 1")


def test_random_weights_replace_the_trace_of_all_pictures_until_they_are_switched_off(state, inspection, signals):
    trained = state.trace
    state.set_random_weights(True)
    assert state.random_weights
    assert state.status is Status.STALE
    assert state.trace is trained
    inspection.answer()
    assert state.trace is not trained
    assert np.array_equal(state.trace.input, trained.input)
    assert not np.array_equal(state.output.values, trained.entry("conv_1").output[0])
    assert inspection.functions[-1].args[1] is state.trace
    inspection.answer()
    assert state.status is Status.SHOWN
    first = state.output.values
    state.set_random_weights(False)
    assert state.trace is trained
    state.set_random_weights(True)
    inspection.answer(-1)
    assert np.array_equal(state.output.values, first)


def test_random_weights_follow_the_sample_and_other_weights_of_the_network(state, inspection, signals):
    state.set_random_weights(True)
    inspection.answer()
    inspection.answer()
    inspection.change(index=1)
    jobs = len(inspection.jobs)
    inspection.answer()  # the pass through random weights
    assert len(inspection.jobs) == jobs + 1
    assert state.trace is not inspection.sample_trace.trace
    inspection.answer()
    assert state.status is Status.SHOWN


def test_newer_weights_of_a_run_leave_the_pictures_of_random_ones(state, inspection, signals, wait_for_timers):
    state.set_random_weights(True)
    inspection.answer()
    inspection.answer()
    wait_for_timers()
    jobs, trace, seen = len(inspection.jobs), state.trace, signals.take()
    assert seen == ["output", "reconstruction"]
    inspection.change()
    wait_for_timers()
    assert (len(inspection.jobs), state.trace, signals.take()) == (jobs, trace, [])
    assert state.up_to_date


def test_another_sample_passes_through_the_same_random_weights(state, inspection, signals):
    state.set_random_weights(True)
    inspection.answer()
    before = state.trace.entry("conv_1").layer.weight.tensor
    inspection.change(index=3)
    inspection.answer()
    assert np.array_equal(state.trace.input, inspection.sample_trace.trace.input)
    assert state.trace.entry("conv_1").layer.weight.tensor is before


def test_other_layers_get_random_weights_of_their_own(state, inspection, signals):
    state.set_random_weights(True)
    inspection.answer()
    inspection.use_layers([Conv2D("conv_1", (1, 8, 8), 7, 3, 3, 1, 1), ReLU("relu_1")])
    inspection.answer()
    assert [entry.layer.name for entry in state.trace.entries] == ["conv_1", "relu_1"]
    assert state.map_count == 7


def test_the_pictures_are_not_up_to_date_while_the_pass_through_random_weights_is_recorded(
    state, inspection, signals, wait_for_timers
):
    assert state.up_to_date
    state.set_random_weights(True)
    assert not state.up_to_date
    wait_for_timers()  # now no result is stale any more
    assert not state.up_to_date
    inspection.answer()
    assert not state.up_to_date
    inspection.answer()
    assert state.up_to_date


def test_a_hidden_state_records_no_pass_through_random_weights(state, inspection, signals):
    state.set_random_weights(True)
    state.set_active(False)
    assert inspection.jobs[-1].state is JobState.CANCELLED
    inspection.change(index=1)
    jobs = len(inspection.jobs)
    state.set_active(True)
    assert len(inspection.jobs) == jobs + 1
    inspection.answer()
    assert np.array_equal(state.trace.input, inspection.sample_trace.trace.input)
    inspection.answer()
    assert state.status is Status.SHOWN


def test_random_weights_that_cannot_be_made_are_told(state, inspection, signals):
    state.set_random_weights(True)
    inspection.refuse("There is not enough memory.")
    assert (state.random_weights, state.notice) == (False, "There is not enough memory.")
    inspection.answer()
    assert state.status is Status.SHOWN
    assert inspection.functions[-1].args[1] is inspection.sample_trace.trace


def test_random_weights_that_are_switched_off_before_they_are_ready_leave_the_own_ones(state, inspection, signals):
    state.set_random_weights(True)
    state.set_random_weights(False)
    inspection.answer()
    assert state.status is Status.SHOWN
    assert state.trace is inspection.sample_trace.trace


def test_too_little_memory_for_a_method_is_told_with_the_remedy(state, inspection, signals, monkeypatch):
    def no_memory(*_arguments, **_keywords):
        raise MemoryError

    monkeypatch.setattr(Method.GRADIENT, "function", no_memory)
    state.set_methods((Method.GRADIENT,))
    inspection.answer()
    assert state.status is Status.REFUSED
    assert state.sentence.startswith("There is not enough memory for gradient of 'conv_1'. Choose a layer with smaller")


def test_the_arithmetic_is_asked_for_only_with_a_target(state, document, inspection, signals):
    asked = []
    state.arithmetic_requested.connect(lambda: asked.append(state.target))
    state.show_arithmetic()
    inspection.change(picture=np.zeros(2))  # numbers have sums, too
    state.show_arithmetic()
    assert asked == 2 * [Target("conv_1", state.map_index)]
    empty = InspectorState(document, inspection)
    empty.arithmetic_requested.connect(lambda: asked.append(None))
    empty.show_arithmetic()
    assert len(asked) == 2
