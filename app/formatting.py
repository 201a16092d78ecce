"""Numbers, percentages, durations and lists, written in the same way everywhere in the window.

A count with its noun ("3 tensors") is `tinyml.core.describe_count`, because the framework writes such texts, too.
"""

import math
from collections.abc import Sequence

SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
UNKNOWN = "\N{EN DASH}"


def format_number(value: float | None, digits: int = 3, trailing_zeros: bool = True) -> str:
    """Write a measured number with a real minus sign; None, an unknown number, as a dash.

    Arguments:
        value: the number, which may be NaN or infinite.
        digits: how many significant digits are written.
        trailing_zeros: also write zeros at the end, so that a number that changes keeps its width.

    >>> format_number(-0.01234), format_number(12.345, 4), format_number(0.5), format_number(0.0)
    ('−0.0123', '12.35', '0.500', '0')
    >>> format_number(0.5, trailing_zeros=False)
    '0.5'
    >>> format_number(float("nan")), format_number(-math.inf), format_number(None)
    ('NaN', '−∞', '–')
    """
    if value is None:
        return UNKNOWN
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else f"{MINUS}∞"
    if not value:
        return "0"
    written = f"{value:#.{digits}g}".rstrip(".") if trailing_zeros else f"{value:.{digits}g}"
    return written.replace("-", MINUS)


def format_value(value: float | None) -> str:
    """Write a number in the units of the data: four significant digits, but all digits before the point, in threes.

    Arguments:
        value: the number, which may be NaN or infinite; None, an unknown number, becomes a dash.

    >>> [format_value(value).replace(SPACE, " ") for value in (1260.53, 0.123456, -123456.7, 2.0)]
    ['1 261', '0.1235', '−123 457', '2']
    """
    if value is None or not math.isfinite(value) or not 1e3 <= abs(value) < 1e9:
        return format_number(value, digits=4, trailing_zeros=False)
    return format_count(value).replace("-", MINUS)


def format_percentage(share: float | None) -> str:
    """Write a `share`, from 0 to 1, as a percentage with one decimal; None and NaN as a dash.

    >>> format_percentage(0.9912), format_percentage(None)
    ('99.1\\xa0%', '–')
    """
    if share is None or not math.isfinite(share):
        return UNKNOWN
    return f"{100 * share:.1f}{SPACE}%"


def format_r_squared(value: float | None) -> str:
    """Write a `value` of R², the explained share of the targets' variance, with three decimals; None as a dash.

    >>> format_r_squared(0.97654), format_r_squared(-2.5), format_r_squared(None)
    ('0.977', '−2.500', '–')
    """
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.3f}".replace("-", MINUS)


def format_count(number: float) -> str:
    """Write a `number`, rounded to a whole one, with its digits in groups of three.

    >>> format_count(44426).replace(SPACE, " ")
    '44 426'
    """
    return f"{number:,.0f}".replace(",", SPACE)


def format_short_count(number: int) -> str:
    """Write a `number` with all digits below a million, else with three significant digits and "M" or "G".

    >>> [format_short_count(number).replace(SPACE, " ") for number in (54_314, 11_689_512, 2_000_000_000)]
    ['54 314', '11.7 M', '2.00 G']
    """
    for unit, size in (("G", 10**9), ("M", 10**6)):
        if number >= size:
            value = number / size
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}{SPACE}{unit}"
    return format_count(number)


def format_rate(per_second: float) -> str:
    """Write a rate, in things `per_second`: whole from 10 on, else with one decimal; a dash if it is not positive.

    >>> format_rate(940.4), format_rate(3.25), format_rate(0.0)
    ('940', '3.2', '–')
    """
    if not per_second > 0:
        return UNKNOWN
    return format_count(per_second) if per_second >= 10 else f"{per_second:.1f}"


def format_duration(seconds: float) -> str:
    """Write a duration in `seconds` as minutes and seconds, with hours in front if it is longer than one.

    >>> format_duration(42.4), format_duration(3725)
    ('0:42', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_age(seconds: float) -> str:
    """Write how long ago something was: in `seconds` up to two minutes, then in minutes, then in hours.

    >>> [format_age(seconds).replace(SPACE, " ") for seconds in (5.2, 300, 7300)]
    ['5 s', '5 min', '2 h']
    """
    if seconds < 120:
        return f"{int(seconds)}{SPACE}s"
    return f"{int(seconds // 60)}{SPACE}min" if seconds < 7200 else f"{int(seconds // 3600)}{SPACE}h"


def format_list(items: Sequence[str], most: int = 6) -> str:
    """Join items by commas, and replace those in the middle by "…" if there are too many.

    Arguments:
        items: the words.
        most: how many items are written at most.

    >>> format_list(["a", "b", "c", "d"], most=3)
    'a, b, … d'
    """
    if len(items) <= most:
        return ", ".join(items)
    return f"{', '.join(items[: most - 1])}, … {items[-1]}"


def format_operations(count: int) -> str:
    """Write a number of floating-point operations with a unit; 1 kFLOP = 1000 operations.

    Arguments:
        count: number of operations.

    >>> [format_operations(count).replace(SPACE, " ") for count in (950, 313_600, 1_620_000, 25_000_000_000)]
    ['950 FLOP', '314 kFLOP', '1.6 MFLOP', '25 GFLOP']
    """
    for unit, size in (("GFLOP", 10**9), ("MFLOP", 10**6), ("kFLOP", 10**3)):
        if count >= size:
            value = count / size
            return f"{value:.1f}{SPACE}{unit}" if value < 9.95 else f"{format_count(value)}{SPACE}{unit}"
    return f"{count}{SPACE}FLOP"


def format_size(size: int) -> str:
    """Return a `size` in bytes with a unit: 1 MB is a million bytes, as in file managers.

    >>> format_size(4_200_000), format_size(900)
    ('4.2\\xa0MB', '1\\xa0kB')
    """
    for unit, count in (("GB", 10**9), ("MB", 10**6)):
        if size >= count:
            return f"{size / count:.1f}\N{NO-BREAK SPACE}{unit}"
    return f"{format_count(max(size / 1000, 1) if size else 0)}\N{NO-BREAK SPACE}kB"
