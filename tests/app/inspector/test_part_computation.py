"""The computation over a part of the data: when it starts, what it keeps, and how it ends."""

from threading import Event

import pytest

from app.inspector import part_computation
from app.inspector.part_computation import PartComputation, PartStatus
from app.inspector.through_training.player import Player


class Work:
    """Counts its calls; with `blocked`, each call waits until it is cancelled."""

    def __init__(self):
        self.calls, self.blocked, self.entered, self.error = [], False, Event(), None

    def __call__(self, key, samples, progress):
        self.calls.append((key.layer, key.part, key.snapshot))
        self.entered.set()
        if self.error is not None:
            raise self.error
        while self.blocked:
            progress(0.5)
        return len(samples)


@pytest.fixture
def work():
    work = Work()
    yield work
    work.blocked = False


@pytest.fixture
def computation(digits, work):
    """A computation for the layer conv_1 of the digits."""
    computation = PartComputation(digits.inspection, work, digits.inspector)
    computation.set_layer("conv_1")
    return computation


def wait_for(digits, computation, status):
    digits.wait(lambda: computation.status is status)


def test_nothing_is_computed_until_somebody_looks(digits, computation, work):
    assert computation.status is PartStatus.OFFERED
    assert work.calls == []
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    assert computation.result.value == len(digits.inspection.samples)
    assert (computation.result.key.layer, computation.result.key.part) == ("conv_1", "test")
    assert not computation.outdated


def test_a_result_is_computed_once_for_each_layer_and_part(digits, computation, work):
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    first = computation.result
    computation.set_layer("conv_2")
    digits.wait(lambda: computation.result is not None and computation.result.key.layer == "conv_2")
    computation.set_part("training")
    digits.wait(lambda: computation.result is not None and computation.result.key.part == "training")
    assert computation.result.value > first.value
    computation.set_part("test")
    computation.set_layer("conv_1")
    assert computation.result is first
    assert len(work.calls) == 3


def test_a_cancelled_computation_stops_and_starts_only_on_demand(digits, computation, work):
    work.blocked = True
    computation.set_active(True)
    digits.wait(work.entered.is_set)
    computation.cancel()
    assert computation.status is PartStatus.OFFERED
    computation.set_active(False)
    computation.set_active(True)
    assert computation.status is PartStatus.OFFERED
    work.blocked = False
    computation.start()
    wait_for(digits, computation, PartStatus.SHOWN)
    assert len(work.calls) == 2


def test_another_layer_cancels_the_computation_of_the_earlier_one(digits, computation, work):
    work.blocked = True
    computation.set_active(True)
    digits.wait(work.entered.is_set)
    computation.set_layer("relu_2")
    digits.wait(lambda: len(work.calls) == 2)
    work.blocked = False
    wait_for(digits, computation, PartStatus.SHOWN)
    assert [layer for layer, _, _ in work.calls] == ["conv_1", "relu_2"]
    assert computation.result.key.layer == "relu_2"


def test_an_error_is_shown_and_the_computation_can_be_repeated(digits, computation, work):
    work.error = MemoryError()
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.REFUSED)
    assert computation.sentence.startswith("The memory is too small to compute this for layer 'conv_1'.")
    computation.set_active(True)
    assert len(work.calls) == 1
    work.error = None
    computation.start()
    wait_for(digits, computation, PartStatus.SHOWN)


def test_a_part_without_examples_is_refused_with_the_remedy(make_harness, project_of, work):
    project = project_of((("Flatten", "flatten_1", {}), ("Linear", "linear_1", {"outputs": 10})), "digits")
    data = project.data.model_copy(update={"validation": 0.0})
    harness = make_harness(project.model_copy(update={"data": data}))
    harness.wait_for_sample_trace()
    computation = PartComputation(harness.inspection, work, harness.inspector)
    computation.set_layer("linear_1")
    computation.set_part("validation")
    computation.set_active(True)
    harness.wait(lambda: computation.status is PartStatus.REFUSED)
    assert computation.sentence == "The validation part of the data has no examples. Choose another part."
    assert work.calls == []


def test_training_marks_the_result_and_its_end_computes_it_again(make_harness, project_of, work):
    layers = (("Flatten", "flatten_1", {}), ("Linear", "linear_1", {"outputs": 10}))
    harness = make_harness(project_of(layers, "digits", epochs=5000))
    harness.wait_for_sample_trace()
    computation = PartComputation(harness.inspection, work, harness.inspector)
    computation.set_layer("linear_1")
    computation.set_active(True)
    wait_for(harness, computation, PartStatus.SHOWN)
    earlier = computation.result
    harness.session.start()
    wait_for(harness, computation, PartStatus.OFFERED)
    assert computation.training
    assert (computation.result, computation.outdated) == (earlier, True)
    assert len(work.calls) == 1
    computation.start()
    harness.wait(lambda: computation.result is not earlier)
    on_demand = computation.result
    assert on_demand.key.snapshot.trained
    harness.session.stop()
    harness.wait(lambda: computation.status is PartStatus.SHOWN and computation.result is not on_demand)
    assert computation.result.key.snapshot is harness.session.snapshot
    assert (computation.outdated, computation.training) == (False, False)


def test_old_results_are_dropped_when_there_are_too_many(digits, computation, work, monkeypatch):
    monkeypatch.setattr(part_computation, "MOST_RESULTS", 2)
    computation.set_active(True)
    for layer in ("conv_1", "relu_1", "pool_1", "conv_1"):
        computation.set_layer(layer)
        digits.wait(lambda: computation.status is PartStatus.SHOWN)
    assert [layer for layer, _, _ in work.calls] == ["conv_1", "relu_1", "pool_1", "conv_1"]


def test_results_with_large_weights_are_dropped_but_the_newest(digits, computation, work, monkeypatch):
    monkeypatch.setattr(part_computation, "MOST_WEIGHT_BYTES", 1)
    computation.set_active(True)
    for layer in ("conv_1", "relu_1", "relu_1"):
        computation.set_layer(layer)
        digits.wait(lambda: computation.status is PartStatus.SHOWN)
    assert [layer for layer, _, _ in work.calls] == ["conv_1", "relu_1"]


def test_other_data_drop_the_results(digits, computation, work):
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    earlier = computation.result
    project = digits.document.project
    data = project.data.model_copy(update={"test": 0.1})
    digits.document.show_project(project.model_copy(update={"data": data}))
    digits.wait(lambda: computation.status is PartStatus.SHOWN and computation.result is not earlier)
    assert computation.result.value < earlier.value


def test_a_layer_that_does_not_exist_has_nothing_to_show(digits, computation, work):
    computation.set_layer("conv_9")
    computation.set_active(True)
    assert computation.status is PartStatus.NOTHING
    assert work.calls == []


def test_hiding_stops_the_computation_and_showing_starts_it_again(digits, computation, work):
    work.blocked = True
    computation.set_active(True)
    digits.wait(work.entered.is_set)
    job = computation._job
    computation.set_active(False)
    assert computation.status is PartStatus.OFFERED
    digits.wait(lambda: job.state.ended)  # the thread is free for other work
    work.blocked = False
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    assert len(work.calls) == 2


def test_what_the_user_started_continues_while_hidden(digits, computation, work):
    work.blocked = True
    computation.start()
    digits.wait(work.entered.is_set)
    computation.set_active(True)
    computation.set_active(False)
    assert computation.status is PartStatus.RUNNING
    work.blocked = False
    wait_for(digits, computation, PartStatus.SHOWN)
    assert len(work.calls) == 1


def test_an_epoch_is_computed_when_the_user_rests_and_a_return_to_it_computes_nothing(digits, computation, work):
    digits.train()
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    newest, epochs = computation.result, digits.inspection.epochs
    for epoch, calls in ((0, 2), (1, 3), (0, 3), (1, 3)):
        earlier = computation.result
        epochs._rest_timer.setInterval(60_000)
        epochs.choose(epoch)
        wait_for(digits, computation, PartStatus.WAITING)
        assert (computation.result is earlier, computation.outdated) == (True, True)
        epochs._rest_timer.start(0)
        digits.wait(lambda: computation.result.key.snapshot is epochs.snapshot)
        assert len(work.calls) == calls
    epochs.follow()
    digits.wait(lambda: computation.result is newest)
    assert len(work.calls) == 3


def test_nothing_is_computed_while_the_epochs_are_played(digits, computation, work):
    digits.train()
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    epochs = digits.inspection.epochs
    digits.inspector.findChild(Player)._timer.start(60_000)  # it stays at its first epoch
    epochs.set_playing(True)
    epochs.choose(0)
    wait_for(digits, computation, PartStatus.WAITING)
    digits.wait(lambda: not epochs._rest_timer.isActive())
    assert (epochs.moving, computation.status, len(work.calls)) == (True, PartStatus.WAITING, 1)
    epochs.set_playing(False)
    wait_for(digits, computation, PartStatus.SHOWN)
    assert len(work.calls) == 2
    assert computation.result.key.snapshot is epochs.snapshot


def test_random_weights_have_results_of_their_own(digits, computation, work):
    computation.set_active(True)
    wait_for(digits, computation, PartStatus.SHOWN)
    trained = computation.result
    computation.set_random(True)
    assert computation.result is None
    wait_for(digits, computation, PartStatus.SHOWN)
    nets = [key.make_net() for key in (trained.key, computation.result.key)]
    own, random = (net["conv_1"].weight.tensor for net in nets)
    assert own.shape == random.shape
    assert not (own == random).any()
    computation.set_random(False)
    assert computation.result is trained
    assert len(work.calls) == 2
