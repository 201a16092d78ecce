"""The team of helper processes: starting, lending and ending it.

There is at most one team. It starts in the background, after large batches have taken some time, so that a short
computation never pays for it. Until it is ready, and whenever it is not there, the caller computes everything itself.
"""

import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import tinyml
from tinyml.core.threads import VARIABLE, reserve_processors, thread_count
from tinyml.net.execution.processes.channel import Channel

IDLE_SECONDS = 20.0
"""A helper without work for so long ends, and gives its memory back. The next large batches start a new one."""

START_AFTER = 0.25
"""Seconds that the caller spends on large batches before helpers start. Starting them takes about as long."""

LONGEST_START = 60.0
"""Seconds that a helper may take to start."""

LONGEST_SHARE = 10.0
"""Seconds that a helper may take for its share after the caller has finished its own share of the same size."""

SLOWEST_SHARE = 20.0
"""A helper may also take so many times as long as the caller took for its own share, if this is longer."""

MOST_FAILURES = 3
"""After so many helpers have died, this process starts no more of them: something here kills them."""

_ENVIRONMENT = {
    VARIABLE: "1",
    **{f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "OMP", "MKL", "BLIS")},
    "VECLIB_MAXIMUM_THREADS": "1",
}
"""Each helper has one thread, and so has its BLAS."""


class Helper:
    """A helper process, seen from the process that started it.

    Attributes:
        known: keys of the segments that it knows.
        channel: to the helper.
        process: the process.

    Raises `OSError` if it cannot be started.
    """

    def __init__(self) -> None:
        self.known: dict[int, Any] = {}
        if sys.platform == "win32":
            self.process = subprocess.Popen(
                _command(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={**os.environ, **_ENVIRONMENT},
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            # The channel closes its own descriptors, so those of the process are closed here.
            self.channel = Channel((os.dup(self.process.stdout.fileno()), os.dup(self.process.stdin.fileno())))
            self.process.stdout.close()
            self.process.stdin.close()
            return
        ours, theirs = socket.socketpair()
        try:
            # As standard input it has the right number whichever descriptors the program has closed.
            self.process = subprocess.Popen(
                _command(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_ENVIRONMENT},
                start_new_session=True,  # Ctrl+C and Ctrl+Z in a terminal are for the program alone
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self.channel = Channel(ours)

    def end(self) -> None:
        """Kill the process and wait for its end, so that it writes nothing more."""
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.channel.close()


class Team:
    """Helpers that work for one pass at a time.

    Arguments:
        count: the number of helpers.

    Attributes:
        helpers: the processes; empty while they start.
        is_usable: False after the end of the team.
        used: when a pass used it last, by `perf_counter`.
    """

    def __init__(self, count: int) -> None:
        self.helpers: list[Helper] = []
        self.count = count
        self.is_usable = True
        self.used = perf_counter()
        self._forgotten: list[int] = []
        try:
            threading.Thread(target=self._start, name="tinyml_start", daemon=True).start()
        except RuntimeError:  # the process may have no more threads
            self.is_usable = False

    @property
    def is_ready(self) -> bool:
        """True when all helpers wait for work."""
        return self.is_usable and len(self.helpers) == self.count

    def forget(self, key: int) -> None:
        """Let the helpers free what they keep for a segment, at the next message. Any thread may call this.

        Arguments:
            key: of the segment.
        """
        self._forgotten.append(key)

    def send_forgotten(self) -> None:
        """Tell the helpers which segments are gone. If one of them has ended, the next pass notices it."""
        while self._forgotten:
            key = self._forgotten.pop()
            for helper in self.helpers:
                if helper.known.pop(key, None) is not None:
                    with contextlib.suppress(OSError):
                        helper.channel.send(["forget", key])

    def end(self) -> None:
        """Kill the helpers."""
        with _state.lock:
            self.is_usable = False
            helpers, self.helpers = self.helpers, []
        for helper in helpers:
            helper.end()

    def _start(self) -> None:
        """Start the helpers on one half of the processors, while the caller computes on the other half."""
        started: list[Helper] = []
        together = (self.count + 1) // 2
        try:
            with reserve_processors(together):
                for first in range(0, self.count, together):
                    for _ in range(first, min(first + together, self.count)):
                        started.append(Helper())
                    for helper in started[first:]:
                        helper.channel.receive(LONGEST_START)
                    if not self.is_usable:
                        break
        except Exception:  # noqa: BLE001 - whatever the reason is: the caller computes everything itself
            self.is_usable = False
            _state.failures += 1
        with _state.lock:
            if self.is_usable:
                self.helpers = started
                return
        for helper in started:
            helper.end()


class _State:
    """The team of this process.

    Attributes:
        lock: of `team` and of the helpers of a team.
        lending: held by the pass that uses the team.
        seconds: that callers have spent on large batches without a team.
        failures: how many teams had a helper that died.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.lending = threading.Lock()
        self.team: Team | None = None
        self.seconds = 0.0
        self.failures = 0


_state = _State()


@contextlib.contextmanager
def lend_team(wait: float) -> Iterator[Team | None]:
    """Lend the team to a pass; None if there is none, or if another pass has it.

    Arguments:
        wait: seconds to wait for another pass; 0 not to wait.

    If an error leaves the context, the team is ended, because its helpers may be in the middle of a computation.
    """
    team = _state.team
    if team is None or len(team.helpers) != thread_count() - 1:
        yield None
        return
    if not _state.lending.acquire(timeout=wait):
        yield None
        return
    team.used = perf_counter()
    try:
        yield team if team.is_ready else None
    except BaseException:
        end_team()
        raise
    finally:
        _state.lending.release()


def count_work(seconds: float) -> None:
    """Count the time of a large batch that the caller computed alone. After some time, start a team in the background.

    Arguments:
        seconds: that the batch took.
    """
    team, count = _state.team, thread_count() - 1
    if team is not None and team.is_usable and team.count == count:
        return
    _state.seconds += seconds
    if _state.seconds < START_AFTER or count < 1 or _state.failures >= MOST_FAILURES or not _command():
        return
    if not _state.lending.acquire(blocking=False):
        return  # another pass uses a team of the former size
    try:
        end_team()
        _state.seconds = 0.0
        _state.team = Team(count)
    finally:
        _state.lending.release()


def clear_idle_team() -> None:
    """Forget a team whose helpers have ended because they had no work, so that no ended process stays in the system."""
    team = _state.team
    if team is None or perf_counter() - team.used < IDLE_SECONDS:
        return
    if any(helper.process.poll() is not None for helper in team.helpers) and _state.lending.acquire(blocking=False):
        try:
            end_team()
        finally:
            _state.lending.release()


def report_end(helper: Helper) -> None:
    """Note that a helper has ended during a computation, and end the team: the next one starts in the background.

    Arguments:
        helper: whose channel is closed or silent.
    """
    team = _state.team
    with contextlib.suppress(subprocess.TimeoutExpired):
        helper.process.wait(0.2)
    # 0 is the end after a long time without work. A team that was ended on purpose is not the current one.
    if team is not None and helper in team.helpers and helper.process.returncode != 0:
        _state.failures += 1
    end_team()


def end_team() -> None:
    """End the helpers of this process, if there are any."""
    with _state.lock:
        team, _state.team = _state.team, None
    if team is not None:
        team.end()


def forget(key: int) -> None:
    """Let the helpers free what they keep for a segment.

    Arguments:
        key: of the segment.
    """
    team = _state.team
    if team is None:
        return
    team.forget(key)
    if team.is_ready and _state.lending.acquire(blocking=False):
        try:
            team.send_forgotten()
        finally:
            _state.lending.release()


def _command() -> list[str]:
    """Return the command that starts a helper; empty if there is no way to start Python."""
    program = sys.executable or ""
    if getattr(sys, "frozen", False) or not Path(program).name.lower().startswith(("python", "pypy")):
        return []  # Python is part of another program, which would start a second time
    # The same modules as here, whatever changed the path. An empty entry is the current folder, which may change.
    # Entries that are no strings have no effect.
    path = [entry for entry in sys.path if entry and isinstance(entry, str)] + [str(Path(tinyml.__file__).parents[1])]
    code = f"import sys; sys.path[:] = {json.dumps(path)}; from {__package__}.process import main; main()"
    return [program, "-c", code]


def _after_fork() -> None:
    """Forget the team of the parent in a process that `os.fork` made: the helpers work for the parent."""
    global _state
    team, _state = _state.team, _State()
    for helper in team.helpers if team is not None else ():
        helper.channel.close()


atexit.register(end_team)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
