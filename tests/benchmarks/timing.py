"""Timing contestants in turn, so that whatever else the machine does meets all of them alike."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

Action = Callable[[], object]

PAUSE = 0.15
"""Seconds of sleep before each turn. Idle threads of BLAS and of OpenMP spin for some time before they sleep, and so
slow down whoever comes next: without a pause PyTorch took up to twice as long after NumPy as by itself."""


@dataclass(frozen=True)
class Timing:
    """How long one call takes: median and quartiles over the repeats, in seconds."""

    median: float
    lower: float
    upper: float
    repeats: int


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes:
        fewest, most: repeats; in between, as many as the seconds allow.
        seconds: for all contestants of one contest together, warm-up not counted.
        by_turn: repeats in one turn.
        shortest: seconds that one repeat takes at least. Shorter calls are repeated within it, and their mean counts.
        rehearses: let each turn begin with one repeat that does not count.
    """

    fewest: int = 18
    most: int = 45
    seconds: float = 5.0
    by_turn: int = 3
    shortest: float = 0.005
    rehearses: bool = True


def take_turns(contestants: Mapping[str, Action], effort: Effort, pause: float = PAUSE) -> dict[str, Timing]:
    """Time the contestants in rounds: A B C A B C …

    Arguments:
        contestants: what to call, by name.
        effort: how often, and for how long.
        pause: seconds of sleep before each turn.
    """
    calls: dict[str, int] = {}
    round_seconds = 0.0
    repeats_by_turn = effort.by_turn + effort.rehearses
    for name, action in contestants.items():
        seconds = _warm_up(action, pause, effort)
        calls[name] = max(1, math.ceil(effort.shortest / seconds))
        round_seconds += pause + repeats_by_turn * calls[name] * seconds
    repeats = min(max(effort.fewest, int(effort.seconds / round_seconds * effort.by_turn)), effort.most)
    samples: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(math.ceil(repeats / effort.by_turn)):
        for name, action in contestants.items():
            time.sleep(pause)
            if effort.rehearses:
                _seconds_per_call(action, calls[name])
            samples[name] += [_seconds_per_call(action, calls[name]) for _ in range(effort.by_turn)]
    return {name: summarise(seconds) for name, seconds in samples.items()}


def summarise(seconds: list[float]) -> Timing:
    """Reduce the repeats to their median and quartiles."""
    lower, median, upper = np.percentile(seconds, [25, 50, 75])
    return Timing(float(median), float(lower), float(upper), len(seconds))


def _warm_up(action: Action, pause: float, effort: Effort) -> float:
    """Call until everything is in place, and return the seconds that a call takes from then on, roughly."""
    time.sleep(pause)
    seconds = _seconds_per_call(action, 1)
    end = time.perf_counter() + 4 * effort.shortest
    while effort.rehearses and time.perf_counter() < end:
        seconds = min(seconds, _seconds_per_call(action, 1))
    return seconds


def _seconds_per_call(action: Action, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return (time.perf_counter() - start) / calls
