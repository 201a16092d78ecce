"""Random sequences of all commands for runs: one end each, no thread left, no hang, and the state shown is the state.

`RANDOM_COMMAND_SEQUENCES=300` runs more of them, `RANDOM_COMMAND_SEED` other ones.
"""

import os
import random
import threading

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from app.document import edits
from app.training import SessionState
from tinyml.core import TinymlError

SEQUENCES = int(os.environ.get("RANDOM_COMMAND_SEQUENCES", "6"))
SEED = int(os.environ.get("RANDOM_COMMAND_SEED", "1"))
LENGTH = 25
ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)
ACTIONS = (
    *("train", "pause", "step", "step_epoch", "stop", "continue_training", "train_again", "train_new_seed"),
    *(
        "best_weights",
        "previous_run",
        "next_run",
        "show_page_train",
        "show_page_inspect",
        "show_page_build",
        "show_page_data",
    ),
    *("undo", "redo"),
)


class Ends:
    """Counts how each run begins and ends."""

    def __init__(self, session):
        self._session = session
        self.begun = self.ended = 0
        session.started.connect(self._begin)
        session.continued.connect(self._begin)
        session.state_changed.connect(self._follow)
        self._open = False

    def _begin(self):
        assert not self._open, "a run began before the one before it had ended"
        self.begun += 1
        self._open = True

    def _follow(self):
        if self._session.state in ENDED and self._open:
            self.ended += 1
            self._open = False


def change_rate(window, generator):
    try:
        window.session.change("learning_rate", generator.choice((0.01, 0.2, 1.0, 0.0)))
    except TinymlError:
        return  # 0 is no learning rate, or no run is active


def show_kept(window, generator):
    if window.keeper.kept:
        window.keeper.show(generator.choice(sorted(window.keeper.kept)))


OTHERS = {
    "rate": change_rate,
    "more": lambda window, generator: window.train_page.control.continue_requested.emit(generator.randint(1, 3)),
    "new project": lambda window, generator: window.files.load_example(generator.choice(("circle", "lenet-digits"))),
    "epochs": lambda window, generator: window.document.apply(
        edits.change_training(window.document.project, epochs=generator.randint(1, 4))
    ),
    "checkpoint": lambda window, _: window.session.request_checkpoint(),
    "look": lambda window, _: window.train_page.control.next_batch.open_for_run(),
    "show kept": show_kept,
    "forget": lambda window, _: window.session.forget(),
}


def run_command(window, name, generator):
    if name in OTHERS:
        OTHERS[name](window, generator)
    elif window.actions_by_name[name].isEnabled():
        window.actions_by_name[name].trigger()


@pytest.mark.parametrize("number", range(SEQUENCES))
def test_commands_in_random_order(qtbot, make_window, number):
    generator = random.Random(SEED * 100_003 + number)
    threads = threading.active_count()
    window = make_window("circle")
    window.document.apply(edits.change_training(window.document.project, epochs=2))
    ends, names = Ends(window.session), []
    state = window.status.findChild(QLabel, "status_state")
    for _ in range(LENGTH):
        names.append(generator.choice((*ACTIONS, *OTHERS)))
        run_command(window, names[-1], generator)
        assert state.text() == window.session.state.value, names
        for _ in range(generator.choice((0, 0, 1, 5, 30))):
            QApplication.processEvents()
        assert state.text() == window.session.state.value, names
        for dialog in window.findChildren(QMessageBox):
            dialog.reject()
    settled = (SessionState.READY, SessionState.PAUSED, *ENDED)
    if generator.random() < 0.5:  # else the window closes in the middle of it
        window.session.stop()
        qtbot.waitUntil(lambda: window.session.state in settled, timeout=20_000)
    window._closing = True
    window.close()
    assert ends.begun == ends.ended, names
    assert not window.session.state.active
    assert not any(thread.isRunning() for thread in window.session.findChildren(QThread)), names
    qtbot.waitUntil(lambda: threading.active_count() <= threads + 3, timeout=15_000)
