"""The roles of the columns of a table: which are inputs, targets, or not used."""

from collections.abc import Sequence
from typing import Any

from tinyml.data.columns import ColumnInfo, ColumnRole

ROLES: tuple[ColumnRole, ...] = ("input", "target", "unused")


def options_for_role(columns: Sequence[ColumnInfo], row: int, role: ColumnRole, classes: bool) -> dict[str, Any]:
    """Return the options that give a column another role. The other columns keep theirs.

    Classes come from one column, so another target takes the place of the one before. Several columns of numbers can be
    targets.

    Arguments:
        columns: all columns of the table.
        row: position of the column.
        role: its new role.
        classes: True if the targets are classes.

    >>> columns = [ColumnInfo("x", "number", "input"), ColumnInfo("y", "category", "target")]
    >>> options_for_role(columns, 0, "target", classes=True)
    {'inputs': ('y',), 'targets': ('x',)}
    """
    roles = [column.role for column in columns]
    if role == "target" and (classes or columns[row].kind != "number"):
        freed: ColumnRole
        for place, column in enumerate(columns):
            freed = "unused" if column.kind == "text" else "input"
            roles[place] = freed if column.role == "target" else column.role
    roles[row] = role
    named = list(zip(columns, roles, strict=True))
    return {f"{kind}s": tuple(column.name for column, each in named if each == kind) for kind in ("input", "target")}


def obstacle(columns: Sequence[ColumnInfo], row: int, role: ColumnRole) -> str:
    """Return one sentence if a column cannot have a role, else an empty text.

    Arguments:
        columns: all columns of the table.
        row: position of the column.
        role: the role.
    """
    others = [column for place, column in enumerate(columns) if place != row]
    if role != "input" and not any(column.role == "input" for column in others):
        return "A network needs an input. Make another column an input first."
    if role != "target" and not any(column.role == "target" for column in others):
        return "Training needs a target. Make another column the target instead."
    return ""
