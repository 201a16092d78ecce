"""Things by their names: what is meant by a name, and the nearest known name to one that is unknown."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from tinyml.core.errors import SettingsError

Thing = TypeVar("Thing")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most similar; empty when none is similar enough.

    >>> nearest("Conv2d", ["Conv2D", "Linear"]), nearest("Attention", ["Conv2D", "Linear"])
    ('Conv2D', '')
    """
    spelling = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower(), spelling, n=1, cutoff=0.7)
    return spelling[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'X'?" with the nearest known name, or nothing when none is near.

    >>> did_you_mean("Conv2d", ["Conv2D", "Linear"])
    " Did you mean 'Conv2D'?"
    """
    meant = nearest(name, known)
    return f" Did you mean '{meant}'?" if meant else ""


def by_name(what: str, name: str, known: Mapping[str, Thing], offered: Sequence[str]) -> Thing:
    """Return what is known under a name; upper case, "_", "-" and spaces make no difference.

    Arguments:
        what: is looked for: "loss".
        name: as a user wrote it.
        known: everything there is, under all its names.
        offered: the names that the message lists.

    Raises `SettingsError`, with the names that there are, when the name is unknown.

    >>> by_name("number", "One-Half", {"one_half": 0.5}, ["one_half"])
    0.5
    """
    spelled = {_letters(each): thing for each, thing in known.items()}
    if _letters(name) in spelled:
        return spelled[_letters(name)]
    raise SettingsError(f"There is no {what} '{name}'.{did_you_mean(name, known)} There are: {', '.join(offered)}.")


def describe_value(value: Any) -> str:
    """Write a value that should have been another one, for a message.

    >>> describe_value(int), describe_value(None)
    ('the class int', 'None')
    """
    return f"the class {value.__name__}" if isinstance(value, type) else f"{value!r:.60}"


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
