"""The commands of the Train menu from the keyboard, and their messages."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.document import DATA_PENDING, edits
from app.document import document as document_module
from app.training import SessionState
from tinyml.core import DataError

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def circle(make_window):
    return make_window("circle")


def press(qtbot, window, key, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(window, key, modifier)


def train(qtbot, window, key=Qt.Key.Key_F5, modifier=Qt.KeyboardModifier.NoModifier, epochs=2):
    window.document.apply(edits.change_training(window.document.project, epochs=epochs))
    press(qtbot, window, key, modifier)
    qtbot.waitUntil(lambda: window.session.state in ENDED)


def message(window):
    return window.status.findChild(QLabel, "status_message").text()


def test_continue_adds_to_the_curves_and_epochs(qtbot, circle):
    train(qtbot, circle)
    curves = circle.train_page.monitor.curves
    done = len(curves.loss.batches)
    train(qtbot, circle, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)
    assert "Continuing with epochs 3 to 4." in message(circle)
    assert circle.train_page.monitor.curves is curves
    assert len(curves.loss.batches) == 2 * done
    assert (curves.loss.batches.x[1:] > curves.loss.batches.x[:-1]).all()
    assert [epoch.epoch for epoch in curves.history] == [1, 2, 3, 4]
    circle.train_page.monitor.refresh()
    assert circle.train_page.monitor.summary.texts["epoch"] == "4 of 4"
    assert circle.status.findChild(QWidget, "status_epoch").text() == "epoch 4 / 4"


def test_f5_after_a_run_says_that_the_run_is_kept_and_how_to_show_it(qtbot, circle):
    train(qtbot, circle)
    assert "is kept" not in message(circle)
    first = (circle.session.snapshot, circle.train_page.monitor.curves)
    train(qtbot, circle, epochs=3)
    assert "The previous run is kept: Alt+Left shows it." in message(circle)
    second = (circle.session.snapshot, circle.train_page.monitor.curves)
    press(qtbot, circle, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert (circle.session.snapshot, circle.train_page.monitor.curves) == first
    assert message(circle) == "Run 1 of 2: 2 epochs."
    assert circle.status.findChild(QWidget, "status_epoch").text() == "epoch 2 / 2"
    assert not circle.actions_by_name["previous_run"].isEnabled()
    qtbot.waitUntil(lambda: circle.inspection.snapshot is first[0])
    press(qtbot, circle, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert (circle.session.snapshot, circle.train_page.monitor.curves) == second
    assert not circle.actions_by_name["next_run"].isEnabled()


def test_showing_a_failed_run_again_repeats_no_message(qtbot, window, dialog):
    window.document.apply(edits.change_training(window.document.project, learning_rate=1000.0))
    train(qtbot, window, epochs=20)
    assert window.session.state is SessionState.FAILED
    dialog(window, "problem_dialog").close()
    window.document.apply(edits.change_training(window.document.project, learning_rate=0.1))
    train(qtbot, window, epochs=1)
    shown = []
    window.training.refused.connect(shown.append)
    window.session.state_changed.connect(lambda: shown.append("state"))
    press(qtbot, window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.session.state is SessionState.FAILED
    assert shown == []


def test_a_step_continues_the_run_or_says_why_it_started_a_new_one(qtbot, circle):
    train(qtbot, circle)
    previous = circle.session.run
    press(qtbot, circle, Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: circle.session.state is SessionState.PAUSED)
    assert circle.session.run is previous
    assert "Continuing with epochs 3 to 4." in message(circle)
    circle.session.stop()
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    circle.document.apply(edits.change_training(circle.document.project, loss="huber_loss"))
    press(qtbot, circle, Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: circle.session.state is SessionState.PAUSED)
    assert circle.session.runs == [previous, circle.session.run]
    assert message(circle).startswith("New run from fresh weights: the loss changed since this run.")


def test_the_tip_of_a_disabled_command_gives_the_reason(qtbot, circle):
    action = circle.actions_by_name["continue_training"]
    assert "nothing to continue" in action.toolTip()
    train(qtbot, circle)
    assert action.isEnabled()
    assert action.toolTip() == "Train this run for more epochs. (Ctrl+F5)"
    circle.document.apply(edits.change_training(circle.document.project, loss="huber_loss"))
    assert not action.isEnabled()
    assert action.toolTip().startswith("The loss changed since this run.")
    assert action.statusTip() == action.toolTip()


def test_the_window_asks_before_weights_of_an_earlier_run_are_lost(qtbot, circle, dialog, monkeypatch):
    train(qtbot, circle)
    train(qtbot, circle)
    circle.document.undo_stack.setClean()
    monkeypatch.setattr("app.shell.unsaved_changes.WORTH_A_QUESTION_SECONDS", 0)
    monkeypatch.setattr(circle.keeper.saver, "has_kept", lambda _run: False)
    circle.session.run.exported = circle.session.snapshot
    circle.files.open_example("lenet-digits")
    question = dialog(circle, "weights_dialog")
    assert "earlier run" in question.text()
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert circle.document.project.data.source == "circle"
    circle.session.show_previous_run()
    circle.session.run.exported = circle.session.snapshot
    circle.files.open_example("lenet-digits")
    assert circle.document.project.data.source == "digits"


@pytest.fixture
def hanging_source(monkeypatch):
    """Replaces `read_description` by a function that waits until the end of the test; records the calling threads."""
    gate, threads = threading.Event(), []

    def read_description(choice, _progress):
        threads.append(threading.get_ident())
        gate.wait()
        raise DataError(f"There is no folder '{choice.source}'.")

    monkeypatch.setattr(document_module, "read_description", read_description)
    yield gate, threads
    gate.set()


def test_the_window_works_while_a_project_points_to_data_that_does_not_answer(qtbot, circle, hanging_source, tmp_path):
    gate, threads = hanging_source
    circle.document.apply(edits.change_data(circle.document.project, source="/net/away"))
    qtbot.waitUntil(lambda: len(threads) == 1)
    path = tmp_path / "away.tinyml.json"
    assert circle.files.save_to(path)
    circle.files.load_example("lenet-digits")
    circle.files.open_path(path)
    qtbot.waitUntil(lambda: len(threads) == 2)
    assert circle.document.data_pending
    assert circle.canvas.card_stack.input_card.model.line == DATA_PENDING
    assert circle.inspection.problem == ""
    for name in ("train", "step", "continue_training"):
        assert not circle.actions_by_name[name].isEnabled()
        assert circle.actions_by_name[name].toolTip() == DATA_PENDING
    circle.files.load_example("circle")
    assert circle.actions_by_name["train"].isEnabled()
    qtbot.waitUntil(lambda: circle.inspection.sample_trace is not None)
    circle.files.open_path(path)
    qtbot.waitUntil(lambda: len(threads) == 3)
    circle.close()
    assert not circle.isVisible()
    assert threading.get_ident() not in threads
    assert not gate.is_set()


def test_continue_for_so_many_epochs_takes_the_settings_on_screen(qtbot, circle):
    train(qtbot, circle)
    circle.train_page.control.continue_requested.emit(3)
    qtbot.waitUntil(lambda: circle.session.state in ENDED)
    assert len(circle.session.history) == 5
    assert "Continuing with epochs 3 to 5." in message(circle)


def test_more_epochs_of_an_active_run_are_added_to_its_plan(qtbot, circle):
    session, control = circle.session, circle.train_page.control
    circle.document.apply(edits.change_training(circle.document.project, epochs=3))
    session.start(steps=2)
    qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
    control.continue_requested.emit(2)
    assert message(circle) == "The run now ends with epoch 5."
    control.continue_requested.emit(1)
    assert message(circle) == "The run now ends with epoch 6."
    control.continue_requested.emit(1_000_000)
    assert "epochs" in message(circle)
    session.resume()
    qtbot.waitUntil(lambda: session.state in ENDED)
    assert session.state is SessionState.FINISHED
    assert len(session.history) == session.config.epochs == 6
    assert circle.document.project.training.epochs == 3


def test_an_epoch_is_one_step_with_shift_f7(qtbot, circle):
    press(qtbot, circle, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier)
    assert not circle.actions_by_name["step_epoch"].isEnabled()
    assert "Pause it first" in circle.actions_by_name["step_epoch"].toolTip()
    qtbot.waitUntil(lambda: circle.session.state is SessionState.PAUSED)
    assert len(circle.session.history) == 1
    assert circle.actions_by_name["step_epoch"].isEnabled()


def test_again_with_the_same_seed_repeats_the_run_and_a_new_seed_does_not(qtbot, circle):
    train(qtbot, circle)
    first = circle.session.snapshot
    circle.document.apply(edits.change_training(circle.document.project, seed=7))
    weights = []
    for name in ("train_again", "train_new_seed"):
        circle.actions_by_name[name].trigger()
        qtbot.waitUntil(lambda: circle.session.state in ENDED)
        weights.append(circle.session.snapshot.tensors)
    assert all((weights[0][name] == tensor).all() for name, tensor in first.tensors.items())
    assert not all((weights[1][name] == tensor).all() for name, tensor in first.tensors.items())
    assert circle.document.project.training.seed == 1
    circle.actions_by_name["undo"].trigger()
    assert circle.document.project.training.seed == 0


def test_the_best_weights_are_shown_and_the_last_ones_again(qtbot, circle):
    action = circle.actions_by_name["best_weights"]
    assert not action.isEnabled()
    assert "unknown" in action.toolTip()
    circle.document.apply(edits.change_training(circle.document.project, learning_rate=3.0, momentum=0.5))
    train(qtbot, circle, epochs=8)
    best = circle.session.run.best_epoch.epoch
    assert best < 8
    last = circle.session.snapshot
    action.trigger()
    assert f"weights of the best epoch, {best}." in message(circle)
    assert action.text() == "Last &weights"
    qtbot.waitUntil(lambda: circle.inspection.snapshot is circle.session.run.best)
    action.trigger()
    assert "weights of the last epoch, 8." in message(circle)
    assert circle.session.snapshot is last
