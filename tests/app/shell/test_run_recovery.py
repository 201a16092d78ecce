"""The offer to resume the run of a program that crashed."""

import shutil

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton

from app.document import edits
from app.runs.store import CHECKPOINT
from app.training import SessionState

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def crashed(qtbot, make_window, tmp_path):
    """Leaves the checkpoint of a run behind, as a crash does; returns its folder."""
    window = make_window("circle")
    window.document.save(tmp_path / "rings.tinyml.json")
    window.document.apply(edits.change_training(window.document.project, epochs=40, learning_rate=0.03))
    with qtbot.waitSignal(window.checkpoints.written):
        window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is SessionState.PAUSED)
    with qtbot.waitSignal(window.checkpoints.written):
        window.session.request_checkpoint()
        window.session.step()
    assert "checkpoint" in window.status.findChild(QLabel, "status_checkpoint").text()
    folder = tmp_path / "runs" / window.session.run.identifier
    shutil.copytree(folder, tmp_path / "copy", ignore=shutil.ignore_patterns("*.tmp", "owner.lock*"))
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state in ENDED)
    qtbot.waitUntil(lambda: not list(folder.glob("checkpoint*")))
    window.document.undo_stack.setClean()
    window.close()
    for path in (tmp_path / "copy").iterdir():
        if path.name.startswith("checkpoint"):
            shutil.copy(path, folder)
    return folder


def offered(qtbot, window):
    window.run_recovery.offer()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "run_recovery_dialog") is not None)
    return window.findChild(QMessageBox, "run_recovery_dialog")


def test_the_run_is_resumed_with_its_own_project(qtbot, crashed, make_window):
    window = make_window()
    dialog = offered(qtbot, window)
    assert "while run 1 of rings" in dialog.text()
    assert "epoch 2 of 40" in dialog.text()
    dialog.findChild(QPushButton, "answer_resume").click()
    qtbot.waitUntil(lambda: window.session.state in ENDED)
    assert window.session.state is SessionState.FINISHED
    assert len(window.session.history) == 40
    assert window.document.project.data.source == "circle"
    assert window.document.project.training.learning_rate == 0.03
    qtbot.waitUntil(lambda: not (crashed / CHECKPOINT).exists())


def test_the_resumed_run_belongs_to_its_project_file_again(qtbot, crashed, make_window, tmp_path):
    window = make_window()
    offered(qtbot, window).findChild(QPushButton, "answer_resume").click()
    qtbot.waitUntil(lambda: window.session.state.active)
    assert window.document.path == tmp_path / "rings.tinyml.json"
    assert window.document.modified  # the number of epochs was never saved
    assert window.document.project.training.epochs == 40
    window.document.undo_stack.undo()
    assert not window.document.modified


def test_without_its_file_the_project_of_the_run_is_untitled(qtbot, crashed, make_window, tmp_path):
    (tmp_path / "rings.tinyml.json").unlink()
    window = make_window()
    offered(qtbot, window).findChild(QPushButton, "answer_resume").click()
    qtbot.waitUntil(lambda: window.session.state.active)
    assert window.document.path is None
    assert "rings" in window.document.name
    assert window.document.project == window.session.config.project


def test_unsaved_changes_are_kept_while_a_run_is_resumed(qtbot, crashed, make_window):
    window = make_window("lenet-digits")
    window.document.apply(edits.change_training(window.document.project, epochs=7))
    offered(qtbot, window).findChild(QPushButton, "answer_resume").click()
    qtbot.waitUntil(lambda: window.session.state.active)
    assert window.document.project.training.epochs == 7
    assert window.session.config.project.data.source == "circle"


def test_a_run_that_should_wait_is_offered_in_the_list_and_asked_about_never_again(qtbot, crashed, make_window):
    window = make_window()
    offered(qtbot, window).reject()
    assert "list of runs" in window.status.findChild(QLabel, "status_message").text()
    window.close()
    again, found = make_window(), []
    again.run_recovery._take = found.append
    again.run_recovery.offer()
    qtbot.waitUntil(lambda: found == [None])
    again.pages.show_page("train")
    runs = again.train_page.runs
    again.pages.unfold("train", "left")
    again.train_page.left.show_tab(runs)
    qtbot.waitUntil(lambda: len(runs.rows) == 1)
    assert runs.rows[0].line().startswith("can be resumed")
    runs.list.select((crashed.name,))
    button = runs.findChild(QPushButton, "runs_resume")
    qtbot.waitUntil(lambda: button.isVisible() and again.session.run.identifier == crashed.name)
    button.click()
    qtbot.waitUntil(lambda: again.session.state is SessionState.FINISHED)
    assert len(again.session.history) == 40
    assert [run.identifier for run in again.session.runs] == [crashed.name]
    qtbot.waitUntil(lambda: not (crashed / CHECKPOINT).exists())
    qtbot.waitUntil(lambda: not button.isVisible())


def test_a_run_is_not_resumed_beside_another_one_and_a_sentence_says_so(qtbot, crashed, make_window):
    window = make_window("circle")
    dialog = offered(qtbot, window)
    window.session.start(steps=1)
    dialog.findChild(QPushButton, "answer_resume").click()
    message = window.status.findChild(QLabel, "status_message").text()
    assert message.startswith("run 1 was not resumed, since another run is active.")
    assert (crashed / CHECKPOINT).exists()


def test_a_discarded_run_is_not_offered_again(qtbot, crashed, make_window):
    window = make_window()
    offered(qtbot, window).findChild(QPushButton, "answer_discard").click()
    qtbot.waitUntil(lambda: not (crashed / CHECKPOINT).exists())
    found = []
    window.run_recovery._take = found.append
    window.run_recovery.offer()
    qtbot.waitUntil(lambda: found == [None])


def test_two_windows_do_not_offer_the_same_run(qtbot, crashed, make_window):
    first, second = make_window(), make_window()
    offered(qtbot, first)
    found = []
    second.run_recovery._take = found.append
    second.run_recovery.offer()
    qtbot.waitUntil(lambda: found == [None])


def test_the_question_about_unsaved_changes_comes_first(qtbot, crashed, make_window):
    window = make_window()
    other = QMessageBox(window)
    other.setObjectName("recovery_dialog")
    other.open()
    taken, take = [], window.run_recovery._take
    window.run_recovery._take = lambda found: taken.append(take(found))
    window.run_recovery.offer()
    qtbot.waitUntil(lambda: bool(taken))
    assert window.findChild(QMessageBox, "run_recovery_dialog") is None
    other.reject()
    qtbot.waitUntil(lambda: window.findChild(QMessageBox, "run_recovery_dialog") is not None)


def test_the_intervals_are_remembered(make_window):
    window = make_window()
    assert (window.checkpoints.seconds, window.checkpoints.epochs) == (30, 0)
    window.checkpoints.set_intervals(5, 2)
    window.close()
    QApplication.processEvents()
    again = make_window()
    assert (again.checkpoints.seconds, again.checkpoints.epochs) == (5, 2)
    again._settings.setValue("checkpoint_seconds", "soon")
    assert make_window().checkpoints.seconds == 30
