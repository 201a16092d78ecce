"""A program for test_killed_runs.py: it trains or resumes in the real window, offscreen, and saves what came out.

    python -m tests.app.runs.trained_window train|resume SETTINGS PROJECT RESULT [EPOCH]

It prints the number of each epoch. The test kills it at some of them. After the first epoch, the learning rate and the
number of epochs are changed. With EPOCH, the training waits after the end of the epoch that follows this one, so that
it cannot end before it is killed, however late that is.
"""

import sys
import threading
from dataclasses import fields
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.runs.store import CHECKPOINT
from app.shell.application import create_application
from app.shell.main_window import MainWindow
from app.shell.run import open_window
from app.training import SessionState
from app.training.run import Run
from app.training.worker import Worker
from tinyml.learner import EpochFinished
from tinyml.storage import read_checkpoint

EPOCHS = 30
ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


def save(run: Run, path: Path) -> None:
    """Save the weights, curves and results of a run, without its times."""
    assert run.snapshot is not None
    assert run.best is not None
    curves = {
        f"{name}_{part}_{axis}": getattr(getattr(getattr(run.curves, name), part), axis)
        for name in ("loss", "accuracy")
        for part in ("batches", "validation")
        for axis in "xy"
    }
    curves |= {f"rates_{axis}": getattr(run.curves.learning_rate, axis) for axis in "xy"}
    columns = [field.name for field in fields(EpochFinished) if field.name != "seconds"]
    history = np.array([[getattr(epoch, column) for column in columns] for epoch in run.history], np.float64)
    weights = {f"weights/{name}": tensor for name, tensor in run.snapshot.tensors.items()}
    best = {f"best/{name}": tensor for name, tensor in run.best.tensors.items()}
    assert run.best_epoch is not None
    numbers = (run.batches_done, run.examples_done, run.test_loss, run.test_accuracy, run.best_epoch.epoch)
    changes = np.array([repr(change) for change in run.changes])
    np.savez(path, history=history, numbers=np.array(numbers, np.float64), changes=changes, **curves, **weights, **best)


def change(window: MainWindow) -> None:
    """Change settings of the run in its first pause, and let it continue as soon as a checkpoint has the changes."""
    session = window.session
    if session.state is SessionState.PAUSED and not session.run.changes:
        session.change("learning_rate", 0.002)
        session.change("epochs", EPOCHS)
        session.request_checkpoint()
        session.step()
    elif session.state is SessionState.PAUSED:
        path = window.keeper.folder / session.run.identifier / CHECKPOINT
        if path.exists() and len(read_checkpoint(path).checkpoint.state.changes) == len(session.run.changes):
            session.resume()
        else:
            QTimer.singleShot(20, lambda: change(window))


def begin(window: MainWindow, mode: str) -> None:
    """Start the run, or accept the offer to resume it."""
    if mode == "train":
        window.session.step_epoch()
        return
    dialog = window.findChild(QMessageBox, "run_recovery_dialog")
    if dialog is None:
        QTimer.singleShot(20, lambda: begin(window, mode))
        return
    dialog.findChild(QPushButton, "answer_resume").click()


def wait_after(epoch: int) -> None:
    """Let the training wait without end as soon as it has reported an epoch after this one."""
    report = Worker._report_epoch

    def report_and_wait(worker: Worker, event: EpochFinished) -> None:
        report(worker, event)
        if event.epoch > epoch:
            threading.Event().wait()

    Worker._report_epoch = report_and_wait


def main(mode: str, settings: str, project: str, result: str, epoch: str = "") -> int:
    """Run the program; return 0."""
    if epoch:
        wait_after(int(epoch))
    application = create_application()
    window = open_window(Path(project), "light", Path(settings))
    window.session.epochs_finished.connect(lambda epochs: print(epochs[-1].epoch, flush=True))

    def end() -> None:
        if window.session.state in ENDED:
            save(window.session.run, Path(result))
            window.document.undo_stack.setClean()
            window.close()
            application.quit()

    window.session.state_changed.connect(lambda: QTimer.singleShot(0, end))
    window.session.state_changed.connect(lambda: QTimer.singleShot(0, lambda: change(window)))
    begin(window, mode)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
