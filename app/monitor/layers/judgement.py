"""Which values of the layer statistics are usual, and the words for those that are not."""

import math
from typing import NamedTuple

from app.formatting import SPACE, format_number
from tinyml.diagnosis import DeadUnits
from tinyml.learner.layer_stats import MANY_SATURATED

USUAL_UPDATES = (1e-4, 1e-2)
"""Usual ratio of an update to its weights: about 0.001 (Karpathy, CS231n notes, "Ratio of weights:updates")."""
WORRYING_UPDATE = 0.1
"""Ratio of an update to its weights above which the layer is a worry. With momentum or Adam, more than 0.01 is common
while a network learns fast."""


class Judgement(NamedTuple):
    """A value in words.

    Attributes:
        text: the value as the table shows it: "38 % dead".
        worrying: True if the value is outside what is usual.
    """

    text: str
    worrying: bool = False


NOTHING = Judgement("")
"""What is said of a layer without such a value."""


def judge_update(ratio: float | None) -> Judgement:
    """Return how a ratio of update to weights compares with what is usual; an empty text for an unknown one.

    >>> [judge_update(ratio).text for ratio in (0.002, 0.05, 0.5, 1e-6)]
    ['usual', 'larger than usual', 'far larger than usual', 'smaller than usual']
    """
    if ratio is None:
        return NOTHING
    if math.isnan(ratio):
        return Judgement("not a number", worrying=True)
    low, high = USUAL_UPDATES
    if ratio > WORRYING_UPDATE:
        return Judgement("far larger than usual", worrying=True)
    return Judgement("smaller than usual" if ratio < low else "larger than usual" if ratio > high else "usual")


def judge_units(dead: DeadUnits | None, saturated: float | None, is_output: bool = False) -> Judgement:
    """Return what the units of a layer suffer from; an empty text if neither was measured.

    Arguments:
        dead: its dead units, as the diagnosis judges them.
        saturated: share of the outputs near the ends of their range, 0 to 1.
        is_output: True for the outputs of the network, which are not judged.

    >>> judge_units(DeadUnits(0.58, many=True), None).text.replace(SPACE, " ")
    '58 % dead'
    >>> judge_units(None, 0.004).text.replace(SPACE, " ")
    '<1 % saturated'
    """
    texts, worrying = [], False
    if dead is not None:
        texts.append(f"{format_share(dead.share)} dead")
        worrying = dead.many
    if saturated is not None:
        texts.append(f"{format_share(saturated)} saturated")
        worrying = worrying or saturated >= MANY_SATURATED
    return Judgement(", ".join(texts), worrying and not is_output)


def format_share(share: float) -> str:
    """Write a share, from 0 to 1, as a whole percentage that is 0 or 100 only if the share is.

    >>> [format_share(share).replace(SPACE, " ") for share in (0.0, 0.001, 0.384, 0.999, 1.0)]
    ['0 %', '<1 %', '38 %', '>99 %', '100 %']
    """
    if not math.isfinite(share):
        return format_number(share)
    rounded = round(100 * share)
    if share > 0 and not rounded:
        return f"<1{SPACE}%"
    if share < 1 and rounded == 100:
        return f">99{SPACE}%"
    return f"{rounded}{SPACE}%"


def format_spread(mean: float | None, deviation: float | None) -> str:
    """Write a mean with its standard deviation: "0.312 ± 0.954"; a dash for unknown numbers.

    Arguments:
        mean: the mean.
        deviation: the standard deviation.
    """
    return f"{format_number(mean)} ± {format_number(deviation)}"
