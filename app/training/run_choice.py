"""Which run of a session is shown, and with which weights."""

from PySide6.QtCore import Signal, Slot

from app.training.best_weights import find_best_obstacle, swap_best_weights
from app.training.run import Run, join_runs
from app.training.shown_run import ShownRun

KEPT_RUNS = 5
"""Number of runs that can be shown again, including the current one. Each takes 42 bytes per batch, and about five
times its weights: a snapshot, a checkpoint with the optimiser's state, and perhaps the best weights."""


class RunChoice(ShownRun):
    """Lets the user show one of the runs of a session, or the best weights of the shown one, while no run is active.

    Signals:
        run_changed(): another run is shown; no run is active.
        snapshot_changed(): `snapshot` changed, perhaps to None; at most 30 times a second.
    """

    run_changed = Signal()
    snapshot_changed = Signal()

    @Slot()
    def show_previous_run(self) -> None:
        """Show the previous run. Inspector, export and Continue then use its weights."""
        self._show_run(self.previous_run)

    @Slot()
    def show_next_run(self) -> None:
        """Show the next run. Inspector, export and Continue then use its weights."""
        self._show_run(self.next_run)

    def show_run(self, run: Run) -> None:
        """Show a `run`, perhaps one that was read from a file, unless a run is active. It joins `runs` at its time."""
        if not self.state.active:
            self.runs = join_runs(self.runs, run, KEPT_RUNS)
            self._show_run(run)

    def mark_interrupted(self, identifier: str, interrupted: bool) -> None:
        """Note whether a run has a checkpoint on the disk that is newer than its weights, and can only be resumed.

        Arguments:
            identifier: of the run; one that is active or not in `runs` stays as it is.
            interrupted: see `Run`.
        """
        for run in self.runs:
            if run.identifier == identifier and run.interrupted != interrupted and not run.state.active:
                run.interrupted = interrupted
                if run is self.run:
                    self.run_changed.emit()

    @Slot()
    def show_best_weights(self) -> None:
        """Show the weights of the best epoch, or again those of the last one. Inspect and export then use them.

        Nothing is computed, so the result on the test set is unknown. To continue, the run uses its last weights. This
        does nothing if `best_obstacle` has a reason.
        """
        if not self.best_obstacle:
            swap_best_weights(self.run)
            self.snapshot_changed.emit()
            self.run_changed.emit()

    @property
    def best_obstacle(self) -> str:
        """One sentence that says why `show_best_weights` is impossible; empty if it is possible."""
        return find_best_obstacle(self.run)

    def _show_run(self, run: Run | None) -> None:
        if run is not None:
            self.run = run
            self.run_changed.emit()
            self.snapshot_changed.emit()
