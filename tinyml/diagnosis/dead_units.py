"""The judgement of dead units: one definition for the diagnosis and for the table of the layers."""

from collections.abc import Sequence
from dataclasses import dataclass

from tinyml.diagnosis.probe import Probe
from tinyml.learner.layer_stats import ALMOST_ALL_DEAD, MANY_DEAD, LayerStats
from tinyml.learner.silent_units import ENOUGH_EXAMPLES

NEWEST = 20
"""Number of measurements that are compared."""
_MANY_EXAMPLES = 128
"""So many examples of a probe tell sparse units from dead ones."""


@dataclass(frozen=True)
class DeadUnits:
    """The dead units of a layer.

    Attributes:
        share: how many of its units are dead, 0 to 1.
        many: True if they are so many that the layer is a worry.
    """

    share: float
    many: bool


def judge_dead_units(
    layer: str, measurements: Sequence[Sequence[LayerStats]], batch_size: int, probe: Probe | None = None
) -> DeadUnits | None:
    """Return how many units of a layer are dead now; None if this was never measured.

    A probe of 128 examples or more decides. Of a smaller one, only a layer of which nearly all units are dead counts.
    Otherwise it is the smallest share in the newest 20 measurements: a unit that fires in one of them is alive. From
    one half, many are dead. While fewer than 200 examples were measured, healthy units are often 0 for all of them, so
    it must be nine tenths, in two measurements.

    Arguments:
        layer: its path.
        measurements: of all layers, from old to new.
        batch_size: number of examples in a measurement.
        probe: of the newest weights; None if there is none.

    >>> measured = [[LayerStats("relu", dead=share)] for share in (0.9, 0.6, 0.7)]
    >>> judge_dead_units("relu", measured, batch_size=100)
    DeadUnits(share=0.6, many=True)
    >>> judge_dead_units("relu", measured, batch_size=8)
    DeadUnits(share=0.6, many=False)
    >>> judge_dead_units("relu", measured, 100, Probe(256, (LayerStats("relu", dead=0.1),)))
    DeadUnits(share=0.1, many=False)
    """
    for probed in _shares(layer, [probe.layers] if probe is not None else []):
        enough = probe is not None and probe.examples >= _MANY_EXAMPLES
        if enough or probed >= ALMOST_ALL_DEAD:
            return DeadUnits(probed, probed >= MANY_DEAD)
    shares = _shares(layer, measurements[-NEWEST:])
    if not shares:
        return None
    share = min(shares)
    if batch_size * len(shares) >= ENOUGH_EXAMPLES:
        return DeadUnits(share, share >= MANY_DEAD)
    return DeadUnits(share, share >= ALMOST_ALL_DEAD and len(shares) > 1)


def _shares(layer: str, measurements: Sequence[Sequence[LayerStats]]) -> list[float]:
    """Return the share of dead units of a layer in each measurement that has one."""
    found = (stats.dead for moment in measurements for stats in moment if stats.layer == layer)
    return [share for share in found if share is not None]
