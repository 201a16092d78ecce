"""Runs of a session are kept, and kept runs come back."""

import errno
import os

import numpy as np
import pytest

from app.document import Document
from app.runs import RunKeeper, RunStore, run_saver
from app.runs.weight_files import BEST
from app.training import Session, SessionState, worker
from app.training.curves import RunCurves
from tests.app.runs.conftest import ENDED, keep
from tests.app.training.conftest import circle_project
from tinyml.core import TinymlError
from tinyml.storage import read_model


def test_a_run_is_kept_with_its_results_and_its_weights(qtbot, train, keeper) -> None:
    run = train()
    again = RunStore(keeper.folder).load(run.identifier)
    assert again.state is SessionState.FINISHED
    assert again.history == run.history
    assert again.test_accuracy == run.test_accuracy
    assert again.curves.loss.batches.y.tolist() == run.curves.loss.batches.y.tolist()
    assert again.snapshot is not None
    assert all(
        np.array_equal(again.snapshot.tensors[name], run.snapshot.tensors[name]) for name in run.snapshot.tensors
    )
    assert again.snapshot.history == run.snapshot.history
    assert keeper.kept[run.identifier].record.project_name == "untitled"
    assert keeper.size > 0


def test_runs_are_counted_over_all_windows_and_days(qtbot, train, keeper, make_run) -> None:
    old = make_run(41)
    keep(RunStore(keeper.folder), old)
    keeper.reload()
    qtbot.waitUntil(lambda: keeper.ready)
    assert [train().number, train().number] == [42, 43]


def test_a_running_run_is_kept_from_time_to_time_and_belongs_to_its_window(
    qtbot, session, keeper, document, monkeypatch
) -> None:
    monkeypatch.setattr(run_saver, "FIRST_SAVE_MS", 10)
    monkeypatch.setattr(run_saver, "SAVE_MS", 10)
    document.show_project(circle_project(epochs=100_000))
    session.start()
    other = RunStore(keeper.folder)
    batches = []
    keeper.changed.connect(lambda: batches.append(keeper.kept[session.run.identifier].record.results.batches))
    qtbot.waitUntil(lambda: len(set(batches)) > 2)
    assert batches == sorted(batches)
    seen = other.read_all()[session.run.identifier]
    assert seen.record.state == "running"
    assert seen.elsewhere
    assert not keeper.kept[session.run.identifier].elsewhere
    session.stop()
    qtbot.waitUntil(lambda: keeper.kept[session.run.identifier].record.state == "stopped")
    assert not other.read_all()[session.run.identifier].elsewhere


def test_the_last_state_is_kept_when_the_window_closes_in_the_middle_of_a_run(qtbot, session, keeper, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: len(session.history) > 3)
    session.shutdown()
    keeper.shutdown()
    kept = RunStore(keeper.folder).read_all()[session.run.identifier]
    assert kept.record.state == "stopped"
    assert kept.record.results.batches == session.batches_done


def test_weights_of_the_run_before_are_not_kept_as_those_of_a_new_run(qtbot, train, session, keeper) -> None:
    train()
    session.start(steps=0)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    session.run.batches_done = 1  # as if the newest batch had not sent its weights yet
    session.stop()
    qtbot.waitUntil(lambda: session.run.identifier in keeper.kept)
    assert session.snapshot is not None
    assert RunStore(keeper.folder).load(session.run.identifier).snapshot is None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
def test_a_full_or_read_only_disk_is_one_sentence_and_training_goes_to_its_end(
    qtbot, session, keeper, monkeypatch, code
) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", refuse)
    problems = []
    keeper.saver.problem_changed.connect(lambda: problems.append(keeper.saver.problem))
    session.start()
    qtbot.waitUntil(lambda: session.state in ENDED and bool(problems))
    assert session.state is SessionState.FINISHED
    assert os.strerror(code) in problems[0]
    assert problems[0].startswith("This run is not kept: could not save")
    monkeypatch.undo()
    session.start()
    qtbot.waitUntil(lambda: not keeper.saver.problem)
    assert problems == [problems[0], ""]


def test_a_kept_run_is_shown_with_its_curves_and_weights(qtbot, train, keeper, session, document) -> None:
    run = train()
    document.replace(document.project)
    assert session.runs == [session.run]
    with qtbot.waitSignal(session.run_changed):
        keeper.show(run.identifier)
    assert session.run is not run
    assert session.run.history == run.history
    assert session.run.exported is session.snapshot is not None
    assert session.snapshot.fits(document.project.network, document.data)
    assert session.obstacle == ""


def test_a_kept_run_can_continue_after_a_restart(qtbot, train, keeper, session, document) -> None:
    run = train()
    document.replace(document.project)
    keeper.show(run.identifier)
    qtbot.waitUntil(lambda: bool(session.history))
    session.continue_run()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert session.state is SessionState.FINISHED, session.message
    assert [epoch.epoch for epoch in session.history] == [1, 2, 3, 4, 5, 6]
    qtbot.waitUntil(lambda: keeper.kept[run.identifier].record.results.epochs == 6)
    assert len(keeper.kept) == 1


def test_a_run_whose_epochs_are_known_from_its_weights_only_continues_after_them(qtbot, train, session) -> None:
    run = train()
    run.curves, run.checkpoint = RunCurves(3), None  # a crash between the two files leaves this
    session.continue_run(epochs=1)
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert [epoch.epoch for epoch in session.history] == [1, 2, 3, 4]
    assert run.best_epoch in session.history


def test_at_most_five_runs_stay_in_the_session_and_the_neighbours_are_in_order(
    qtbot, keeper, session, make_run
) -> None:
    runs = [make_run(number) for number in range(1, 8)]
    for run in runs:
        keep(keeper.store, run)
    for run in reversed(runs):
        with qtbot.waitSignal(session.run_changed):
            keeper.show(run.identifier)
    assert [run.number for run in session.runs] == [1, 4, 5, 6, 7]
    assert session.run.number == 1
    session.show_next_run()
    assert session.run.number == 4


def test_while_a_run_is_active_no_other_one_replaces_it(qtbot, train, keeper, session, document) -> None:
    first = train()
    document.replace(circle_project(epochs=100_000))
    session.start()
    active = session.run
    read = []
    keeper.show(first.identifier, read.append)
    qtbot.waitUntil(lambda: bool(read))
    assert session.run is active
    assert read[0].identifier == first.identifier


def test_names_stars_and_overlays_survive_a_restart(qtbot, train, keeper, document) -> None:
    run = train()
    keeper.change(run.identifier, title="  first try ")
    keeper.change(run.identifier, starred=True)
    keeper.change(run.identifier, shown=True)
    assert (run.title, run.starred, run.shown) == ("first try", True, True)
    again = RunStore(keeper.folder)
    qtbot.waitUntil(lambda: again.read_record(run.identifier).shown)
    record = again.read_record(run.identifier)
    assert (record.name, record.starred) == ("first try", True)


def test_a_name_that_is_given_while_the_run_is_written_is_kept(qtbot, session, keeper) -> None:
    session.start()
    qtbot.waitUntil(lambda: session.state in ENDED)
    keeper.change(session.run.identifier, title="just now")
    qtbot.waitUntil(lambda: session.run.identifier in keeper.kept)
    assert keeper.kept[session.run.identifier].record.name == "just now"
    store = RunStore(keeper.folder)
    qtbot.waitUntil(lambda: store.read_record(session.run.identifier).title == "just now")


def test_a_name_that_cannot_be_written_is_taken_back_with_a_sentence(qtbot, train, keeper, monkeypatch) -> None:
    run = train()
    (keeper.folder / run.identifier / "run.json").write_text("{}")
    with qtbot.waitSignal(keeper.failed) as failed:
        keeper.change(run.identifier, title="x")
    assert "does not describe a run" in failed.args[0]
    qtbot.waitUntil(lambda: keeper.kept[run.identifier].record is None)


def test_deleted_runs_come_back_in_the_order_of_undo(qtbot, keeper, make_run) -> None:
    runs = [make_run(number) for number in (1, 2, 3)]
    for run in runs:
        keep(keeper.store, run)
    keeper.reload()
    qtbot.waitUntil(lambda: len(keeper.kept) == 3)
    keeper.delete([runs[0].identifier, runs[1].identifier])
    keeper.delete([runs[2].identifier])
    assert not keeper.kept
    keeper.undo_delete()
    assert list(keeper.kept) == [runs[2].identifier]
    keeper.undo_delete()
    keeper.undo_delete()
    assert len(keeper.kept) == 3
    qtbot.waitUntil(lambda: len(RunStore(keeper.folder).read_all()) == 3)
    keeper.delete([runs[0].identifier])
    keeper.shutdown()
    assert sorted(RunStore(keeper.folder).read_all()) == sorted(run.identifier for run in runs[1:])


def test_what_is_deleted_while_the_folder_is_read_does_not_come_back(qtbot, train, keeper) -> None:
    run = train()
    keeper.reload()
    keeper.delete([run.identifier])
    read = []
    keeper.submit(lambda: None, read.append)  # comes after the reading
    keeper.reload()
    keeper.submit(lambda: None, read.append)
    qtbot.waitUntil(lambda: len(read) == 2)
    assert keeper.kept == {}


def test_the_active_run_cannot_be_deleted(qtbot, session, keeper, document, monkeypatch) -> None:
    monkeypatch.setattr(run_saver, "FIRST_SAVE_MS", 10)
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: session.run.identifier in keeper.kept)
    keeper.delete([session.run.identifier])
    assert session.run.identifier in keeper.kept
    assert not keeper.last_deleted


def test_curves_to_draw_are_read_once_and_damaged_ones_are_named_once(qtbot, keeper, make_run) -> None:
    run, damaged = make_run(1), make_run(2)
    for each in (run, damaged):
        each.shown = True
        keep(keeper.store, each)
    keeper.reload()
    qtbot.waitUntil(lambda: len(keeper.kept) == 2)
    (keeper.folder / damaged.identifier / "curves.safetensors").write_bytes(b"")
    sentences = []
    keeper.failed.connect(sentences.append)
    for _ in range(2):
        keeper.curves.draw([run.identifier, damaged.identifier])
        qtbot.waitUntil(lambda: keeper.curves.find(run.identifier) is not None and bool(sentences))
    assert len(sentences) == 1
    first = keeper.curves.find(run.identifier)
    keeper.curves.draw([run.identifier])
    assert keeper.curves.find(run.identifier) is first
    keeper.curves.draw([])
    assert keeper.curves.find(run.identifier) is None, "hidden curves leave the memory"


def test_two_windows_see_the_runs_of_each_other(qtbot, train, keeper, tmp_path) -> None:
    document = Document(circle_project())
    session = Session(document)
    other = RunKeeper(session, document, keeper.folder)
    run = train()
    other.reload()
    qtbot.waitUntil(lambda: run.identifier in other.kept)
    session.start()
    qtbot.waitUntil(lambda: session.state in ENDED and len(other.kept) == 2)
    assert session.run.number == 2
    keeper.reload()
    qtbot.waitUntil(lambda: len(keeper.kept) == 2)
    session.shutdown()
    other.shutdown()
    document.shutdown()


def test_two_windows_that_train_at_once_give_their_runs_different_numbers(qtbot, session, keeper) -> None:
    document = Document(circle_project())
    other = Session(document)
    other_keeper = RunKeeper(other, document, keeper.folder)
    session.start()
    other.start()
    qtbot.waitUntil(lambda: {session.state, other.state} <= set(ENDED))
    other.shutdown()
    other_keeper.shutdown()
    session.shutdown()
    keeper.shutdown()
    document.shutdown()
    records = [kept.record for kept in RunStore(keeper.folder).read_all().values()]
    assert sorted(record.number for record in records) == [1, 2]
    assert len({record.color for record in records}) == 2


def test_a_run_that_fails_before_its_first_batch_is_kept_with_its_reason(qtbot, session, keeper, monkeypatch) -> None:
    def fail(*_arguments: object) -> None:
        raise TinymlError("The folder of the data is gone.")

    monkeypatch.setattr(worker, "load_splits", fail)
    session.start()
    run = session.run
    qtbot.waitUntil(lambda: run.identifier in keeper.kept)
    record = keeper.kept[run.identifier].record
    assert (record.state, record.message, record.results.batches) == ("failed", "The folder of the data is gone.", 0)
    again = RunStore(keeper.folder).load(run.identifier)
    assert again.curves.empty
    assert again.snapshot is None
    session.show_run(again)
    assert "nothing to continue" in session.obstacle


def test_a_run_that_is_stopped_before_its_first_batch_is_not_kept(qtbot, session, keeper) -> None:
    session.start(steps=0)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    session.stop()
    qtbot.waitUntil(lambda: session.state is SessionState.STOPPED)
    session.shutdown()
    keeper.shutdown()
    assert RunStore(keeper.folder).read_all() == {}


def test_a_kept_run_is_safe_and_one_that_could_not_be_written_is_not(
    qtbot, train, session, keeper, monkeypatch
) -> None:
    assert keeper.is_safe(train())
    monkeypatch.setattr(os, "fsync", lambda _file: _raise(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    session.start()
    qtbot.waitUntil(lambda: session.state in ENDED and bool(keeper.saver.problem))
    lost = session.run
    assert not keeper.is_safe(lost)
    monkeypatch.undo()
    assert keeper.is_safe(train())
    assert not keeper.is_safe(lost), "only its own save can bring it to safety"


def _raise(error: Exception) -> None:
    raise error


def test_the_weights_of_a_kept_run_do_not_repeat_its_epochs(train, keeper) -> None:
    run = train()
    assert run.best is not None
    about = read_model(keeper.folder / run.identifier / BEST)
    assert len(about.history) == 1
    again = RunStore(keeper.folder).load(run.identifier)
    assert again.best.history == run.best.history
