"""The first row of a table: names of the columns, or the first example."""

from collections import Counter
from collections.abc import Sequence

from tinyml.data.tables.missing import is_usual_marker
from tinyml.data.tables.numbers import DecimalMark, is_number

_LONGEST_NAME = 200


def has_names(rows: Sequence[Sequence[str]], mark: DecimalMark = "point") -> bool:
    """Return True if the first row of a table holds the names of the columns.

    It does

    - if a column has a text in the first row and only numbers below it, or
    - if no field of the first row is a number, all of them differ, and none occurs again below it in its column.
      A row of texts alone holds names too.

    Arguments:
        rows: the first rows of the table.
        mark: the decimal mark.

    >>> has_names([["length", "colour"], ["1.5", "red"]]), has_names([["1.5", "red"], ["2.5", "blue"]])
    (True, False)
    """
    # R leaves out the name of the column with the names of the rows.
    first = ["", *rows[0]] if rows[1:] and len(rows[1]) == len(rows[0]) + 1 else list(rows[0])
    below = [[row[place] for row in rows[1:] if place < len(row)] for place in range(len(first))]
    for text, column in zip(first, below, strict=True):
        values = [field for field in column if not is_usual_marker(field)]
        if (
            values
            and not _is_value(text, mark)
            and not is_usual_marker(text)
            and all(_is_value(field, mark) for field in values)
        ):
            return True
    texts = [text.strip() for text in first]
    named = [text for text in texts if text]
    return (
        bool(named)
        and not any(_is_value(text, mark) for text in texts if text)
        and len(set(texts)) == len(texts)
        and not any(text.strip() in map(str.strip, column) for text, column in zip(first, below, strict=True) if text)
    )


def column_names(first: Sequence[str] | None, width: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a different name for each column, and a sentence for each name that had to be changed.

    A column without a name gets the name "column 3", also if the table has no names. The second of two equal names
    gets a number: "size", "size (2)". If there is one name fewer than columns, the first column has no name, as in
    tables of R.

    Arguments:
        first: the row with the names; None if there is none.
        width: number of columns.

    >>> column_names(["", "size", "size"], 3)[0]
    ('column 1', 'size', 'size (2)')
    """
    if first is None:
        return tuple(f"column {place + 1}" for place in range(width)), ()
    row = ["", *first] if len(first) == width - 1 else first
    given = [" ".join(text.split())[:_LONGEST_NAME] or f"column {place + 1}" for place, text in enumerate(row)]
    taken, seen = set(given), Counter[str]()
    names, sentences = [], []
    for name in given:
        seen[name] += 1
        unique, number = name, seen[name]
        while number > 1 and (unique := f"{name} ({number})") in taken:
            number += 1
        if unique != name:
            taken.add(unique)
            sentences.append(f"Several columns are named '{name}'. One of them is called '{unique}' here.")
        names.append(unique)
    return tuple(names), tuple(sentences)


def _is_value(text: str, mark: DecimalMark) -> bool:
    """Return True if a field is a number, or a text that stands for a missing number."""
    return is_number(text, mark) or text.strip().casefold() in ("nan", "inf", "-inf")
