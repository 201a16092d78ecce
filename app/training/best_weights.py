"""Back to the weights of the best epoch of a run, and forward to the last ones again."""

from app.training.run import Run, SessionState


def find_best_obstacle(run: Run) -> str:
    """Return one sentence that says why `swap_best_weights` is impossible; empty if it is possible.

    Arguments:
        run: the shown run.
    """
    if run.state.active:
        return "The run is active. Stop it first."
    if run.state is SessionState.FINISHED and run.config is not None and run.config.training.restore_best:
        return "The run has ended with the weights of its best epoch."
    if run.best is None or run.snapshot is None:
        return "The weights of the best epoch are unknown. Each run keeps them from its first epoch on."
    if run.last is None and len(run.best.history) == len(run.history):
        return "The last epoch is the best one, so its weights are already in use."
    return ""


def swap_best_weights(run: Run) -> None:
    """Show the weights of the best epoch of a run, or those of the last epoch if the best ones are shown.

    Nothing is computed. So the result on the test set is unknown, unless the weights were tested.

    Arguments:
        run: the shown run, for which there is no obstacle.
    """
    if run.last is not None:
        run.snapshot, run.last = run.last, None
    else:
        run.snapshot, run.last = run.best, run.snapshot
    for name in ("test_loss", "test_accuracy", "test_r_squared"):
        setattr(run, name, getattr(run.snapshot, name))
