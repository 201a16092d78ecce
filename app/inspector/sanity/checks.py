"""Sanity checks of a reconstruction: the same picture of networks whose weights are random in part or in all layers.

Source: Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 4. A picture that stays the same shows the
sample and the architecture, and not what the network has learned.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.formatting import MINUS
from tinyml.core import TinymlError
from tinyml.data import ProgressCallback
from tinyml.layers.base import Box
from tinyml.layers.base.stack import copies_to_run
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import Reconstruction, cascade, occlusion, rank_correlation

SEEDS = 9
"""Random networks of each check, so that its figure is not luck."""
SEEDS_OF_SLOW = 1
"""The same for a method that needs many passes through the network."""
ALIKE = 0.6
"""From this similarity on, a picture is called alike."""
DIFFERENT = 0.3
"""Below this similarity, a picture is called different."""

Function = Callable[..., Reconstruction]
"""A method of `tinyml.visualize`: takes a trace, the layer, the map, `position` and `whole_map`."""


@dataclass(frozen=True, eq=False)
class Check:
    """The same picture of networks that are random in some layers.

    Attributes:
        layers: names of the random layers, in the order in which they became random.
        image: the picture of the network with the median similarity; None if no network gave a picture.
        similarities: rank correlation with the picture of the trained network, for each network that gave a picture.
        networks: how many random networks were tried.
    """

    layers: tuple[str, ...]
    image: np.ndarray | None
    similarities: tuple[float, ...]
    networks: int

    @property
    def similarity(self) -> float:
        """The median of the similarities; NaN if there are none."""
        return float(np.median(self.similarities)) if self.similarities else float("nan")


@dataclass(frozen=True, eq=False)
class SanityChecks:
    """All checks of one reconstruction.

    Attributes:
        trained: the reconstruction from the real weights.
        downwards: the layers become random one after the other, from the chosen one to the input.
        upwards: the same from the input up to the chosen layer. The last check of both has random weights everywhere.
        occlusion: how much the activation falls where the sample is covered; None if this cannot be computed.
    """

    trained: Reconstruction
    downwards: tuple[Check, ...]
    upwards: tuple[Check, ...]
    occlusion: np.ndarray | None

    @property
    def random(self) -> Check | None:
        """The check with random weights in all layers; None if no layer has weights."""
        return self.downwards[-1] if self.downwards else None


def run_checks(
    trace: Trace, trained: Reconstruction, function: Function, seeds: int, progress: ProgressCallback
) -> SanityChecks:
    """Compute the same picture of random networks. Layers above the chosen one do not touch it, so they are left out.

    The place in the map stays that of `trained`, so that the pictures have the same receptive field. Only pixels in it
    are compared: the others are zero in every picture and would make all of them alike.

    Arguments:
        trace: the recorded pass of the sample.
        trained: the picture to check.
        function: the method that computed it.
        seeds: random networks of each check.
        progress: called with the finished share of the work; what it raises ends the work.

    Raises the errors of `tinyml.visualize.randomise`.
    """
    names = [entry.layer.name for entry in trace.entries]
    net = Sequential(copies_to_run(entry.layer for entry in trace.entries[: names.index(trained.layer) + 1]))
    total = 2 * seeds * sum(bool(layer.named_tensors) for layer in net.layers) + 1
    done = 0

    def compute(random: Sequential) -> np.ndarray:
        """Return the picture of one network, and report the progress."""
        nonlocal done
        picture = _picture(record(random, trace.input[:1]), trained, function)
        done += 1
        progress(done / total)
        return picture

    def compare_cascade(downwards: bool) -> tuple[Check, ...]:
        cascades = (cascade(net, downwards, seed) for seed in range(seeds))
        return tuple(
            _check(trained, networks[0][0], [compute(random) for _, random in networks])
            for networks in zip(*cascades, strict=True)
        )

    return SanityChecks(trained, compare_cascade(True), compare_cascade(False), _occlusion(trace, trained))


def compare(first: np.ndarray, second: np.ndarray, box: Box) -> float:
    """Return the rank correlation of two pictures inside of a receptive field.

    Arguments:
        first, second: `(C, H, W)` the pictures; of a vector `(D,)`, all numbers are compared.
        box: the receptive field: (first, last + 1) of the rows and of the columns.
    """
    if first.ndim == 3:
        rows, columns = (slice(*span) for span in box)
        first, second = first[:, rows, columns], second[:, rows, columns]
    return rank_correlation(first, second)


def describe(checks: SanityChecks, is_trained: bool = True) -> str:
    """Return what the checks mean, in a few sentences.

    Arguments:
        checks: of one picture.
        is_trained: False if the network has its initial weights.
    """
    if checks.random is None:
        return "No layer up to the chosen one has weights, so nothing can be random."
    similarity = checks.random.similarity
    if np.isnan(similarity):
        return (
            "With random weights there is no picture to compare: at this place the activation is not positive, or the "
            "signal ends on its way to the pixels."
        )
    words = f"Similarity to random weights {similarity:.2f}".replace("-", MINUS)
    if not is_trained:
        return f"{words}. The shown weights are random too, so this compares random networks with each other."
    if similarity >= ALIKE:
        words += ": the picture shows the sample and the architecture more than what was learned."
    elif similarity < DIFFERENT:
        words += ": this picture is of what was learned, not of the architecture."
    else:
        words += ": the picture shows in part what was learned, in part the sample and the architecture."
    upper = checks.downwards[0]
    if len(checks.downwards) > 1 and upper.similarity >= ALIKE:
        words += (
            f" With random weights in {upper.layers[0]} alone it stays alike ({upper.similarity:.2f}), so it says "
            "little about that layer. This is known of deconvnets and guided backpropagation (Adebayo et al. 2018)."
        )
    return words


def _picture(trace: Trace, trained: Reconstruction, function: Function) -> np.ndarray:
    """Return the picture of the same activation in another network."""
    place: dict[str, object] = {"whole_map": True} if trained.whole_map else {"position": trained.position}
    return np.asarray(function(trace, trained.layer, trained.map_index, **place).image)


def _check(trained: Reconstruction, layers: tuple[str, ...], pictures: list[np.ndarray]) -> Check:
    """Compare the pictures of several networks with that of the trained one."""
    compared = [(compare(trained.image, picture, trained.receptive_field), picture) for picture in pictures]
    known = sorted(((each, picture) for each, picture in compared if np.isfinite(each)), key=lambda pair: pair[0])
    image = known[(len(known) - 1) // 2][1] if known else None
    return Check(layers, image, tuple(similarity for similarity, _ in known), len(pictures))


def _occlusion(trace: Trace, trained: Reconstruction) -> np.ndarray | None:
    """Return the picture of occlusion for comparison; None if the method refuses the network."""
    try:
        return _picture(trace, trained, occlusion)
    except TinymlError:
        return None
