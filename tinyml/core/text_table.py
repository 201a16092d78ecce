"""Tables as plain text."""

from collections.abc import Iterable, Sequence


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]], sides: str, *, ruler: bool = True) -> str:
    """Return a table with aligned columns, two spaces apart.

    Arguments:
        head: the title of each column.
        rows: the cells of each row.
        sides: the alignment of each column: "<" for left, ">" for right.
        ruler: True to draw a line below the head.

    >>> print(format_table(("layer", "parameters"), [("fc", "15"), ("relu_1", "0")], "<>"))
    layer   parameters
    ------------------
    fc              15
    relu_1           0
    """
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in table
    ]
    if ruler:
        lines.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join(lines)
