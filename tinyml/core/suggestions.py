"""The nearest known name to one that nobody knows."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'X'?" with the nearest known name, or nothing when none is near.

    >>> did_you_mean("Conv2d", ["Conv2D", "Linear"])
    " Did you mean 'Conv2D'?"
    """
    spelling = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), spelling, n=1, cutoff=0.6)
    return f" Did you mean '{spelling[near[0]]}'?" if near else ""
