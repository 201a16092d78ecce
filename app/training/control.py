"""How the GUI thread steers a worker that is busy in its own loop."""

from collections.abc import Callable
from threading import Condition


class Control:
    """Requests to pause, resume, step and stop, answered by the worker at its next batch boundary.

    The GUI thread calls `pause`, `resume`, `step` and `stop`; the worker calls `may_go_on` between two batches.
    """

    def __init__(self, paused: bool = False) -> None:
        self._condition = Condition()
        self._paused = paused
        self._steps = 0
        self._stopping = False

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
        """Let a paused worker do one more batch."""
        with self._condition:
            self._paused, self._steps = True, self._steps + 1
            self._condition.notify()

    def stop(self) -> None:
        """Ask the worker to end at the next boundary, also when it is paused."""
        with self._condition:
            self._stopping = True
            self._condition.notify()

    def may_go_on(self, when_pausing: Callable[[], None]) -> bool:
        """Wait while paused; return False when the worker is to stop.

        Arguments:
            when_pausing: called once, before waiting, so that the worker can report where it stands.
        """
        if not self._paused and not self._stopping:
            return True
        with self._condition:
            if self._paused and not self._steps and not self._stopping:
                when_pausing()
                self._condition.wait_for(lambda: not self._paused or self._steps > 0 or self._stopping)
            self._steps = max(self._steps - 1, 0)
            return not self._stopping
