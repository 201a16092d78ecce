"""A sheet whose heading is about a dataset, and the colours of its groups."""

from collections.abc import Sequence

from tinyml.core import describe_count, describe_shape
from tinyml.core.text_picture import GREY, Sheet, font_for
from tinyml.data.analysis import DataAnalysis

GROUP_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
"""The palette of Okabe and Ito: readers with any kind of colour vision can tell the colours apart."""


def data_sheet(width: int, height: int, found: DataAnalysis) -> Sheet:
    """Return an empty sheet with a heading about the data.

    Arguments:
        width, height: in pixels, with the heading.
        found: the analysis of the data.
    """
    total = describe_count(sum(found.part_counts), found.noun)
    classes = f", {describe_count(len(found.class_names), 'class')}" if found.class_names else ""
    shape = found.example_shape
    size = describe_count(shape[0], "number") if len(shape) == 1 else describe_shape(shape)
    return Sheet(width, height, found.title, [f"{total} of {size}{classes}", found.findings[0].sentence])


def write_legend(sheet: Sheet, at: tuple[int, int], names: Sequence[str], most: int) -> None:
    """Write the names of the groups beside their colours, in one line.

    Arguments:
        sheet: to write on.
        at: left upper corner.
        names: of the groups.
        most: largest width of the line.
    """
    x, y = at
    for place, name in enumerate(names):
        font, shown = font_for(name, 12)
        length = min(160, int(sheet.draw.textlength(shown, font=font)))
        if x + length + 24 > at[0] + most:
            sheet.write((x, y), "…", 12, GREY)
            return
        sheet.draw.rectangle([x, y + 2, x + 9, y + 11], fill=group_colour(place))
        sheet.write((x + 14, y), name, 12, GREY, most=160)
        x += length + 32


def group_colour(place: int) -> str:
    """Return the colour of a group.

    Arguments:
        place: number of the group, from 0.

    >>> group_colour(0) == group_colour(8)
    True
    """
    return GROUP_COLOURS[place % len(GROUP_COLOURS)]
