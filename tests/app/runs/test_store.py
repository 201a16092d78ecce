"""What is written is read again, exactly; what is damaged is one sentence and spoils nothing else."""

import json
import math
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from app.runs import RunStore
from app.runs import store as store_module
from app.runs.curve_files import CurveData, read_curves, write_curves
from app.runs.record import record_from_json, record_of, record_to_json
from app.training import SessionState
from app.training.curves import RunCurves
from app.training.layer_history import LayerHistory
from app.training.run import SettingChange
from tests.app.runs.conftest import keep
from tinyml.core import StorageError
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.learner import BatchFinished, EpochFinished
from tinyml.learner.layer_stats import LayerStats


def test_a_run_is_read_as_it_was_written(store, make_run) -> None:
    run = make_run(7)
    run.title, run.starred, run.message = "the best", True, "Test accuracy 90.0 %."
    run.changes.append(SettingChange(1.5, 15, "learning_rate", 0.1, 0.05))
    keep(store, run)
    again = RunStore(store.folder).load(run.identifier)
    assert again.config == run.config
    assert (again.name, again.starred, again.message, again.number) == ("the best", True, run.message, 7)
    assert again.state is SessionState.FINISHED
    assert again.history == run.history
    assert again.history[1].validation_loss is None
    assert again.changes == run.changes
    assert again.test_accuracy == 0.9
    assert again.created == run.created
    for name in ("batches", "smoothed", "validation"):
        for curves in ("loss", "accuracy"):
            before, after = getattr(getattr(run.curves, curves), name), getattr(getattr(again.curves, curves), name)
            assert np.array_equal(before.x, after.x)
            assert np.array_equal(before.y, after.y)


def test_values_that_are_not_finite_stay_in_the_curves_and_leave_the_record(store, make_run) -> None:
    run = make_run()
    run.curves.restore_batches(7, np.array([2.1, 2.2]), np.array([math.inf, math.nan]), np.array([0.1, math.nan]))
    run.test_loss = math.nan
    keep(store, run)
    record = store.read_record(run.identifier)
    assert record.results.diverged
    assert record.results.test_loss is None
    y = store.load(run.identifier).curves.loss.batches.y
    assert math.isinf(y[-2])
    assert math.isnan(y[-1])


def test_the_kind_of_a_failure_is_kept(store, make_run) -> None:
    run = make_run()
    run.state, run.message, run.failure = SessionState.FAILED, "The loss became nan.", "memory"
    keep(store, run)
    assert not store.read_record(run.identifier).results.diverged
    run.failure = "divergence"
    keep(store, run)
    assert store.read_record(run.identifier).results.diverged
    assert store.load(run.identifier).failure == "divergence"


def test_kept_curves_continue_as_if_they_had_never_left_the_memory(make_run, tmp_path) -> None:
    run = make_run(batches=640)
    write_curves(tmp_path / "curves.safetensors", CurveData.of(run.curves))
    again = read_curves(tmp_path / "curves.safetensors").make_curves()
    for curves in (run.curves, again):
        curves.continue_from(2.0, 9, 2)
    assert np.array_equal(again.loss.smoothed.y, run.curves.loss.smoothed.y)
    assert again.planned_epochs == 9
    assert again.history == run.curves.history


def test_the_learning_rate_and_the_time_of_each_batch_are_kept(tmp_path) -> None:
    curves = RunCurves(3)
    for step in range(1, 9):
        curves.add_batches([BatchFinished(1, step, 8, step, 10, 0.5, 0.5, 0.1 / step)], seconds=step / 4)
    path = tmp_path / "curves.safetensors"
    write_curves(path, CurveData.of(curves))
    again = read_curves(path).make_curves()
    assert np.array_equal(again.learning_rate.y, curves.learning_rate.y)
    assert len(again.learning_rate) == 8
    assert np.array_equal(again.seconds, curves.seconds)
    assert again.seconds[-1] == 2.0


def test_layers_that_are_measured_later_do_not_change_what_is_being_written(make_run) -> None:
    layers = LayerHistory()
    layers.add(BatchFinished(1, 1, 8, 1, 10, 0.5, 0.5, layers=(LayerStats("fc", gradient_norm=1.0),)))
    data = CurveData.of(make_run().curves, layers)
    layers.add(BatchFinished(1, 2, 8, 2, 10, 0.5, 0.5, layers=(LayerStats("fc", gradient_norm=2.0),)))
    assert data.make_layer_history().series("fc", "gradient_norm").tolist() == [1.0]


def test_later_batches_do_not_change_what_is_being_written(make_run) -> None:
    run = make_run(batches=20)
    data = CurveData.of(run.curves)
    before = data.loss.copy()
    run.curves.restore_batches(7, np.arange(2000) + 3.0, np.zeros(2000), np.zeros(2000))
    assert np.array_equal(data.loss, before)


def test_a_list_holds_readable_and_unreadable_runs(store, make_run) -> None:
    good, damaged, foreign, newer = (make_run(number) for number in range(1, 5))
    for run in (good, damaged, foreign, newer):
        keep(store, run)
    (store.folder / damaged.identifier / "run.json").write_bytes(b'{"format": "tinyml-run", "vers')
    (store.folder / foreign.identifier / "run.json").write_text('{"format": "other", "version": 1}')
    record = json.loads((store.folder / newer.identifier / "run.json").read_text())
    (store.folder / newer.identifier / "run.json").write_text(json.dumps({**record, "version": 99}))
    kept = store.read_all()
    assert kept[good.identifier].record is not None
    assert "damaged" in kept[damaged.identifier].problem
    assert "does not describe a run" in kept[foreign.identifier].problem
    assert "newer TinyML Studio" in kept[newer.identifier].problem
    assert [run.record is None for run in kept.values()].count(True) == 3
    store.delete(damaged.identifier)
    assert damaged.identifier not in store.read_all()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("created", "yesterday"),
        ("results", {"epochs": -1}),
        ("color", 1.5),
        ("surprise", 1),
        ("identifier", ""),
        ("state", "flying"),
    ],
)
def test_a_wrong_value_in_a_record_is_named(store, make_run, name, value) -> None:
    run = make_run()
    content = json.loads(record_to_json(record_of(run, run.config, "circle")))
    with pytest.raises(StorageError, match=name):
        record_from_json(json.dumps({**content, name: value}), "run.json")


def test_a_record_in_the_wrong_folder_is_refused(store, make_run) -> None:
    run = make_run()
    keep(store, run)
    (store.folder / run.identifier).rename(store.folder / "copy")
    assert "belongs to another run" in store.read_all()["copy"].problem


def test_an_older_project_inside_a_record_is_migrated(make_run) -> None:
    run = make_run()
    content = json.loads(record_to_json(record_of(run, run.config, "circle")))
    content["project"]["version"] = 1
    assert record_from_json(json.dumps(content), "run.json").project == run.config.project


def test_the_layer_statistics_are_kept_with_the_run(store, train) -> None:
    run = train()
    again = store.load(run.identifier).layer_history
    assert len(again) > 0
    assert again.newest == run.layer_history.newest
    assert again.measured == run.layer_history.measured
    for layer in run.layer_history.layers:
        before, after = (history.histograms(layer, "activations") for history in (run.layer_history, again))
        assert np.array_equal(before.counts, after.counts)


def test_a_file_without_layer_statistics_is_read(make_run, tmp_path) -> None:
    write_curves(tmp_path / "curves.safetensors", CurveData.of(make_run().curves))
    assert len(read_curves(tmp_path / "curves.safetensors").make_layer_history()) == 0


def test_damaged_layer_statistics_are_one_sentence(store, train) -> None:
    run = train()
    path = store.folder / run.identifier / "curves.safetensors"
    file = read_tensors(path)
    write_tensors(path, dict(file.tensors) | {"layers/steps": np.zeros(3)}, file.metadata)
    with pytest.raises(StorageError, match=r"curves\.safetensors' is damaged"):
        store.load(run.identifier)


@pytest.mark.parametrize("fault", ["missing", "cut", "other", "lengths", "falls", "epochs", "no epochs"])
def test_damaged_curves_are_one_sentence(store, make_run, fault) -> None:
    run = make_run()
    keep(store, run)
    path = store.folder / run.identifier / "curves.safetensors"
    file = read_tensors(path)
    tensors = dict(file.tensors)
    if fault == "missing":
        path.unlink()
    elif fault == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    elif fault == "other":
        write_tensors(path, tensors, {"format": "x"})
    else:
        if fault == "lengths":
            tensors["batches/loss"] = tensors["batches/loss"][:-1]
        elif fault == "falls":
            tensors["batches/position"] = tensors["batches/position"][::-1]
        elif fault == "epochs":
            tensors["epochs/epoch"] = np.array([math.nan, 2.0])
        else:
            del tensors["epochs/training_loss"]
        write_tensors(path, tensors, file.metadata)
    with pytest.raises(StorageError, match=r"curves\.safetensors"):
        store.load(run.identifier)
    assert store.read_all()[run.identifier].record is not None


def test_a_run_of_another_window_is_no_crash_and_cannot_be_changed(store, make_run) -> None:
    run = make_run()
    run.state = SessionState.RUNNING
    other = RunStore(store.folder)
    assert other.claim(run.identifier)
    keep(other, run)
    seen = store.read_all()[run.identifier]
    assert seen.elsewhere
    assert not seen.interrupted
    assert not store.claim(run.identifier)
    for forbidden in (store.delete, lambda name: store.change(name, title="x")):
        with pytest.raises(StorageError, match="Another window"):
            forbidden(run.identifier)
    assert not other.read_all()[run.identifier].elsewhere
    with pytest.raises(StorageError, match="being trained"):
        other.delete(run.identifier)
    other.release(run.identifier)
    left = store.read_all()[run.identifier]
    assert left.interrupted
    assert not left.elsewhere


def test_a_record_that_did_not_change_is_not_read_again(store, make_run, monkeypatch) -> None:
    runs = [make_run(number) for number in (1, 2)]
    for run in runs:
        keep(store, run)
    known = store.read_all()
    read = []
    monkeypatch.setattr(store, "read_record", lambda name: read.append(name) or record_from_json("{}", name))
    (store.folder / runs[1].identifier / "run.json").write_text("{}")
    kept = store.read_all(known)
    assert read == [runs[1].identifier]
    assert kept[runs[0].identifier].record is known[runs[0].identifier].record


def test_a_deleted_run_comes_back_until_the_window_closes(store, make_run) -> None:
    run, gone = make_run(1), make_run(2)
    for each in (run, gone):
        keep(store, each)
        store.delete(each.identifier)
    assert store.read_all() == {}
    store.restore(run.identifier)
    store.empty_deleted()
    assert list(store.read_all()) == [run.identifier]
    assert list((store.folder / ".deleted").iterdir()) == []
    with pytest.raises(StorageError, match="could not be restored"):
        store.restore(gone.identifier)


def test_a_window_keeps_what_another_one_deleted_just_now_but_not_for_days(store, make_run, monkeypatch) -> None:
    run = make_run()
    keep(store, run)
    store.delete(run.identifier)
    other = RunStore(store.folder)
    other.empty_deleted()
    assert (store.folder / ".deleted" / run.identifier).exists()
    monkeypatch.setattr(store_module, "FORGOTTEN_AFTER", -1.0)
    other.empty_deleted()
    assert not (store.folder / ".deleted" / run.identifier).exists()


def test_an_empty_folder_of_a_killed_program_is_no_run(store) -> None:
    (store.folder / "abc").mkdir(parents=True)
    assert store.read_all() == {}
    assert RunStore(store.folder / "nothing").read_all() == {}


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path, make_run) -> None:
    (tmp_path / "file").write_text("")
    store = RunStore(tmp_path / "file")
    with pytest.raises(StorageError, match="cannot be read"):
        store.read_all()
    with pytest.raises(StorageError, match="cannot be kept"):
        keep(store, make_run())
    with pytest.raises(StorageError, match="cannot be kept"):
        store.claim("abc")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs rights that can be taken away")
def test_an_unreadable_run_folder_is_one_sentence(store, make_run) -> None:
    run, good = make_run(1), make_run(2)
    keep(store, run)
    keep(store, good)
    (store.folder / run.identifier).chmod(0)
    try:
        kept = store.read_all()
    finally:
        (store.folder / run.identifier).chmod(0o700)
    assert "Permission denied" in kept[run.identifier].problem
    assert kept[good.identifier].record is not None


def test_a_folder_instead_of_the_record_is_one_sentence(store, make_run) -> None:
    run = make_run()
    keep(store, run)
    path: Path = store.folder / run.identifier / "run.json"
    path.unlink()
    path.mkdir()
    assert "is a folder" in store.read_all()[run.identifier].problem


def test_the_size_is_that_of_the_files(store, make_run) -> None:
    run = make_run()
    keep(store, run)
    (store.folder / run.identifier / "other.safetensors").write_bytes(b"of another part of the program")
    files = [path for path in (store.folder / run.identifier).iterdir() if path.is_file()]
    assert store.size == store.read_one(run.identifier).size == sum(path.stat().st_size for path in files) > 0


def test_curves_before_the_first_batch_are_empty(tmp_path) -> None:
    path = tmp_path / "curves.safetensors"
    write_curves(path, CurveData.of(RunCurves(5, "r_squared")))
    curves = read_curves(path).make_curves()
    assert curves.empty
    assert (curves.metric, curves.planned_epochs) == ("r_squared", 5)


class Unread(list):
    """Epochs that no view may read one by one."""

    def __iter__(self):
        raise AssertionError("the window reads all epochs of the run")


def test_the_window_does_not_read_all_epochs_of_a_long_run_for_its_row_in_the_list(make_run) -> None:
    run = make_run()
    run.curves = RunCurves(3)
    run.curves.history = Unread()
    losses = enumerate((0.5, 0.25, 0.75), start=1)
    run.add_epochs([EpochFinished(number, 3, loss, None, None, None, 1.0) for number, loss in losses])
    assert run.history is run.curves.history, "the epochs are kept once"
    results = record_of(run, run.config, "").results
    assert (results.epochs, results.best_epoch, results.training_loss) == (3, 2, 0.75)
    assert len(CurveData.of(run.curves).epochs["epoch"]) == 3
