"""How the GUI thread steers a worker that is busy in its own loop."""

from collections.abc import Callable
from threading import Condition


class RunControl:
    """Requests to pause, resume, step and stop, answered by the worker between two batches.

    The GUI thread calls `pause`, `resume`, `step` and `stop`; the worker calls `batch_done` after each batch and
    `may_go_on` wherever it can stop.

    Arguments:
        paused: begin in the paused state.
        steps: batches that may be done in spite of the pause.
    """

    def __init__(self, paused: bool = False, steps: int = 0) -> None:
        self._condition = Condition()
        self._paused = paused
        self._steps = steps
        self._stopping = False
        self._waiting = False

    @property
    def waiting(self) -> bool:
        """True while the worker really waits, and nobody has told it to go on yet."""
        with self._condition:
            return self._waiting and self._must_wait()

    @property
    def stopping(self) -> bool:
        """True when the worker is to end."""
        return self._stopping

    def pause(self) -> None:
        """Ask the worker to wait at the next boundary."""
        with self._condition:
            self._paused = True

    def resume(self) -> None:
        """Let the worker go on."""
        with self._condition:
            self._paused, self._steps = False, 0
            self._condition.notify()

    def step(self) -> None:
        """Let the worker do one batch more and then wait."""
        with self._condition:
            self._paused, self._steps = True, self._steps + 1
            self._condition.notify()

    def stop(self) -> None:
        """Ask the worker to end at the next boundary, also when it is paused."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def batch_done(self) -> None:
        """Count a batch: it uses up one step, if there is one."""
        if self._steps:
            with self._condition:
                self._steps = max(self._steps - 1, 0)

    def may_go_on(self, when_pausing: Callable[[], None]) -> bool:
        """Wait while paused; return False when the worker is to stop.

        Arguments:
            when_pausing: called before waiting, so that the worker can report where it stands.
        """
        if not self._paused and not self._stopping:
            return True
        with self._condition:
            if self._must_wait():
                self._waiting = True
                when_pausing()
                self._condition.wait_for(lambda: not self._must_wait())
                self._waiting = False
            return not self._stopping

    def _must_wait(self) -> bool:
        return self._paused and not self._steps and not self._stopping
