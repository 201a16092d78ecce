"""Numbers of a run in words."""

import math

from app.widgets.words import write_count


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


def write_r_squared(value: float | None) -> str:
    """Write R², the share of the targets' variation that is explained, with three decimals.

    >>> write_r_squared(0.97654), write_r_squared(-2.5), write_r_squared(None)
    ('0.977', '−2.500', '–')
    """
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:.3f}".replace("-", "−")


def write_speed(examples_per_second: float) -> str:
    """Write examples a second.

    >>> write_speed(940.4), write_speed(3.25)
    ('940', '3.2')
    """
    if not examples_per_second > 0:
        return "–"
    return write_count(examples_per_second) if examples_per_second >= 10 else f"{examples_per_second:.1f}"
