"""Numbers of a run in words."""

import math


def write_loss(value: float | None) -> str:
    """Write a loss with three digits.

    >>> write_loss(0.12345), write_loss(float("nan")), write_loss(None)
    ('0.123', 'NaN', '–')
    """
    if value is None:
        return "–"
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:#.3g}".rstrip(".")


def write_share(value: float | None) -> str:
    """Write a share as a percentage.

    >>> write_share(0.98765), write_share(None)
    ('98.8 %', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.1%}".replace("%", " %")


def write_speed(examples_per_second: float) -> str:
    """Write examples a second with a thin space between thousands.

    >>> write_speed(12400.4)
    '12\\u202f400'
    """
    if not examples_per_second > 0:
        return "–"
    digits = 0 if examples_per_second >= 10 else 1
    return f"{examples_per_second:,.{digits}f}".replace(",", "\u202f")


def write_duration(seconds: float) -> str:
    """Write a duration as minutes and seconds, with hours when there are any.

    >>> write_duration(42.4), write_duration(3725)
    ('0:42', '1:02:05')
    """
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
