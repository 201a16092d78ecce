"""A program for test_killed_runs.py: it trains or resumes in the real window, offscreen, and saves what came out.

    python -m tests.app.runs.trained_window train|resume SETTINGS PROJECT RESULT

It prints the number of each epoch. The test kills it at some of them.
"""

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton

from app.shell.application import create_application
from app.shell.main_window import MainWindow
from app.shell.run import open_window
from app.training import SessionState
from app.training.run import Run

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
    curves["rates"] = run.curves.learning_rate.y
    columns = ("epoch", "training_loss", "training_accuracy", "validation_loss", "learning_rate")
    history = np.array([[getattr(epoch, column) for column in columns] for epoch in run.history], np.float64)
    weights = {f"weights/{name}": tensor for name, tensor in run.snapshot.tensors.items()}
    best = {f"best/{name}": tensor for name, tensor in run.best.tensors.items()}
    counts = np.array([run.batches_done, run.examples_done, run.test_loss, run.test_accuracy], np.float64)
    np.savez(path, history=history, counts=counts, **curves, **weights, **best)


def begin(window: MainWindow, mode: str) -> None:
    """Start the run, or accept the offer to resume it."""
    if mode == "train":
        window.actions_by_name["train"].trigger()
        return
    dialog = window.findChild(QMessageBox, "run_recovery_dialog")
    if dialog is None:
        QTimer.singleShot(20, lambda: begin(window, mode))
        return
    dialog.findChild(QPushButton, "answer_resume").click()


def main(mode: str, settings: str, project: str, result: str) -> int:
    """Run the program; return 0."""
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
    begin(window, mode)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
