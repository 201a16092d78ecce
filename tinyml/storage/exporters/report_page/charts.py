"""Charts of the report as SVG: curves through the epochs, and predicted against true numbers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from tinyml.storage.exporters.report_page.html_text import number, safe

Place = Callable[[float, float], tuple[float, float]]
"""From the numbers of a point to its pixels."""

_WIDTH, _HEIGHT = 340, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 12, 30
_LARGEST = 1e300
"""Larger numbers leave a gap: the range of an axis would overflow."""


@dataclass(frozen=True)
class Series:
    """One curve.

    Attributes:
        name: for the legend.
        values: a number for each epoch; None, NaN and numbers beyond ±1e300 leave a gap.
        style: class of the curve: "training", "validation" or "single".
    """

    name: str
    values: Sequence[float | None]
    style: str


def line_chart(title: str, series: Sequence[Series], epochs: Sequence[int], best: int | None = None) -> str:
    """Return a chart of curves through the epochs.

    Arguments:
        title: above the chart.
        series: the curves; those without a number are left out.
        epochs: number of each epoch.
        best: the epoch that is marked; None for no mark.
    """
    shown = [each for each in series if any(_is_number(value) for value in each.values)]
    numbers = [value for each in shown for value in each.values if _is_number(value)]
    if not numbers:
        return ""
    low, high, step = _rounded_range(min(numbers), max(numbers))
    first, last = min(epochs), max(epochs)
    span = max(last - first, 1)

    def place(epoch: float, value: float) -> tuple[float, float]:
        across = (epoch - first) / span if last > first else 0.5
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [_grid(_ticks(low, high, step), place), _epoch_axis(first, last, place)]
    if best is not None and first <= best <= last:
        x = place(best, low)[0]
        parts.append(f'<line class="best" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>')
    parts += [_curve(each, epochs, place) for each in shown]
    legend = "".join(f'<span class="key {each.style}">{safe(each.name)}</span>' for each in shown)
    if best is not None:
        legend += f'<span class="key best">best epoch {best}</span>'
    return _figure(title, "".join(parts), legend)


def scatter_chart(title: str, true: np.ndarray, predicted: np.ndarray) -> str:
    """Return a chart of predicted against true numbers, with the line on which both are equal.

    Arguments:
        title: above the chart.
        true, predicted: `(N,)` finite numbers; points beyond ±1e300 are left out.

    Returns an empty text if no point is left.
    """
    true, predicted = true.astype(np.float64), predicted.astype(np.float64)
    shown = (np.abs(true) <= _LARGEST) & (np.abs(predicted) <= _LARGEST)
    if not shown.any():
        return ""
    true, predicted = true[shown], predicted[shown]
    together = np.concatenate([true, predicted])
    low, high, step = _rounded_range(float(together.min()), float(together.max()))

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            _LEFT + (x - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT),
            _TOP + (high - y) / (high - low) * (_HEIGHT - _TOP - _BOTTOM),
        )

    start, end = place(low, low), place(high, high)
    line = f'<line class="best" x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
    points = "".join(
        f'<circle class="point" cx="{x:.1f}" cy="{y:.1f}" r="2"/>'
        for x, y in (place(float(each), float(guess)) for each, guess in zip(true, predicted, strict=True))
    )
    ticks = "".join(
        f'<text class="tick" x="{place(value, low)[0]:.1f}" y="{_HEIGHT - _BOTTOM + 16}" text-anchor="middle">'
        f"{number(value)}</text>"
        for value in _ticks(low, high, step)
    )
    return _figure(
        title,
        _grid(_ticks(low, high, step), place) + ticks + line + points,
        "across: true number · up: predicted number",
    )


def _figure(title: str, content: str, legend: str) -> str:
    picture = (
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{safe(title)}">{content}</svg>'
    )
    return (
        f'<figure class="chart"><figcaption>{safe(title)}</figcaption>{picture}<p class="legend">{legend}</p></figure>'
    )


def _grid(ticks: list[float], place: Place) -> str:
    parts = []
    for value in ticks:
        y = place(0, value)[1]
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number(value)}</text>')
    return "".join(parts)


def _epoch_axis(first: int, last: int, place: Place) -> str:
    middle = _ticks(first, last, max(_step(first, last), 1)) if last > first else []
    room = (last - first) / 10
    between = [int(tick) for tick in middle if tick - first > room and last - tick > room and tick == int(tick)]
    shown = sorted({first, *between, last})
    return "".join(
        f'<text class="tick" x="{place(tick, 0)[0]:.1f}" y="{_HEIGHT - 14}" text-anchor="middle">{tick}</text>'
        for tick in shown
    )


def _curve(series: Series, epochs: Sequence[int], place: Place) -> str:
    pieces: list[list[str]] = [[]]
    for epoch, value in zip(epochs, series.values, strict=True):
        if not _is_number(value):
            pieces.append([])
            continue
        x, y = place(epoch, value)
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    drawn = []
    for piece in pieces:
        if len(piece) == 1:
            across, down = piece[0].split(",")
            drawn.append(f'<circle class="point {series.style}" cx="{across}" cy="{down}" r="3"/>')
        elif piece:
            drawn.append(f'<polyline class="curve {series.style}" points="{" ".join(piece)}"/>')
    return "".join(drawn)


def _rounded_range(low: float, high: float) -> tuple[float, float, float]:
    """Return a range that holds both numbers, from one mark of the axis to another, and the step between two marks."""
    if high - low < 1e-12 * max(abs(high), 1e-300):
        room = abs(high) / 2 or 0.5
        low, high = low - room, high + room
    step = _step(low, high)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def _step(low: float, high: float) -> float:
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))


def _ticks(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-9)
    count = math.floor(high / step + 1e-9) - first + 1
    return [float(f"{(first + place) * step:.12g}") for place in range(count)]


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and abs(value) <= _LARGEST
