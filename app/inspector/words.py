"""The sentences and numbers of the inspector, in one place so that all its parts speak alike."""

import math

from app.training import Snapshot


def number_text(value: float) -> str:
    """Write a number for people: about three digits, a real minus sign.

    >>> number_text(-0.01234), number_text(12.345), number_text(0.0)
    ('−0.0123', '12.3', '0')
    """
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("infinity" if value > 0 else "−infinity")
    text = f"{value:.3g}" if value else "0"
    return text.replace("-", "−")


def percent_text(share: float) -> str:
    """Write a share as the percentage that the sample's line shows.

    >>> percent_text(0.9912)
    '99.1\xa0%'
    """
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%" if math.isfinite(share) else "not a number"


def weights_text(snapshot: Snapshot | None) -> str:
    """Say whose weights are looked at."""
    if snapshot is None:
        return ""
    if not snapshot.trained:
        return "untrained weights: train with F5 to see what it learns"
    if not snapshot.history:
        return "weights of the first epoch"
    return f"weights after epoch {snapshot.history[-1].epoch}"


def maps_text(shape: tuple[int, ...]) -> str:
    """Describe a layer's output: "16 feature maps, 8×8" or "64 numbers".

    >>> maps_text((16, 8, 8)), maps_text((1, 4, 4)), maps_text((64,))
    ('16 feature maps, 8×8', '1 feature map, 4×4', '64 numbers')
    """
    if len(shape) == 3:
        plural = "" if shape[0] == 1 else "s"
        return f"{shape[0]} feature map{plural}, {shape[1]}×{shape[2]}"
    return "1 number" if shape == (1,) else f"{math.prod(shape)} numbers"
