"""The contact sheet of numbers: a scatter plot of points, and a histogram of each column."""

import numpy as np
from PIL import Image

from tinyml.command_line.contact_sheet.data_sheet import data_sheet, group_colour, write_legend
from tinyml.core import Array, describe_count
from tinyml.core.text_picture import GREY, HEADING, INK, LIGHT, MARGIN, Sheet
from tinyml.data.analysis import PART_NAMES, ColumnSummary, DataAnalysis
from tinyml.data.dataset import Splits

_WIDTH = 920
_PLOT = 420
_MOST_POINTS = 4000
_ACROSS, _MOST_COLUMNS = 4, 40
_CHART_HEIGHT = 120
_LOW, _MIDDLE, _HIGH = (68, 1, 84), (33, 145, 140), (253, 231, 37)
"""Three colours of viridis, for numbers from small to large."""


def draw_number_sheet(splits: Splits, found: DataAnalysis) -> Image.Image:
    """Return the contact sheet of points or of a table.

    Arguments:
        splits: the examples; those of the training part are drawn as points.
        found: the analysis.
    """
    points = _points(splits, found)
    columns = [(column, found.group_names) for column in found.columns]
    columns += [(target, PART_NAMES) for target in found.targets]
    shown, rest = columns[:_MOST_COLUMNS], len(columns) - _MOST_COLUMNS
    lines = -(-len(shown) // _ACROSS)
    plot = 0 if points is None else _PLOT + 50
    height = HEADING + plot + 30 + lines * (_CHART_HEIGHT + 50) + MARGIN + 20 * (rest > 0)
    sheet = data_sheet(_WIDTH, height, found)
    if points is not None:
        _draw_points(sheet, *points, found)
    top = HEADING + plot
    if shown:
        write_legend(sheet, (MARGIN, top + 4), found.group_names, _WIDTH - 2 * MARGIN)
    width = (_WIDTH - 2 * MARGIN) // _ACROSS
    for place, (column, _) in enumerate(shown):
        corner = (MARGIN + place % _ACROSS * width, top + 30 + place // _ACROSS * (_CHART_HEIGHT + 50))
        _draw_histogram(sheet, corner, width - 24, column, place >= len(found.columns))
    if rest > 0:
        sheet.write((MARGIN, height - MARGIN - 8), f"and {describe_count(rest, 'more column')}", 13, GREY)
    return sheet.image


def _points(splits: Splits, found: DataAnalysis) -> tuple[Array, list[str], tuple[str, str]] | None:
    """Return the places of the points, their colours, and the names of the axes; None if there is no plane to show."""
    train, names = splits.train, [column.name for column in [*found.columns, *found.targets]]
    rows = np.linspace(0, len(train) - 1, min(len(train), _MOST_POINTS)).round().astype(int)
    inputs = train.unscaled_examples(rows)
    if len(found.columns) == 1 and len(found.targets) == 1:
        targets = train.unscaled_target_numbers(rows).reshape(len(rows), 1)
        places, colours = np.hstack([inputs.reshape(len(rows), 1), targets]), [group_colour(0)] * len(rows)
    elif len(found.columns) == 2:
        places, colours = inputs.reshape(len(rows), 2), _colours(splits, found, rows)
    else:
        return None
    known = np.isfinite(places).all(axis=1)
    shown = [colour for colour, is_known in zip(colours, known.tolist(), strict=True) if is_known]
    return places[known].astype(np.float64), shown, (names[0], names[1])


def _colours(splits: Splits, found: DataAnalysis, rows: np.ndarray) -> list[str]:
    train = splits.train
    if found.class_names:
        return [group_colour(label) for label in train.labels[rows].tolist()]
    if not found.targets:
        return [group_colour(0)] * len(rows)
    numbers = train.unscaled_target_numbers(rows).reshape(len(rows), -1)[:, 0].astype(np.float64)
    target = found.targets[0]
    share = (numbers - target.minimum) / ((target.maximum - target.minimum) or 1.0)
    mixed = [np.interp(share, (0, 0.5, 1), levels) for levels in zip(_LOW, _MIDDLE, _HIGH, strict=True)]
    return ["#{:02x}{:02x}{:02x}".format(*map(int, colour)) for colour in np.nan_to_num(np.array(mixed)).T]


def _draw_points(sheet: Sheet, places: Array, colours: list[str], names: tuple[str, str], found: DataAnalysis) -> None:
    left, top = MARGIN + 60, HEADING + 6
    sheet.draw.rectangle([left, top, left + _PLOT, top + _PLOT], outline=LIGHT)
    if not len(places):
        return
    low, high = places.min(axis=0), places.max(axis=0)
    size = np.where(high > low, high - low, 1.0)
    inside = (places - low) / size * (_PLOT - 20) + 10
    for (across, up), colour in zip(inside.tolist(), colours, strict=True):
        x, y = left + across, top + _PLOT - up
        sheet.draw.ellipse([x - 2, y - 2, x + 2, y + 2], fill=colour)
    bottom = top + _PLOT
    sheet.write((left, bottom + 6), f"{low[0]:.4g}", 11, GREY)
    sheet.write((left + _PLOT, bottom + 6), f"{high[0]:.4g}", 11, GREY, "rt")
    sheet.write((left + _PLOT / 2, bottom + 6), names[0], 12, INK, "mt", most=200)
    sheet.write((left - 6, bottom), f"{low[1]:.4g}", 11, GREY, "rb")
    sheet.write((left - 6, top), f"{high[1]:.4g}", 11, GREY, "rt")
    sheet.write((left + _PLOT + 12, top), f"up: {names[1]}", 12, INK, most=_WIDTH - left - _PLOT - 30)
    for place, name in enumerate(found.class_names[:20]):
        y = top + 26 + 18 * place
        sheet.draw.ellipse([left + _PLOT + 12, y + 2, left + _PLOT + 20, y + 10], fill=group_colour(place))
        sheet.write((left + _PLOT + 28, y), name, 12, GREY, most=200)


def _draw_histogram(sheet: Sheet, corner: tuple[int, int], width: int, column: ColumnSummary, is_target: bool) -> None:
    x, y = corner
    title = f"target: {column.name}" if is_target else column.name
    sheet.write((x, y), title, 13, most=width)
    bottom = y + 22 + _CHART_HEIGHT - 20
    sheet.draw.line([(x, bottom), (x + width, bottom)], fill=LIGHT)
    bins = column.counts.shape[1]
    if bins:
        highest = max(1, int(column.counts.sum(axis=0).max()))
        step = width / bins
        for place in range(bins):
            level = float(bottom)
            for group, count in enumerate(column.counts[:, place].tolist()):
                tall = count / highest * (_CHART_HEIGHT - 20)
                if tall > 0:
                    right = x + (place + 1) * step - (1 if step > 3 else 0)
                    box = [x + place * step, level - tall, max(x + place * step, right), level]
                    sheet.draw.rectangle(box, fill=group_colour(group))
                level -= tall
        sheet.write((x, bottom + 4), f"{column.minimum:.4g}", 11, GREY)
        sheet.write((x + width, bottom + 4), f"{column.maximum:.4g}", 11, GREY, "rt")
    missing = f"{describe_count(column.missing)} missing" if column.missing else ""
    sheet.write((x + width / 2, bottom + 4), missing, 11, GREY, "mt")
