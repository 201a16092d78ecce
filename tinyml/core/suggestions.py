"""Search by name, with "Did you mean …?" for unknown names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from tinyml.core.errors import SettingsError

Thing = TypeVar("Thing")


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the most similar known name; empty if no name is similar enough.

    >>> nearest("Conv2d", ["Conv2D", "Linear"]), nearest("Attention", ["Conv2D", "Linear"])
    ('Conv2D', '')
    """
    spelling = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(name.lower(), spelling, n=1, cutoff=0.7)
    return spelling[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'X'?" with the most similar known name; empty if no name is similar enough.

    >>> did_you_mean("Conv2d", ["Conv2D", "Linear"])
    " Did you mean 'Conv2D'?"
    """
    meant = nearest(name, known)
    return f" Did you mean '{meant}'?" if meant else ""


def by_name(what: str, name: str, known: Mapping[str, Thing], offered: Sequence[str]) -> Thing:
    """Return the object with a name. Upper case, "_", "-" and spaces make no difference.

    Arguments:
        what: the kind of object, for the error message: "loss".
        name: the name as a user wrote it.
        known: all objects, by all their names.
        offered: the names that the error message lists.

    Raises `SettingsError`, which lists the names, if the name is unknown.

    >>> by_name("number", "One-Half", {"one_half": 0.5}, ["one_half"])
    0.5
    """
    spelled = {_letters(each): thing for each, thing in known.items()}
    if _letters(name) in spelled:
        return spelled[_letters(name)]
    raise SettingsError(f"There is no {what} '{name}'.{did_you_mean(name, known)} There are: {', '.join(offered)}.")


def describe_value(value: Any) -> str:
    """Describe a wrong value, for an error message.

    >>> describe_value(int), describe_value(None)
    ('the class int', 'None')
    """
    return f"the class {value.__name__}" if isinstance(value, type) else f"{value!r:.60}"


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())
