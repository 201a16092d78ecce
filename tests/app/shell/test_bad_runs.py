"""Runs that cannot work: one sentence says why and what to do, and the window shows the state that is.

The other bad inputs of runs have their tests elsewhere: a rate out of range in tests/app/training/test_changes.py and
tests/app/monitor/control/test_control_box.py; a full disk, an unreadable folder and two owners of one run in
tests/app/runs/test_checkpoints.py and tests/app/runs/test_store.py; one class in tests/tinyml/data/analysis and in the
lessons of the diagnosis.
"""

import math

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox

from app.document import edits
from app.training import SessionState

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def circle(make_window):
    return make_window("circle")


def label(window, name):
    return window.status.findChild(QLabel, f"status_{name}").text()


def settle(qtbot, window):
    qtbot.waitUntil(lambda: window.session.state in ENDED)
    assert label(window, "state") == window.session.state.value
    assert window.actions_by_name["train"].isEnabled()
    assert not window.actions_by_name["stop"].isEnabled()


def train(qtbot, window, **settings):
    window.document.apply(edits.change_training(window.document.project, **settings))
    window.actions_by_name["train"].trigger()
    settle(qtbot, window)


def table(tmp_path, lines):
    path = tmp_path / "table.csv"
    path.write_text("\n".join(["x,y,label", *lines]) + "\n")
    return path


def test_the_largest_learning_rate_diverges_and_the_window_says_what_to_do(qtbot, make_window):
    window = make_window("lenet-digits")
    train(qtbot, window, learning_rate=1000.0, epochs=1)
    assert window.session.state is SessionState.FAILED
    dialog = window.findChild(QMessageBox, "problem_dialog")
    assert "loss" in dialog.text()
    assert "Lower the learning rate" in dialog.text()
    dialog.reject()
    train(qtbot, window, learning_rate=0.05)
    assert window.session.state is SessionState.FINISHED


def test_a_batch_that_is_larger_than_the_set_is_the_whole_set(qtbot, circle):
    train(qtbot, circle, batch_size=100_000, epochs=3)
    assert circle.session.state is SessionState.FINISHED
    assert circle.session.batches_done == 3
    assert circle.session.run.batches_per_epoch == 1


def use_table(qtbot, window, path):
    window.document.apply(edits.choose_source(window.document.project, str(path)))
    qtbot.waitUntil(lambda: not window.document.data_pending)


def test_a_missing_number_is_filled_and_the_run_has_no_nan(qtbot, circle, tmp_path):
    path = table(tmp_path, [f"{'nan' if row == 7 else row},{row % 3},{'ab'[row % 2]}" for row in range(40)])
    use_table(qtbot, circle, path)
    assert "1 missing number is filled" in " ".join(map(str, circle.document.data.findings))
    train(qtbot, circle, epochs=2)
    assert circle.session.state is SessionState.FINISHED
    assert math.isfinite(circle.session.history[-1].training_loss)


def test_an_infinite_number_is_refused_with_its_place(qtbot, circle, tmp_path):
    path = table(tmp_path, [f"{'inf' if row == 7 else row},{row % 3},{'ab'[row % 2]}" for row in range(40)])
    use_table(qtbot, circle, path)
    circle.actions_by_name["train"].trigger()
    assert circle.session.state is SessionState.READY
    assert label(circle, "state") == "Ready"
    assert "Line 9 of 'table.csv' has 'inf'" in label(circle, "message")


def test_more_classes_than_outputs_cannot_be_trained_and_the_sentence_says_so(qtbot, circle, tmp_path):
    path = table(tmp_path, [f"{row},{row % 7},{'abcde'[row % 5]}" for row in range(60)])
    use_table(qtbot, circle, path)
    circle.actions_by_name["train"].trigger()
    assert circle.session.state is SessionState.READY
    assert label(circle, "state") == "Ready"
    assert "The network cannot be trained yet." in label(circle, "message")
    assert "needs 5, one for each class" in label(circle, "message")


def test_two_windows_that_train_at_once_keep_both_runs(qtbot, make_window):
    first, second = make_window("circle"), make_window("circle")
    for window in (first, second):
        window.document.apply(edits.change_training(window.document.project, epochs=3))
        window.actions_by_name["train"].trigger()
    for window in (first, second):
        settle(qtbot, window)
        assert window.session.state is SessionState.FINISHED
    names = {window.session.run.identifier for window in (first, second)}
    qtbot.waitUntil(lambda: all((first.keeper.folder / name / "run.json").exists() for name in names))
    first.keeper.reload()
    qtbot.waitUntil(lambda: names <= set(first.keeper.kept))
