"""What a reader found out about the columns of a table."""

from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["number", "category", "text"]
"""A category has few different texts, a text many. A text cannot be an input."""

ColumnRole = Literal["input", "target", "unused"]


@dataclass(frozen=True)
class ColumnInfo:
    """One column of a table, as it is used.

    Attributes:
        name: the heading, or "column 3" in a table without headings.
        kind: number, category or text.
        role: input, target or unused.
        missing: number of rows without a value.
        distinct: number of different values; 0 if it was not counted.
    """

    name: str
    kind: ColumnKind
    role: ColumnRole
    missing: int = 0
    distinct: int = 0
