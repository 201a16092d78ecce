"""Wait until helper processes compute their shares of a batch, so that a measurement contains no start of helpers."""

import time
from collections.abc import Callable

from tests.benchmarks.settings import UnavailableError
from tinyml.core import Shape
from tinyml.core.threads import thread_count
from tinyml.net import Sequential
from tinyml.net.execution.plan import Planner
from tinyml.net.execution.processes.team import lend_team

LONGEST_START = 20.0
"""Seconds of work after which helpers should have started; they need less than one."""


def uses_helpers(net: Sequential, shape: Shape) -> bool:
    """Return True if batches of this shape are large enough for helpers.

    Arguments:
        net: the network.
        shape: of the batch, `(N, …)`.
    """
    return thread_count() > 1 and shape[0] > 1 and Planner(net.layers, True).plan_for(shape).on_threads


def until_helpers_work(work: Callable[[], object], net: Sequential, shape: Shape) -> None:
    """Compute batches until helpers are ready. For batches that need no helpers, do nothing.

    Helpers start in the background after some work, end after a long pause, and start again if the number of workers
    has changed.

    Arguments:
        work: computes a batch of this shape.
        net: the network that computes it.
        shape: of the batch, `(N, …)`.

    Raises `UnavailableError` if the helpers do not start.
    """
    if not uses_helpers(net, shape):
        return
    end = time.perf_counter() + LONGEST_START
    while time.perf_counter() < end:
        work()
        with lend_team(1.0) as team:
            if team is not None:
                break
    else:
        raise UnavailableError(f"No helper processes after {LONGEST_START:.0f} s of work.")
    work()  # the first shared batch tells the helpers the network
