"""Symptoms inside the network: dead and saturated units, gradients that vanish or explode, what the layers can do."""

import math

from tinyml.core import ChangeTraining
from tinyml.diagnosis.actions import Action, InsertLayer, ReplaceLayers, ShowLayer
from tinyml.diagnosis.dead_units import DeadUnits, judge_dead_units
from tinyml.diagnosis.diagnosis import Symptom
from tinyml.diagnosis.evidence import RECENT, Evidence, NetworkLayer
from tinyml.diagnosis.notation import names, number, percent, rounded, score, setting
from tinyml.diagnosis.remedies import weaker_regularisation
from tinyml.learner.layer_stats import ALMOST_ALL_DEAD, MANY_SATURATED

_VANISHED = 1e-3
"""Gradient of a weight of the first layer, divided by that of the layer where it is largest."""
_DEEP = 5
"""Number of layers with weights from which a gradient vanishes without Sigmoid or Tanh."""
_EXPLODED = 100.0
"""Norm of the gradient of all parameters that no healthy run reaches."""
_SOME_EPOCHS, _HALF_WAY = 3, 0.5
"""A gradient that is small at the start, or in a network that learns all the same, is no trouble."""
_GOOD = 0.9
"""Gain from which the network does what it should, so that its layers are not judged."""
_SMALL_BATCH = 4
"""Batches up to this size make batch normalisation noisy (Wu and He 2018, figure 1)."""


def find_dead_units(evidence: Evidence) -> Symptom | None:
    """Find layers like ReLU of which many units are 0 for every example.

    Arguments:
        evidence: of the run.
    """
    judged = [(layer, _judge(evidence, layer)) for layer in evidence.network if _may_be_judged(evidence, layer)]
    found = [(layer, dead.share) for layer, dead in judged if dead is not None and dead.many]
    if not found:
        return None
    worst, share = max(found, key=lambda each: each[1])
    # Sparse layers, and those before Dropout, are half dead in networks that learn well; some are from the start.
    if _does_well(evidence) or (share < ALMOST_ALL_DEAD and (evidence.gain or 0.0) > _HALF_WAY):
        return None
    if share < 1 and evidence.share_done < _HALF_WAY and evidence.failure is None:
        return None
    if share < ALMOST_ALL_DEAD and find_vanishing_gradient(evidence) is not None:
        return None  # in a deep network, dead units follow from signals that fade (Lu et al. 2020)
    several = (
        f" So are many of those of {names([layer.name for layer, _ in found if layer is not worst])}."
        if found[1:]
        else ""
    )
    shown = f"{percent(share)} of the units of {worst.name} are 0 for every example.{several}"
    if worst.is_last:
        remedy = f"Remove {worst.name}: the loss needs outputs of both signs."
        return Symptom(f"{worst.name}: {percent(share)} of the outputs are always 0.", shown, remedy, None)
    smaller = rounded(evidence.training.learning_rate / 10)
    remedy = (
        f"They cannot learn any more. Start again with a smaller learning rate, such as {setting(smaller)}, or use "
        "LeakyReLU, which keeps them alive."
    )
    change: Action | None = ChangeTraining(f"Set learning rate {setting(smaller)}", {"learning_rate": smaller})
    too_strong = weaker_regularisation(evidence)
    if too_strong is not None:
        remedy, change = too_strong
    if share >= ALMOST_ALL_DEAD:
        title = f"{worst.name}: {'all' if share == 1 else percent(share) + ' of'} its units are dead."
        return Symptom(title, shown, remedy, change, "danger")
    return Symptom(f"{worst.name}: {percent(share)} of its units never fire.", shown, remedy, ShowLayer(worst.name))


def find_saturation(evidence: Evidence) -> Symptom | None:
    """Find layers of Sigmoid or Tanh inside the network whose outputs are mostly at the ends of their range.

    Arguments:
        evidence: of the run.
    """
    if _does_well(evidence):
        return None
    # The last layer is meant to reach the ends: its targets are there.
    inner = [layer for layer in evidence.network if not layer.is_last]
    shares = [(layer, evidence.recent(layer.name, "saturated") or 0.0) for layer in inner]
    found = [each for each in shares if each[1] >= MANY_SATURATED]
    if not found:
        return None
    worst, share = max(found, key=lambda each: each[1])
    shown = f"{percent(share)} of the outputs of {worst.name} lie within 1{chr(160)}% of the ends of their range."
    if len(found) > 1:
        shown += f" {names([layer.name for layer, _ in found if layer is not worst])} too."
    remedy = "Scale the inputs, use a smaller learning rate, or replace the type by ReLU, which does not saturate."
    action = _replace(tuple(layer.name for layer, _ in found), worst.type)
    return Symptom(f"{worst.name} is saturated.", shown, remedy, action)


def find_vanishing_gradient(evidence: Evidence) -> Symptom | None:
    """Find gradients that become smaller by a large factor from the last layers to the first one.

    Arguments:
        evidence: of the run.
    """
    sizes = _gradient_sizes(evidence)
    if len(sizes) < 3 or len(evidence.history) < _SOME_EPOCHS or (evidence.gain or 0.0) > _HALF_WAY:
        return None
    (first, first_size), (largest, size) = sizes[0], max(sizes[1:], key=lambda each: each[1])
    if size <= 0 or first_size <= 0 or first_size > _VANISHED * size:
        return None
    too_strong = weaker_regularisation(evidence)
    squashing = [layer for layer in evidence.network if layer.type in ("Sigmoid", "Tanh") and not layer.is_last]
    if len(sizes) < _DEEP and not squashing and too_strong is None:
        return None  # a few layers do not make it vanish: steps that were too large have switched units off
    norm = evidence.recent(first.name, "gradient_norm") or 0.0
    shown = (
        f"The gradient of {first.name} is {number(norm)}; for each weight it is {number(size / first_size)} times "
        f"smaller than in {largest.name}."
    )
    remedy = "Use fewer layers, batch normalisation between them, or residual blocks."
    action: Action | None = None
    if too_strong is not None:
        remedy, action = too_strong
    elif squashing:
        remedy = f"Use ReLU instead of {squashing[0].type}, or fewer layers."
        action = _replace(tuple(layer.name for layer in squashing), squashing[0].type)
    return Symptom(f"The gradient vanishes on its way to {first.name}.", shown, remedy, action)


def find_exploding_gradient(evidence: Evidence) -> Symptom | None:
    """Find gradients that are huge: the norm of the gradient of all parameters together.

    Arguments:
        evidence: of the run.
    """
    sizes = _gradient_sizes(evidence)
    if not sizes or evidence.training.clip_norm or _does_well(evidence):
        return None
    norms = [evidence.recent(layer.name, "gradient_norm") or 0.0 for layer, _ in sizes]
    total = math.sqrt(sum(norm * norm for norm in norms))
    if total < _EXPLODED:
        return None
    (first, first_size), (last, last_size) = sizes[0], sizes[-1]
    shown = f"The gradient of all parameters has the norm {number(total)}."
    if last_size > 0 and first_size > 10 * last_size:
        shown += f" For each weight of {first.name} it is {number(first_size / last_size)} times that of {last.name}."
    return Symptom(
        "The gradient explodes.",
        shown,
        "Limit its norm (clip gradients), or use a smaller learning rate.",
        ChangeTraining("Clip gradients at 1", {"clip_norm": 1.0}),
    )


def find_no_nonlinearity(evidence: Evidence) -> Symptom | None:
    """Find a network without a nonlinearity that does worse than the data allow.

    Arguments:
        evidence: of the run.
    """
    data, layers = evidence.data, evidence.network
    if data is None or evidence.score is None or not evidence.trained_layers or len(evidence.history) < RECENT:
        return None
    if any(layer.is_curved and not layer.is_last for layer in layers):
        return None
    near = data.neighbours
    if _does_well(evidence) or near is None or near.score < evidence.score + 0.05:
        return None
    kind = "straight border between the classes" if data.has_classes else "straight line"
    none = "Its only layer does not bend" if len(layers) == 1 else f"None of its {len(layers)} layers bends"
    shown = (
        f"{none}: it reaches {score(evidence.score, data.has_classes)} on the training "
        f"examples, while comparing with the nearest examples gives {score(near.score, data.has_classes)}."
    )
    trained = evidence.trained_layers
    if len(trained) == 1:
        return Symptom(
            f"The network can only learn a {kind}.", shown, "Add a Linear layer and a ReLU before the last layer."
        )
    action = InsertLayer(f"Insert ReLU before {trained[1].name}", trained[1].name, "ReLU", {})
    return Symptom(f"The network can only learn a {kind}.", shown, "Insert ReLU between the layers.", action)


def find_small_batch(evidence: Evidence) -> Symptom | None:
    """Find batch normalisation with batches of very few examples.

    Arguments:
        evidence: of the run.
    """
    layers = [layer.name for layer in evidence.network if layer.type.startswith("BatchNorm")]
    size = evidence.training.batch_size
    if evidence.data is not None:
        size = min(size, evidence.data.training)
    held_out = evidence.held_out
    if not layers or size > _SMALL_BATCH or (held_out is not None and evidence.gain_of(held_out.score) > _GOOD):
        return None
    examples = "one example" if size == 1 else f"{size} examples"
    shown = f"{names(layers)} {'takes' if len(layers) == 1 else 'take'} mean and deviation from {examples} at a time"
    if size > 1:
        shown += f", so the mean is off by about {percent(1 / math.sqrt(size))} of a deviation"
    return Symptom(
        "The batches are too small for batch normalisation.",
        f"{shown}.",
        "Use batches of 16 examples or more, or leave batch normalisation out.",
        ChangeTraining("Set batch size 32", {"batch_size": 32}),
    )


def _does_well(evidence: Evidence) -> bool:
    return evidence.gain is not None and evidence.gain > _GOOD


def _may_be_judged(evidence: Evidence, layer: NetworkLayer) -> bool:
    """Return True if units of a layer should not be dead. The last one may be: a target can be 0, but not a score."""
    return not layer.is_last or evidence.training.loss == "cross_entropy_with_softmax_loss"


def _judge(evidence: Evidence, layer: NetworkLayer) -> DeadUnits | None:
    return judge_dead_units(layer.name, evidence.measurements, evidence.training.batch_size, evidence.probe)


def _gradient_sizes(evidence: Evidence) -> list[tuple[NetworkLayer, float]]:
    """Return, for each measured layer, the root mean square of the gradient over its parameters."""
    found = []
    for layer in evidence.trained_layers:
        norm = evidence.recent(layer.name, "gradient_norm")
        if norm is not None:
            found.append((layer, norm / math.sqrt(layer.parameters)))
    return found


def _replace(layers: tuple[str, ...], old: str) -> ReplaceLayers | None:
    """Return the action that replaces layers by ReLU; None if one of them is in a block."""
    outside = tuple(name for name in layers if "/" not in name)
    return ReplaceLayers(f"Use ReLU instead of {old}", outside, "ReLU") if outside else None
