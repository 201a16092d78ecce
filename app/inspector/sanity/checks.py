"""Sanity checks of a reconstruction: the same picture of networks whose weights are random in part or in all layers.

Source: Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 4. A picture that stays the same shows the
sample and the architecture, and not what the network has learned.
"""

from dataclasses import dataclass

import numpy as np

from app.formatting import MINUS
from app.inspector.requests import compute_reconstruction
from app.inspector.target import Method, Target
from tinyml.core import TinymlError
from tinyml.data import ProgressCallback
from tinyml.layers.base.stack import copies_to_run
from tinyml.net import Sequential, Trace, record
from tinyml.visualize import Reconstruction, cascade, picture_similarity

SEEDS = 9
"""Random networks of each check, so that its figure is not luck."""
SEEDS_OF_SLOW = 1
"""The same for a method that needs many passes through the network."""
AS_TRAININGS = {Method.DECONVNET: 0.45, Method.GUIDED: 0.55, Method.GRADIENT: 0.40}
"""Similarity from which on two pictures are as alike as those of two trainings of one network.

Measured by `python -m tests.benchmarks.sanity_thresholds`: LeNet on MNIST and on digits, three trainings of each, 40
samples, class scores and last maps. Medians for the class scores, on MNIST and on digits:

- two trainings: deconvnet 0.54 and 0.66, guided 0.72 and 0.68, gradient 0.52 and 0.48;
- trained and random weights: 0.23 and 0.31, 0.45 and 0.46, 0.21 and 0.08.

At most 2 % of the pictures of random weights reach these thresholds; 5 %, 2 % and 12 % of those of another training do
not. Of the other methods, 24 % to 39 % of those of another training do not reach the best threshold, so they have none.
"""

_FOLLOWS_INPUT = {
    Method.TIMES_INPUT: "multiplies by the sample",
    Method.INTEGRATED: "multiplies by the sample",
    Method.OCCLUSION: "covers parts of the sample",
}
"""What a method does that makes its pictures alike for any weights."""
_NO_PICTURE = {
    Method.DECONVNET: "at this place the activation is not positive, or the signal ends on its way to the pixels",
    Method.GUIDED: "the signal ends on its way to the pixels",
    Method.GRADIENT: "at this place the gradient is zero",
    Method.TIMES_INPUT: "at this place the gradient is zero wherever the sample is not",
    Method.INTEGRATED: "at this place the gradient is zero all the way from an input of zeros to the sample",
    Method.OCCLUSION: "covering the sample does not change the activation at this place",
}
"""Why there is no picture with random weights."""
_KNOWN = {
    Method.DECONVNET: " This is known of deconvnets (Nie et al. 2018).",
    Method.GUIDED: " This is known of guided backpropagation (Adebayo et al. 2018).",
}
"""Methods whose pictures stay alike with random weights in the upper layers."""


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
    trace: Trace, trained: Reconstruction, method: Method, seeds: int, progress: ProgressCallback
) -> SanityChecks:
    """Compute the same picture of random networks. Layers above the chosen one do not touch it, so they are left out.

    The place in the map stays that of `trained`, so that the pictures have the same receptive field. Only pixels in it
    are compared: the others are zero in every picture and would make all of them alike. One random network at a time
    is in memory.

    Arguments:
        trace: the recorded pass of the sample.
        trained: the picture to check.
        method: the method that computed it.
        seeds: random networks of each check.
        progress: called with the finished share of the work; what it raises ends the work. A slow method calls it also
            within a picture.

    Raises the errors of `tinyml.visualize.randomise`, and `TinymlError` if the memory is too small.
    """
    try:
        return _run_checks(trace, trained, method, seeds, progress)
    except MemoryError as error:
        raise TinymlError(
            f"There is not enough memory for networks with random weights up to '{trained.layer}'. Choose an earlier "
            "layer, or close other programs."
        ) from error


def _run_checks(
    trace: Trace, trained: Reconstruction, method: Method, seeds: int, progress: ProgressCallback
) -> SanityChecks:
    names = [entry.layer.name for entry in trace.entries]
    net = Sequential(copies_to_run(entry.layer for entry in trace.entries[: names.index(trained.layer) + 1]))
    place = None if trained.whole_map else trained.position
    target = Target(trained.layer, trained.map_index, place, trained.whole_map)
    count = 2 * seeds * sum(bool(layer.named_tensors) for layer in net.layers) + 1
    done = 0

    def compute(step: tuple[tuple[str, ...], Sequential]) -> tuple[tuple[str, ...], np.ndarray]:
        """Return the names of the random layers and the picture of one random network, which is then forgotten."""
        nonlocal done
        layers, random = step
        found = compute_reconstruction(method, record(random, trace.input[:1]), target, progress, done, count)
        done += 1
        return layers, found.image

    def compare_cascade(downwards: bool) -> tuple[Check, ...]:
        cascades = [map(compute, cascade(net, downwards, seed)) for seed in range(seeds)]
        return tuple(
            _check(trained, steps[0][0], [picture for _, picture in steps]) for steps in zip(*cascades, strict=True)
        )

    down, up = compare_cascade(True), compare_cascade(False)
    try:
        occlusion = compute_reconstruction(Method.OCCLUSION, trace, target, progress, done, count).image
    except TinymlError:  # the method refuses the network
        occlusion = None
    return SanityChecks(trained, down, up, occlusion)


def describe(checks: SanityChecks, is_trained: bool = True) -> str:
    """Return what the checks mean, in a few sentences.

    Arguments:
        checks: of one picture.
        is_trained: False if the picture is of initial or random weights.
    """
    method = Method.of(checks.trained)
    if checks.random is None:
        return "No layer up to the chosen one has weights, so nothing can be random."
    if not checks.trained.image.any():
        return "The picture is blank, so there is nothing to compare with random weights."
    similarity = checks.random.similarity
    if np.isnan(similarity):
        return f"With random weights there is no picture to compare: {_NO_PICTURE[method]}."
    words = f"Similarity to random weights {similarity:.2f}".replace("-", MINUS)
    if not is_trained:
        return f"{words}. The shown weights are random too, so this compares random networks with each other."
    if method in _FOLLOWS_INPUT:
        return (
            f"{words}, without the pixels that are zero in both pictures. This method {_FOLLOWS_INPUT[method]}, which "
            "makes its pictures alike for any weights, so the figure does not say what was learned. Check the gradient "
            "instead."
        )
    return f"{words}{_judge(similarity, AS_TRAININGS[method])}{_judge_upper_layer(checks, method)}"


def _judge(similarity: float, as_trainings: float) -> str:
    """Return what the similarity to random weights says about the picture."""
    measured = f"(measured: {as_trainings:.2f} and more)"
    if similarity >= as_trainings:
        return (
            f": as alike as the pictures of two trainings of one network {measured}. So the picture says little about "
            "what was learned; the sample and the architecture alone give one like it."
        )
    return (
        f": less alike than the pictures of two trainings of one network {measured}. So the picture depends on what "
        "was learned."
    )


def _judge_upper_layer(checks: SanityChecks, method: Method) -> str:
    """Return that the picture ignores the chosen layer or the one below it; empty if it does not."""
    upper = checks.downwards[0]
    if len(checks.downwards) < 2 or not upper.similarity >= AS_TRAININGS[method]:
        return ""
    return (
        f" With random weights in {upper.layers[0]} alone it stays as alike as that ({upper.similarity:.2f}), so it "
        f"says little about that layer.{_KNOWN.get(method, '')}"
    )


def _check(trained: Reconstruction, layers: tuple[str, ...], pictures: list[np.ndarray]) -> Check:
    """Compare the pictures of several networks with that of the trained one."""
    both_blank = not Method.of(trained).follows_input
    compared = [
        (picture_similarity(trained.image, picture, trained.receptive_field, both_blank), picture)
        for picture in pictures
    ]
    known = sorted(((each, picture) for each, picture in compared if np.isfinite(each)), key=lambda pair: pair[0])
    image = known[(len(known) - 1) // 2][1] if known else None
    return Check(layers, image, tuple(similarity for similarity, _ in known), len(pictures))
