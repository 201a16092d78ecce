"""Times implementations in turn, so that other load on the machine affects all of them equally."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

Action = Callable[[], object]

PAUSE = 0.15
"""Seconds of sleep before each turn. Idle threads of BLAS and OpenMP spin for some time before they sleep, and slow
down the next turn. Without the pause, PyTorch took up to twice as long after NumPy as alone."""


@dataclass(frozen=True)
class Timing:
    """Time of one call: median and quartiles over the repeats, in seconds."""

    median: float
    lower: float
    upper: float
    repeats: int


@dataclass(frozen=True)
class Effort:
    """Number and length of the repeats.

    Attributes:
        fewest, most: limits of the number of repeats; between them, `seconds` decides.
        seconds: total time for all implementations in one comparison, without the warm-up.
        by_turn: number of repeats in one turn.
        shortest: least seconds of one repeat. A shorter call is looped, and the mean of the loop counts.
        rehearses: True if each turn starts with repeats that do not count.
        rehearsal: least seconds of these repeats. After a pause, processors and processes need some steps for their
            full speed, and a training does not pause.
    """

    fewest: int = 18
    most: int = 45
    seconds: float = 5.0
    by_turn: int = 3
    shortest: float = 0.005
    rehearses: bool = True
    rehearsal: float = 0.1


def take_turns(
    implementations: Mapping[str, Action],
    effort: Effort,
    pause: float = PAUSE,
    preparations: Mapping[str, Action] = MappingProxyType({}),
) -> dict[str, Timing]:
    """Time the implementations in rounds: A B C A B C …

    Arguments:
        implementations: the functions to time, by name.
        effort: number and length of the repeats.
        pause: seconds of sleep before each turn.
        preparations: what some of them need before each turn, by name; it is not timed.
    """
    calls: dict[str, int] = {}
    round_seconds = 0.0
    for name, action in implementations.items():
        preparations.get(name, _nothing)()
        seconds = _warm_up(action, pause, effort)
        calls[name] = max(1, math.ceil(effort.shortest / seconds))
        repeat = calls[name] * seconds
        round_seconds += pause + effort.by_turn * repeat + (max(effort.rehearsal, repeat) if effort.rehearses else 0)
    repeats = min(max(effort.fewest, int(effort.seconds / round_seconds * effort.by_turn)), effort.most)
    samples: dict[str, list[float]] = {name: [] for name in implementations}
    for _ in range(math.ceil(repeats / effort.by_turn)):
        for name, action in implementations.items():
            time.sleep(pause)
            preparations.get(name, _nothing)()
            if effort.rehearses:
                _rehearse(action, calls[name], effort.rehearsal)
            samples[name] += [_seconds_per_call(action, calls[name]) for _ in range(effort.by_turn)]
    return {name: summarise(seconds) for name, seconds in samples.items()}


def _nothing() -> None:
    """Prepare nothing."""


def summarise(seconds: list[float]) -> Timing:
    """Return median and quartiles of the repeats."""
    lower, median, upper = np.percentile(seconds, [25, 50, 75])
    return Timing(float(median), float(lower), float(upper), len(seconds))


def _warm_up(action: Action, pause: float, effort: Effort) -> float:
    """Call an action until its time is stable; return roughly the seconds of one call."""
    time.sleep(pause)
    seconds = _seconds_per_call(action, 1)
    end = time.perf_counter() + 4 * effort.shortest
    while effort.rehearses and time.perf_counter() < end:
        seconds = min(seconds, _seconds_per_call(action, 1))
    return seconds


def _rehearse(action: Action, calls: int, seconds: float) -> None:
    """Repeat for some time, at least once."""
    end = time.perf_counter() + seconds
    _seconds_per_call(action, calls)
    while time.perf_counter() < end:
        _seconds_per_call(action, calls)


def _seconds_per_call(action: Action, calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return (time.perf_counter() - start) / calls
