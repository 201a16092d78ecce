"""Tables of results, as plain text or in Markdown."""

from dataclasses import dataclass
from textwrap import indent

from tests.benchmarks.timing import Timing
from tinyml.core.text_table import format_table

NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A table: title, column names, rows of text, and notes below."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def as_text(table: Table) -> str:
    """Write a table for a terminal; the first column is aligned to the left, the others to the right.

    >>> print(as_text(Table("Speed", ("network", "ms"), (("W1", "1.5"),), ("Medians.",))))
    Speed
    <BLANKLINE>
      network   ms
      W1       1.5
    <BLANKLINE>
    Medians.
    <BLANKLINE>
    """
    sides = "<" + ">" * (len(table.columns) - 1)
    text = indent(format_table(table.columns, table.rows, sides, ruler=False), "  ")
    return "\n".join([table.title, "", text, "", *table.notes, *([""] if table.notes else [])])


def as_markdown(table: Table) -> str:
    """Write a table in Markdown.

    >>> print(as_markdown(Table("Speed", ("network", "ms"), (("W1", "1.5"),))))
    **Speed**
    <BLANKLINE>
    | network | ms |
    |:---|---:|
    | W1 | 1.5 |
    <BLANKLINE>
    """
    ruler = "|:---|" + "---:|" * (len(table.columns) - 1)
    lines = [f"| {' | '.join(row)} |" for row in (table.columns, *table.rows)]
    notes = ["", *table.notes] if table.notes else []
    return "\n".join([f"**{table.title}**", "", lines[0], ruler, *lines[1:], *notes, ""])


def milliseconds(timing: Timing | None) -> str:
    """Write a median with its quartiles, in milliseconds.

    >>> milliseconds(Timing(0.0551, 0.05402, 0.0563, 15))
    '55.1 (54.0–56.3)'
    """
    if timing is None:
        return NOTHING
    middle, lower, upper = (1e3 * seconds for seconds in (timing.median, timing.lower, timing.upper))
    digits = 1 if middle >= 10 else 2 if middle >= 1 else 4
    return f"{middle:.{digits}f} ({lower:.{digits}f}–{upper:.{digits}f})"


def reached(value: float, bar: float | None, *, at_most: bool = False) -> str:
    """Return "yes" if a value reaches its target, which is a minimum or, with `at_most`, a maximum.

    >>> reached(1.3, 1.25), reached(31, 30, at_most=True), reached(1.0, None)
    ('yes', 'no', '–')
    """
    if bar is None:
        return NOTHING
    return "yes" if (value <= bar if at_most else value >= bar) else "no"
