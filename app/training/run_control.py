"""How the GUI thread pauses, resumes and stops the worker, and changes settings of its run."""

from collections.abc import Callable
from threading import Condition


class RunControl:
    """Requests to pause, resume, step, stop and change. The worker answers them between two batches.

    The GUI thread calls `pause`, `resume`, `step`, `step_epoch`, `stop` and `change`. The worker calls `batch_done`
    after each batch, `epoch_done` after each epoch, and `may_continue` and then `take_changes` wherever it can stop.

    Arguments:
        paused: start in the paused state.
        steps: number of batches to train before the first pause.
        one_epoch: first train until the end of the current epoch.
    """

    def __init__(self, paused: bool = False, steps: int = 0, one_epoch: bool = False) -> None:
        self._condition = Condition()
        self._paused = paused
        self._pauses = 0
        self._steps = steps
        self._one_epoch = one_epoch
        self._changes: dict[str, float] = {}
        self._wants_checkpoint = False
        self._stopping = False
        self._waiting = False

    @property
    def waiting(self) -> bool:
        """True while the worker waits and has no request to continue."""
        with self._condition:
            return self._waiting and self._must_wait()

    @property
    def stopping(self) -> bool:
        """True after a request to stop."""
        return self._stopping

    def pause(self) -> None:
        """Ask the worker to wait after the current batch."""
        with self._condition:
            self._paused, self._one_epoch = True, False
            # A worker that still waits, since a request to continue came just before, reports once more.
            self._pauses += 1
            self._condition.notify()

    def resume(self) -> None:
        """Let the worker continue."""
        with self._condition:
            self._paused, self._steps, self._one_epoch = False, 0, False
            self._condition.notify()

    def step(self) -> None:
        """Let the worker train one more batch, then wait."""
        with self._condition:
            self._paused, self._steps, self._one_epoch = True, self._steps + 1, False
            self._condition.notify()

    def step_epoch(self) -> None:
        """Let the worker train until the end of the current epoch, then wait."""
        with self._condition:
            self._paused, self._steps, self._one_epoch = True, 0, True
            self._condition.notify()

    def change(self, name: str, value: float) -> None:
        """Ask the worker to change a setting before its next batch. An earlier request that waits still is forgotten.

        Arguments:
            name, value: as for `Learner.change`.
        """
        with self._condition:
            self._changes[name] = value

    def request_checkpoint(self) -> None:
        """Ask the worker for a checkpoint after its current batch."""
        self._wants_checkpoint = True

    def take_checkpoint_request(self) -> bool:
        """Return True once after each request for a checkpoint."""
        if not self._wants_checkpoint:
            return False  # without writing, which would undo a request that comes at this moment
        self._wants_checkpoint = False
        return True

    def take_changes(self) -> dict[str, float]:
        """Return the newest value of each setting that was to change since the last call, by name."""
        if not self._changes:
            return {}
        with self._condition:
            changes, self._changes = self._changes, {}
        return changes

    def stop(self) -> None:
        """Ask the worker to end after the current batch, or at once if it is paused."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def batch_done(self) -> None:
        """Count a batch, which uses up one step."""
        if self._steps:
            with self._condition:
                self._steps = max(self._steps - 1, 0)

    def epoch_done(self) -> None:
        """Note the end of an epoch, which ends `step_epoch`."""
        if self._one_epoch:
            with self._condition:
                self._one_epoch = False

    def may_continue(self, before_waiting: Callable[[], None]) -> bool:
        """Wait while paused; then return True if the worker may continue, False if it must stop.

        Arguments:
            before_waiting: called before waiting, so that the worker can report its state.
        """
        if not self._paused and not self._stopping:
            return True
        with self._condition:
            while self._must_wait():
                self._waiting = True
                answered = self._pauses
                before_waiting()
                while self._must_wait() and self._pauses == answered:
                    self._condition.wait()
                self._waiting = False
            return not self._stopping

    def _must_wait(self) -> bool:
        return self._paused and not self._steps and not self._one_epoch and not self._stopping
