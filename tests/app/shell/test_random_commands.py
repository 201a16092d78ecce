"""Random sequences of all commands for runs: one end each, no thread left, no hang, and the state shown is the state.

`RANDOM_COMMAND_SEQUENCES=300` runs more of them, `RANDOM_COMMAND_SEED` other ones.
"""

import os
import random
import sys
import threading
from collections import Counter

import pytest
from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QPushButton

from app.document import edits
from app.runs.store import RunStore
from app.shell.page_table import PAGES, page_command
from app.training import SessionState
from app.training.worker import Worker
from tinyml.core import TinymlError

SEQUENCES = int(os.environ.get("RANDOM_COMMAND_SEQUENCES", "6"))
SEED = int(os.environ.get("RANDOM_COMMAND_SEED", "1"))
LENGTH = 25
ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)
ACTIONS = (
    *("train", "pause", "step", "step_epoch", "stop", "continue_training", "train_again", "train_new_seed"),
    *("best_weights", "previous_run", "next_run", "undo", "redo", "new_project"),
    *(page_command(page.name) for page in PAGES),
)
ANSWERS = ("answer_stop", "answer_discard")
"""Buttons that let a command continue which replaces the project or closes the window."""


class Ends:
    """Counts how each run begins and ends, for the session and for its workers."""

    def __init__(self, session, monkeypatch):
        self._session = session
        self.begun = self.ended = 0
        self.faults = []
        self.workers = []
        session.started.connect(self._begin)
        session.continued.connect(self._begin)
        session.state_changed.connect(self._follow)
        self._open = False
        make = Worker.__init__

        def make_and_count(worker, *arguments):
            make(worker, *arguments)
            place = len(self.workers)
            self.workers.append(0)
            worker.ended.connect(lambda *_: self._end(place), Qt.ConnectionType.DirectConnection)

        monkeypatch.setattr(Worker, "__init__", make_and_count)

    def _begin(self):
        if self._open:
            self.faults.append("a run began before the one before it had ended")
        self.begun += 1
        self._open = True

    def _follow(self):
        if self._session.state in ENDED:
            self.ended += 1
            if not self._open:
                self.faults.append("a run ended twice")
            self._open = False

    def _end(self, place):
        self.workers[place] += 1


def change_rate(window, generator):
    try:
        window.session.change("learning_rate", generator.choice((0.01, 0.2, 1.0, 0.0)))
    except TinymlError:
        return  # 0 is no learning rate, or no run is active


def with_kept(command):
    """Return a command for a run of the list, which does nothing while the list is empty."""

    def run(window, generator):
        if window.keeper.kept:
            command(window, generator.choice(sorted(window.keeper.kept)))

    return run


def restore(window, identifier):
    record = window.keeper.kept[identifier].record
    if record is not None:
        window.train_page.runs.commands.restore(record)


def sweep(window):
    window.train_page.runs.open_sweep()
    return window.findChild(QDialog, "sweep_dialog")


OTHERS = {
    "rate": change_rate,
    "more": lambda window, generator: window.train_page.control.continue_requested.emit(generator.randint(1, 3)),
    "example": lambda window, generator: window.files.load_example(generator.choice(("circle", "lenet-digits"))),
    "epochs": lambda window, generator: window.document.apply(
        edits.change_training(window.document.project, epochs=generator.randint(1, 4))
    ),
    "checkpoint": lambda window, _: window.session.request_checkpoint(),
    "look": lambda window, _: window.train_page.control.next_batch.open_for_run(),
    "show kept": with_kept(lambda window, identifier: window.keeper.show(identifier)),
    "restore": with_kept(restore),
    "delete run": with_kept(lambda window, identifier: window.keeper.delete([identifier])),
    "undo delete": lambda window, _: window.keeper.undo_delete(),
    "sweep": lambda window, _: sweep(window).findChild(QPushButton, "sweep_start").click(),
    "sweep stop": lambda window, _: sweep(window).findChild(QPushButton, "sweep_stop").click(),
    "forget": lambda window, _: window.session.forget(),
    "close": lambda window, _: window.close(),
}


def living_threads():
    """Count the threads that run Python code by their names: a new thread can have the number of one that has ended.

    Python lists a thread of Qt also after its end.
    """
    running = sys._current_frames()
    return Counter(thread.name for thread in threading.enumerate() if thread.ident in running)


def run_command(window, name, generator):
    if name in OTHERS:
        OTHERS[name](window, generator)
    elif window.actions_by_name[name].isEnabled():
        window.actions_by_name[name].trigger()


def answer(window, generator):
    """Answer the questions of a command: continue it, or cancel it."""
    for dialog in window.findChildren(QMessageBox):
        buttons = [button for name in ANSWERS if (button := dialog.findChild(QPushButton, name)) is not None]
        if buttons and generator.random() < 0.5:
            buttons[0].click()
        else:
            dialog.reject()
    for dialog in window.findChildren(QDialog, "new_project_dialog"):
        if generator.random() < 0.5:
            dialog.accept()
        else:
            dialog.reject()


def check_what_is_shown(window, names):
    """Compare what the window says and offers with the state of the session."""
    session, actions = window.session, window.actions_by_name
    state = session.state
    assert window.status.findChild(QLabel, "status_state").text() == state.value, names
    assert session.run in session.runs, names
    assert any(thread.isRunning() for thread in session.findChildren(QThread)) == state.active, names
    can_start = not state.active and not window.document.data_pending
    assert actions["train"].isEnabled() == can_start, names
    assert actions["stop"].isEnabled() == (state.active and state is not SessionState.STOPPING), names
    assert actions["pause"].isEnabled() == (state.active and state is not SessionState.STOPPING), names
    assert (actions["pause"].text() == "&Resume") == (state is SessionState.PAUSED), names
    assert actions["continue_training"].isEnabled() == (can_start and not session.obstacle), names
    assert actions["best_weights"].isEnabled() == (not session.best_obstacle), names
    assert ("%" in window.windowTitle().split("–")[0]) == state.active, (names, window.windowTitle())
    assert not session.pending or state.active, names


def check_what_is_kept(window, names):
    """Check that no kept run counts as running or interrupted after the window was closed."""
    for kept in RunStore(window.keeper.folder).read_all().values():
        assert kept.problem == "", names
        assert kept.record.state != "running", names
    left = [path for name in ("owner.lock", "checkpoint*", "*.tmp") for path in window.keeper.folder.rglob(name)]
    assert left == [], names


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_commands_in_random_order(qtbot, make_window, monkeypatch, number):
    generator = random.Random(SEED * 100_003 + number)
    before = living_threads()
    window = make_window("circle")
    window.document.apply(edits.change_training(window.document.project, epochs=2))
    ends, names = Ends(window.session, monkeypatch), []
    for _ in range(LENGTH):
        names.append(generator.choice((*ACTIONS, *OTHERS)))
        run_command(window, names[-1], generator)
        check_what_is_shown(window, names)
        for _ in range(generator.choice((0, 0, 1, 5, 30))):
            QApplication.processEvents()
        check_what_is_shown(window, names)
        answer(window, generator)
        check_what_is_shown(window, names)
        if not window.isVisible():
            names.append("was closed")
            break
    else:
        if generator.random() < 0.5:  # else the window closes in the middle of it
            window.session.stop()
            qtbot.waitUntil(lambda: not window.session.state.active)
        window._closing = True
        window.close()
    check_what_is_shown(window, names)
    assert (ends.begun, ends.faults) == (ends.ended, []), names
    assert ends.workers == [1] * ends.begun, names
    check_what_is_kept(window, names)
    qtbot.waitUntil(lambda: not living_threads() - before)
