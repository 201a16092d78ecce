"""A finding: one sentence about a dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tinyml.core import describe_count

Severity = Literal["information", "warning"]
"""A warning says that the data are probably not as they should be, and what to do."""


@dataclass(frozen=True)
class Finding:
    """Something that a user should know about a dataset.

    Attributes:
        kind: a short name of the rule that found it, such as "balance" or "leak".
        sentence: what was found, in plain words; for a warning also the remedy.
        severity: "information" or "warning".
    """

    kind: str
    sentence: str
    severity: Severity = "information"


def listed(words: Sequence[str], most: int = 3) -> str:
    """Return words in quotation marks as they stand in a sentence; the rest is counted.

    Arguments:
        words: names of classes or columns.
        most: how many of them are named.

    >>> listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ("'a' and 'b'", "'a', 'b', 'c' and 2 more")
    """
    shown = [f"'{word}'" for word in words[:most]]
    if len(words) > most:
        shown.append(f"{len(words) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def number(value: float) -> str:
    """Return `value` for a sentence: four significant digits, or a whole number with no-break spaces in its thousands.

    >>> number(0.13066), number(255.0), number(-22811.27), number(123456789.0), number(1e12)
    ('0.1307', '255', '-22\\xa0811', '123\\xa0456\\xa0789', '1e+12')
    """
    return describe_count(round(value)) if 1e3 <= abs(value) < 1e9 else f"{value:.4g}"
