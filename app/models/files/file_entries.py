"""What the list says about each file: parameters, accuracy, when it was written, by which program."""

from datetime import datetime, timedelta
from pathlib import Path

from app.formatting import format_percentage, format_short_count
from app.models.reading.file_contents import FileFacts
from app.widgets.entry_list import Entry

_NANOSECONDS = 10**9
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""In English, as all texts of the window; the system may have other names."""


def make_entry(path: Path, facts: FileFacts | None, marked: bool, now: datetime, in_use: bool = False) -> Entry:
    """Make the entry of a file.

    Arguments:
        path: of the file.
        facts: what is known about it; None if it is not read yet.
        marked: True if the file is shown beside the chosen one.
        now: the time, for "today".
        in_use: True if the window uses these weights.
    """
    tip = str(path)
    if facts is None:
        return Entry(str(path), path.name, "…", tip, marked=marked)
    if facts.problem:
        line = "missing" if facts.mark is None else "cannot be read"
        return Entry(str(path), path.name, line, f"{tip}\n{facts.problem}", warns=True, marked=marked)
    parts = ["in use"] if in_use else []
    parts += [f"{format_short_count(facts.parameters)} {'parameter' if facts.parameters == 1 else 'parameters'}"]
    if facts.accuracy is not None:
        parts.append(format_percentage(facts.accuracy))
    if facts.origin:
        parts.append(facts.origin)
    elif facts.mark is not None:
        parts.append(describe_day(datetime.fromtimestamp(facts.mark[0] / _NANOSECONDS), now))
    return Entry(str(path), path.name, " · ".join(parts), tip, marked=marked)


def describe_day(time: datetime, now: datetime) -> str:
    """Write a day in words: "today", "yesterday", "12 Nov", or "12 Nov 2025" in another year.

    Arguments:
        time: of the day.
        now: the time now.

    >>> describe_day(datetime(2026, 11, 21, 23), datetime(2026, 11, 22, 1)), describe_day(
    ...     datetime(2025, 3, 4), datetime(2026, 11, 22)
    ... )
    ('yesterday', '4 Mar 2025')
    """
    if time.date() == now.date():
        return "today"
    if time.date() == (now - timedelta(days=1)).date():
        return "yesterday"
    year = f" {time.year}" if time.year != now.year else ""
    return f"{time.day} {_MONTHS[time.month - 1]}{year}"
