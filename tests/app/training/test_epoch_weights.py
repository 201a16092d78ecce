"""The weights after each epoch: which of them are kept, and that they are those of a run without a window."""

import threading

import numpy as np
import pytest

from app.document import edits
from app.training import SessionState
from app.training.dataset_cache import load_splits
from app.training.epoch_weights import EpochWeights
from tests.app.training.conftest import circle_project
from tinyml.learner import EpochFinished, set_up_training


def weights_of(epoch, count=2):
    return {"w": np.full(count, epoch, np.float32)}


def filled(epochs, best=None, **bounds):
    kept = EpochWeights(**bounds)
    for epoch in range(epochs + 1):
        kept.add(epoch, weights_of(epoch), epoch == best)
    return kept


def test_every_epoch_is_kept_while_there_is_room():
    kept = filled(20)
    assert kept.epochs == tuple(range(21))
    assert kept.size == 21 * 8
    assert all(np.array_equal(kept.tensors(epoch)["w"], [epoch, epoch]) for epoch in kept.epochs)
    assert kept.tensors(21) is None


@pytest.mark.parametrize("most", [3, 10, 64])
@pytest.mark.parametrize("epochs", [9, 100, 1000])
def test_a_long_run_keeps_few_epochs_evenly_and_the_first_the_best_and_the_newest(epochs, most):
    best = epochs // 2 + 1
    kept = filled(epochs, best=best, most_epochs=most)
    assert len(kept.epochs) <= most
    assert {0, best, epochs} <= set(kept.epochs)
    largest_gap = int(np.diff(kept.epochs).max())
    assert set(range(0, epochs + 1, largest_gap)) <= set(kept.epochs)
    if most >= 10 and epochs > most:
        assert len(kept.epochs) > most // 2 - 1


def test_the_bytes_are_bounded():
    kept = filled(1000, best=333, most_bytes=100)
    assert kept.size <= 100
    assert {0, 333, 1000} <= set(kept.epochs)
    assert kept.size == 8 * len(kept.epochs)


def test_of_a_network_without_room_only_the_best_and_the_newest_epoch_are_kept():
    assert filled(20, best=7, most_bytes=1).epochs == (7, 20)


def test_the_arrays_are_not_copied_and_become_read_only():
    kept, weights = EpochWeights(), weights_of(1)
    kept.add(1, weights)
    assert kept.tensors(1)["w"] is weights["w"]
    with pytest.raises(ValueError, match="read-only"):
        weights["w"][0] = 5


def test_a_run_that_continues_from_an_earlier_epoch_drops_the_later_ones():
    kept = filled(20, best=15)
    kept.keep_until(12)
    assert kept.epochs == tuple(range(13))
    kept.add(12, weights_of(99))
    assert (kept.tensors(12)["w"][0], kept.size) == (99, 13 * 8)
    kept.clear()
    assert (kept.epochs, kept.size) == ((), 0)
    kept.add(3, weights_of(3))
    assert kept.epochs == (3,)


def test_one_thread_reads_while_another_one_adds():
    kept, wrong, ended = EpochWeights(most_epochs=40), [], threading.Event()

    def read():
        while not ended.is_set():
            for epoch in kept.epochs:
                tensors = kept.tensors(epoch)  # None if it was dropped meanwhile
                if tensors is not None and tensors["w"][0] != epoch:
                    wrong.append(epoch)
            if len(kept.epochs) > 40 or kept.size > 40 * 8:
                wrong.append(kept.epochs)

    reader = threading.Thread(target=read)
    reader.start()
    for epoch in range(20_000):
        kept.add(epoch, weights_of(epoch), epoch % 7 == 0)
    ended.set()
    reader.join()
    assert wrong == []


def headless(project):
    """Return the weights after each epoch of a run without a window, copied when the epoch ends."""
    setup = set_up_training(project.network, project.training, load_splits(project.data))
    copies = [{name: tensor.copy() for name, tensor in setup.net.named_tensors.items()}]
    for event in setup.run():
        if isinstance(event, EpochFinished):
            copies.append({name: tensor.copy() for name, tensor in setup.net.named_tensors.items()})
    return copies


def assert_same_bits(kept, copies):
    assert kept.epochs == tuple(range(len(copies)))
    for epoch, copy in enumerate(copies):
        tensors = kept.tensors(epoch)
        assert list(tensors) == list(copy)
        assert all(tensors[name].tobytes() == copy[name].tobytes() for name in copy), epoch


def wait_for(qtbot, session, *states):
    qtbot.waitUntil(lambda: session.state in states)


def test_the_weights_of_each_epoch_have_the_bits_of_a_run_without_a_window(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=6))
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    assert_same_bits(session.run.epoch_weights, headless(document.project))


def test_also_those_of_a_run_that_was_paused_stopped_in_an_epoch_and_continued(qtbot, session, document):
    document.apply(edits.change_training(document.project, epochs=6))
    session.start(steps=3)
    wait_for(qtbot, session, SessionState.PAUSED)
    assert session.snapshot.within_epoch
    assert session.run.epoch_weights.epochs == (0,)
    session.step_epoch()
    qtbot.waitUntil(lambda: len(session.history) == 1 and session.state is SessionState.PAUSED)
    assert not session.snapshot.within_epoch
    session.step()
    session.stop()
    wait_for(qtbot, session, SessionState.STOPPED)
    session.continue_run()
    wait_for(qtbot, session, SessionState.FINISHED)
    assert not session.snapshot.within_epoch
    assert_same_bits(session.run.epoch_weights, headless(document.project))


def test_a_run_with_more_epochs_keeps_those_before(qtbot, session, document):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    session.continue_run(epochs=2)
    wait_for(qtbot, session, SessionState.FINISHED)
    assert_same_bits(session.run.epoch_weights, headless(circle_project(epochs=5)))


def test_only_the_newest_run_keeps_its_epochs(qtbot, session):
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    first = session.run
    session.start()
    wait_for(qtbot, session, SessionState.FINISHED)
    assert first.epoch_weights.epochs == ()
    assert session.run.epoch_weights.epochs == (0, 1, 2, 3)


def test_a_run_that_fails_keeps_the_epochs_before(qtbot, session, document):
    document.replace(circle_project(learning_rate=3.0, epochs=50))
    session.start()
    wait_for(qtbot, session, SessionState.FAILED)
    kept = session.run.epoch_weights
    assert kept.epochs == tuple(range(len(session.history) + 1))
    assert all(np.isfinite(tensor).all() for epoch in kept.epochs for tensor in kept.tensors(epoch).values())
