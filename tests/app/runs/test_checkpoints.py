"""Checkpoints of the active run: when they are written and removed, and what stops them without stopping the run."""

import shutil
from threading import Event

import numpy as np
import pytest

from app.document import Document, edits
from app.runs.checkpoints import CURVES, RECORD, _remove, claim_interrupted, find_interrupted, read_interrupted
from app.runs.store import CHECKPOINT, RunStore
from app.training import Session, SessionState
from tests.app.runs.checkpointing import checkpoint_at, folder_of, pause, wait_for_end
from tests.app.training.conftest import circle_project
from tinyml.core import StorageError, temporary_files


def copy_run(folder, target):
    """Copy the files of a run, but none that is being written at this moment."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.tmp", "owner.lock*"))


def test_a_run_that_ends_removes_its_checkpoint(qtbot, parts):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 20)
    folder = folder_of(keeper, session)
    assert (folder / CHECKPOINT).exists()
    assert 0 <= checkpoints.age < 60
    session.stop()
    wait_for_end(qtbot, session)
    assert checkpoints.age is None
    qtbot.waitUntil(lambda: not (folder / CHECKPOINT).exists())
    qtbot.waitUntil(lambda: not (folder / CURVES).exists())
    assert (folder / "run.json").exists()


def test_an_interrupted_run_is_resumed_to_the_bit(qtbot, document, parts, tmp_path):
    session, keeper, checkpoints = parts
    document.apply(edits.change_training(document.project, learning_rate=0.2, schedule="cosine", momentum=0.9))
    with qtbot.waitSignal(checkpoints.written):
        pause(qtbot, session, 30)
    session.change("learning_rate", 0.05)
    with qtbot.waitSignal(checkpoints.written):
        session.step()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    with qtbot.waitSignal(checkpoints.written):
        session.request_checkpoint()
        session.step()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    run = session.run
    copy_run(folder_of(keeper, session), tmp_path / "copy" / run.identifier)
    session.resume()
    wait_for_end(qtbot, session)
    found = read_interrupted(tmp_path / "copy" / run.identifier)
    assert found.run.batches_done == 32
    assert [change.after for change in found.run.changes] == [0.05]
    other = Session(Document(circle_project()))
    other.resume_interrupted(found.run)
    assert other.run.name == run.name
    wait_for_end(qtbot, other)
    assert other.state is SessionState.FINISHED
    for name, tensor in run.snapshot.tensors.items():
        np.testing.assert_array_equal(other.snapshot.tensors[name], tensor)
    np.testing.assert_array_equal(other.run.curves.loss.batches.y, run.curves.loss.batches.y)
    np.testing.assert_array_equal(other.run.curves.loss.batches.x, run.curves.loss.batches.x)
    assert other.run.changes == run.changes
    assert other.examples_done == run.examples_done
    assert other.test_loss == run.test_loss
    assert [epoch.training_loss for epoch in other.history] == [epoch.training_loss for epoch in run.history]


def test_the_run_of_a_living_window_is_no_crash(qtbot, parts):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    assert find_interrupted(RunStore(keeper.folder)) is None
    keeper.store.release(session.run.identifier)  # as if its program were dead
    other = RunStore(keeper.folder)
    identifier = session.run.identifier
    assert find_interrupted(other).run.identifier == identifier
    assert find_interrupted(RunStore(keeper.folder)) is None  # it is offered once
    assert claim_interrupted(other, identifier).run.batches_done == session.batches_done
    with pytest.raises(StorageError, match="Another window has resumed this run"):
        claim_interrupted(RunStore(keeper.folder), identifier)
    other.release(identifier)


def test_on_a_full_disk_training_continues_and_the_old_checkpoint_stays(qtbot, parts, monkeypatch):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    path = folder_of(keeper, session) / CHECKPOINT
    before = path.read_bytes()

    def no_space(_target):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(temporary_files, "create_temporary", no_space)
        with qtbot.waitSignal(checkpoints.problem_changed):
            session.request_checkpoint()
            session.step()
    assert checkpoints.problem.startswith("No checkpoint could be written, but training continues: Could not save")
    assert "No space left on device" in checkpoints.problem
    assert path.read_bytes() == before
    with qtbot.waitSignal(checkpoints.written):
        session.request_checkpoint()
        session.step()
    assert checkpoints.problem == ""
    session.resume()
    wait_for_end(qtbot, session)
    assert session.state is SessionState.FINISHED


def test_a_folder_that_cannot_be_used_gives_a_sentence_and_training_continues(qtbot, parts):
    session, keeper, checkpoints = parts
    keeper.folder.write_text("a file in the place of the folder")
    with qtbot.waitSignal(checkpoints.problem_changed):
        session.start()
    assert str(keeper.folder) in checkpoints.problem
    wait_for_end(qtbot, session)
    assert session.state is SessionState.FINISHED


@pytest.mark.parametrize("newer", [(), (CURVES,), (CURVES, RECORD)])
def test_a_crash_while_a_checkpoint_is_written_leaves_the_one_before_it(qtbot, parts, tmp_path, newer):
    """The files are written in this order, each one whole or not at all."""
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 20)
    folder, copy = folder_of(keeper, session), tmp_path / "copy" / session.run.identifier
    copy_run(folder, copy)
    batches = session.batches_done
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    with qtbot.waitSignal(checkpoints.written):
        session.request_checkpoint()
        session.step()
    for name in newer:
        shutil.copy(folder / name, copy)
    (copy / f".{CHECKPOINT}.0123abcd.tmp").write_bytes((folder / CHECKPOINT).read_bytes()[:500])
    session.resume()
    wait_for_end(qtbot, session)
    found = find_interrupted(RunStore(tmp_path / "copy"))
    assert found.run.batches_done == batches
    other = Session(Document(circle_project()))
    other.resume_interrupted(found.run)
    wait_for_end(qtbot, other)
    for name, tensor in session.snapshot.tensors.items():
        np.testing.assert_array_equal(other.snapshot.tensors[name], tensor)
    for axis in "xy":
        of_both = [getattr(each.run.curves.loss.batches, axis) for each in (other, session)]
        np.testing.assert_array_equal(*of_both)
    assert len(other.history) == len(session.history) == 3


def test_a_run_that_was_never_kept_is_in_the_list_after_the_offer(qtbot, parts, tmp_path):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    identifier = session.run.identifier
    for name in (CHECKPOINT, CURVES, RECORD):
        (tmp_path / "copy" / identifier).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder_of(keeper, session) / name, tmp_path / "copy" / identifier)
    store = RunStore(tmp_path / "copy")
    assert store.read_all() == {}
    find_interrupted(store)
    kept = store.read_all()[identifier]
    assert kept.resumable
    assert store.load(identifier).batches_done == session.batches_done


def test_a_checkpoint_that_another_window_uses_is_not_removed(qtbot, parts, tmp_path):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    copy_run(folder_of(keeper, session), tmp_path / "copy" / session.run.identifier)
    owner, other = RunStore(tmp_path / "copy"), RunStore(tmp_path / "copy")
    run = claim_interrupted(owner, session.run.identifier).run
    _remove(other, run.identifier)
    assert (tmp_path / "copy" / run.identifier / CHECKPOINT).exists()
    _remove(owner, run.identifier)
    assert not (tmp_path / "copy" / run.identifier / CHECKPOINT).exists()


@pytest.mark.parametrize("name", [CHECKPOINT, CURVES, "checkpoint.json"])
def test_a_damaged_checkpoint_is_left_alone(qtbot, parts, tmp_path, name):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    copy_run(folder_of(keeper, session), tmp_path / "copy" / session.run.identifier)
    damaged = tmp_path / "copy" / session.run.identifier / name
    damaged.write_bytes(damaged.read_bytes()[:20])
    with pytest.raises(StorageError):
        read_interrupted(damaged.parent)
    store = RunStore(tmp_path / "copy")
    assert find_interrupted(store) is None
    assert damaged.exists()
    assert store.claim(session.run.identifier)  # it was released
    store.release(session.run.identifier)


def test_a_run_whose_data_are_away_can_be_resumed_another_time(qtbot, document, parts, tmp_path, monkeypatch):
    session, keeper, checkpoints = parts
    checkpoint_at(qtbot, session, checkpoints, 5)
    folder = folder_of(keeper, session)
    copy = tmp_path / "copy"
    copy_run(folder, copy)
    session.stop()
    wait_for_end(qtbot, session)
    qtbot.waitUntil(lambda: not list(folder.glob("checkpoint*")))
    for path in copy.iterdir():
        if path.name.startswith("checkpoint"):
            shutil.copy(path, folder)
    found = read_interrupted(folder)

    def away(*_arguments):
        raise StorageError("There is no folder '/net/away'.")

    monkeypatch.setattr("app.training.worker.load_splits", away)
    session.resume_interrupted(found.run)
    wait_for_end(qtbot, session)
    assert session.state is SessionState.FAILED
    keeper.shutdown()
    assert (folder / CHECKPOINT).exists()


def step_epoch(qtbot, session):
    epochs = len(session.history)
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    assert len(session.history) == epochs + 1


def test_every_so_many_epochs_there_is_a_checkpoint(qtbot, document, parts):
    session, _, checkpoints = parts
    document.apply(edits.change_training(document.project, epochs=10))
    checkpoints.set_intervals(0, 2)
    taken, written = [], []
    session.checkpoint_taken.connect(lambda checkpoint: taken.append(checkpoint.state.epoch))
    checkpoints.written.connect(lambda: written.append(len(taken)))
    for _ in range(6):
        step_epoch(qtbot, session)
        qtbot.waitUntil(lambda: len(written) == len(taken))
    assert taken == [1, 3, 5]  # with the first batch, and then with the first batch after each second epoch


def test_epochs_that_end_while_a_checkpoint_is_written_count_for_the_next_one(qtbot, document, parts, monkeypatch):
    session, _, checkpoints = parts
    document.apply(edits.change_training(document.project, epochs=10))
    checkpoints.set_intervals(0, 2)
    taken, may_write = [], Event()
    session.checkpoint_taken.connect(lambda checkpoint: taken.append(checkpoint.state.epoch))
    monkeypatch.setattr("app.runs.checkpoints.write_curves", lambda path, curves: may_write.wait(60))
    for _ in range(3):
        step_epoch(qtbot, session)
    assert taken == [1]
    with qtbot.waitSignal(checkpoints.written):
        may_write.set()
    step_epoch(qtbot, session)
    assert taken == [1, 4]


def test_without_intervals_there_is_no_checkpoint(qtbot, parts):
    session, _, checkpoints = parts
    checkpoints.set_intervals(0, 0)
    taken = []
    session.checkpoint_taken.connect(taken.append)
    session.start()
    wait_for_end(qtbot, session)
    assert taken == []
    assert checkpoints.age is None


def test_a_change_of_a_setting_is_in_a_checkpoint_after_the_next_batch(qtbot, parts):
    session, keeper, checkpoints = parts
    checkpoints.set_intervals(3600, 0)
    with qtbot.waitSignal(checkpoints.written):
        pause(qtbot, session, 5)
    session.change("learning_rate", 0.02)
    with qtbot.waitSignal(checkpoints.written):
        session.step()
    found = read_interrupted(folder_of(keeper, session)).run
    assert (found.batches_done, [change.after for change in found.changes]) == (6, [0.02])
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    taken = []
    session.checkpoint_taken.connect(taken.append)
    session.step()
    qtbot.waitUntil(lambda: session.batches_done == 7)
    assert taken == []  # no second one of the same change


def test_a_change_while_a_checkpoint_is_written_is_in_the_next_one(qtbot, parts, monkeypatch):
    session, _, checkpoints = parts
    checkpoints.set_intervals(3600, 0)
    taken, may_write = [], Event()
    session.checkpoint_taken.connect(lambda checkpoint: taken.append(len(checkpoint.state.changes)))
    monkeypatch.setattr("app.runs.checkpoints.write_curves", lambda path, curves: may_write.wait(60))
    pause(qtbot, session, 5)
    session.change("learning_rate", 0.02)
    session.step()
    qtbot.waitUntil(lambda: len(session.run.changes) == 1)
    assert taken == [0]
    with qtbot.waitSignal(checkpoints.written):
        may_write.set()
    session.step()
    qtbot.waitUntil(lambda: taken == [0, 1])
