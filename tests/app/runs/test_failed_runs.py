"""Runs that an error ends in the middle are resumed from their newest checkpoint, not continued from before it."""

import numpy as np
import pytest

from app.document import edits
from app.runs.checkpoints import find_interrupted
from app.runs.resuming import RunResumer
from app.runs.store import CHECKPOINT, RunStore
from app.training import SessionState
from app.training.worker import Worker
from tests.app.runs.checkpointing import ENDED, checkpoint_at, folder_of, wait_for_end
from tinyml.core import StorageError, TinymlError


@pytest.fixture
def fail_in_epoch_3(monkeypatch):
    """Returns a function that lets each run fail at the end of its third epoch."""
    report = Worker._report_epoch

    def fail(error):
        def report_or_fail(worker, event):
            if event.epoch == 3:
                raise error
            report(worker, event)

        monkeypatch.setattr(Worker, "_report_epoch", report_or_fail)

    return fail


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("a bug"), StorageError("The folder is away.")])
def test_a_run_that_fails_in_the_middle_is_resumed_from_its_newest_checkpoint(
    qtbot, document, parts, fail_in_epoch_3, monkeypatch, error
):
    session, keeper, checkpoints = parts
    document.apply(edits.change_training(document.project, epochs=5, momentum=0.9))
    session.start()
    wait_for_end(qtbot, session)
    expected = session.snapshot
    checkpoint_at(qtbot, session, checkpoints, 150)
    fail_in_epoch_3(error)
    session.resume()
    wait_for_end(qtbot, session)
    monkeypatch.undo()
    assert session.state is SessionState.FAILED
    failed = session.run
    qtbot.waitUntil(lambda: failed.interrupted)
    assert "press Resume" in session.obstacle
    qtbot.waitUntil(lambda: keeper.kept[failed.identifier].resumable)
    assert find_interrupted(RunStore(keeper.folder)) is None  # the window did not crash: no question
    RunResumer(document, session, keeper, keeper).resume(failed.identifier, failed.name)
    qtbot.waitUntil(lambda: session.run is not failed and session.state in ENDED)
    assert session.state is SessionState.FINISHED
    for name, tensor in expected.tensors.items():
        np.testing.assert_array_equal(session.snapshot.tensors[name], tensor)
    qtbot.waitUntil(lambda: not (keeper.folder / failed.identifier / CHECKPOINT).exists())
    assert session.obstacle == ""


def test_a_run_that_diverges_has_its_own_checkpoint(qtbot, document, parts):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 80)
    session.change("learning_rate", 1000.0)
    session.resume()
    wait_for_end(qtbot, session)
    assert session.run.failure == "divergence"
    path = folder_of(keeper, session) / CHECKPOINT
    qtbot.waitUntil(lambda: not path.exists())
    assert session.obstacle == ""


def test_a_damaged_checkpoint_does_not_keep_a_run_from_continuing(qtbot, document, parts):
    session, keeper, _ = parts
    session.start()
    wait_for_end(qtbot, session)
    run = session.run
    qtbot.waitUntil(lambda: run.identifier in keeper.kept)
    checkpoints_gone = folder_of(keeper, session) / CHECKPOINT
    qtbot.waitUntil(lambda: not checkpoints_gone.exists())
    checkpoints_gone.write_bytes(b"damaged")
    loaded = keeper.store.load(run.identifier)
    session.show_run(loaded)
    assert "press Resume" in session.obstacle
    with pytest.raises(TinymlError, match="press Resume"):
        session.continue_run()
    with qtbot.waitSignal(keeper.failed):
        RunResumer(document, session, keeper, keeper).resume(loaded.identifier, loaded.name)
    qtbot.waitUntil(lambda: session.obstacle == "")


def test_a_run_that_is_discarded_can_continue_from_its_kept_weights(qtbot, parts):
    session, _, checkpoints = parts
    session.start()
    wait_for_end(qtbot, session)
    session.mark_interrupted(session.run.identifier, True)
    assert "press Resume" in session.obstacle
    checkpoints.discard(session.run)
    assert session.obstacle == ""
