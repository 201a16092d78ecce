"""Counts and durations, written the same way everywhere."""

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"


def write_count(number: float) -> str:
    """Write a number, rounded to a whole one, with its digits in groups of three.

    >>> write_count(44426).replace(THIN_SPACE, " ")
    '44 426'
    """
    return f"{number:,.0f}".replace(",", THIN_SPACE)


def write_duration(seconds: float) -> str:
    """Write a duration the way clocks do, with hours when there are any.

    >>> write_duration(42.4), write_duration(3725)
    ('0:42', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
