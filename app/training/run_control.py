"""How the GUI thread pauses, resumes and stops the worker."""

from collections.abc import Callable
from threading import Condition


class RunControl:
    """Requests to pause, resume, step and stop. The worker answers them between two batches.

    The GUI thread calls `pause`, `resume`, `step` and `stop`. The worker calls `batch_done` after each batch, and
    `may_continue` wherever it can stop.

    Arguments:
        paused: start in the paused state.
        steps: number of batches to train before the first pause.
    """

    def __init__(self, paused: bool = False, steps: int = 0) -> None:
        self._condition = Condition()
        self._paused = paused
        self._steps = steps
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
            self._paused = True

    def resume(self) -> None:
        """Let the worker continue."""
        with self._condition:
            self._paused, self._steps = False, 0
            self._condition.notify()

    def step(self) -> None:
        """Let the worker train one more batch, then wait."""
        with self._condition:
            self._paused, self._steps = True, self._steps + 1
            self._condition.notify()

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

    def may_continue(self, before_waiting: Callable[[], None]) -> bool:
        """Wait while paused; then return True if the worker may continue, False if it must stop.

        Arguments:
            before_waiting: called before waiting, so that the worker can report its state.
        """
        if not self._paused and not self._stopping:
            return True
        with self._condition:
            if self._must_wait():
                self._waiting = True
                before_waiting()
                self._condition.wait_for(lambda: not self._must_wait())
                self._waiting = False
            return not self._stopping

    def _must_wait(self) -> bool:
        return self._paused and not self._steps and not self._stopping
