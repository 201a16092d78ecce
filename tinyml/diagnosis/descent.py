"""Symptoms of the descent: the learning rate, divergence, and a run that learns nothing."""

import itertools
import math
import statistics

from tinyml.core import ChangeTraining
from tinyml.diagnosis.actions import OpenData
from tinyml.diagnosis.diagnosis import Symptom
from tinyml.diagnosis.evidence import Evidence
from tinyml.diagnosis.notation import number, percent, rounded, score, setting
from tinyml.diagnosis.remedies import more_steps, smaller_rate, weaker_regularisation
from tinyml.diagnosis.trend import FLAT, is_flat, relative_fall, restlessness, share_of_falls, share_of_jumps
from tinyml.diagnosis.wilson import wilson_interval

PATIENCE = 5
"""Number of epochs before anything is said about their trend."""
_JUMPS = 0.3
"""Share of epochs that make the loss clearly larger, from which the steps are too large."""
_PLENTY = 0.5
"""Share of the planned epochs after which a slow start takes too long."""
_LOST = 0.8
"""Lowest training loss divided by the present one, up to which the run has lost what it had learned."""
_ABOVE = 1.03
"""Loss divided by that of guessing from which no slow start explains it."""
_RESTLESS_UPDATE, _RESTLESS = 0.02, 0.05
"""Update divided by weight, and restlessness of the loss, that come together only if the steps are too large."""
_MOSTLY_FALLS = 0.8
"""Share of epochs with a smaller loss from which a run is on its way."""
_LARGE_UPDATE, _SMALL_UPDATE = 0.1, 3e-5
"""Update divided by weight: a hundred times more, or thirty times less, than the usual 0.001."""
_STILL_FALLING = 0.2
"""A loss that has fallen by this share in the last third of the epochs will fall further."""
_CREEP = 0.05
"""A loss that falls less than this share over all epochs has hardly moved."""
_FAIR = 0.75
"""Gain up to which jumps of the loss are in the way; many good runs jump a little."""
_FAR_BELOW = 0.25
"""Gain of the nearest neighbours minus that of the network, from which the network could do much better."""
_DONE = 0.8
"""Gain from which more epochs are a matter of taste, as for underfitting."""
_LEARNED = 0.9
"""Gain from which a run counts as a success, so that its way there is not judged."""


def find_failure(evidence: Evidence) -> Symptom | None:
    """Find the reason of a failed run that is no divergence: data, memory, or the project.

    Arguments:
        evidence: of the run.
    """
    failure = evidence.failure
    if failure is None or failure.kind == "divergence":
        return None
    title, _, remedy = failure.sentence.partition(". ")
    title = title.rstrip(".") + "."
    if failure.kind == "first_batch":
        shown = "The weights were still the initial ones, so the learning rate is not to blame."
        remedy = "Scale the inputs, and look for extreme values in the data."
        return Symptom("The very first loss is not a number.", f"{title} {shown}", remedy, OpenData())
    if failure.kind == "data":
        return Symptom(title, "The data cannot be used as they are.", remedy, OpenData())
    if failure.kind == "memory":
        return Symptom(title, "The run failed.", remedy, _smaller_batch(evidence))
    return Symptom(title, "The run failed.", remedy)


def _smaller_batch(evidence: Evidence) -> ChangeTraining | None:
    """Return the action that halves the batches; None if they cannot be smaller."""
    half = evidence.training.batch_size // 2
    return ChangeTraining(f"Set batch size {half}", {"batch_size": half}) if half else None


def find_divergence(evidence: Evidence) -> Symptom | None:
    """Find a loss that is not finite, or far above that of random answers and above its lowest value.

    A loss that falls in each of the newest epochs is none, however large it still is.

    Arguments:
        evidence: of the run.
    """
    history = evidence.history
    if evidence.failure is not None and evidence.failure.kind == "divergence":
        title = "The loss is no longer a number."
        return Symptom(title, evidence.failure.sentence.split(". ")[0].rstrip(".") + ".", *smaller_rate(evidence))
    for epoch in history:
        for part, loss in (("training", epoch.training_loss), ("validation", epoch.validation_loss)):
            if loss is not None and not math.isfinite(loss):
                shown = f"The {part} loss became {number(loss)} in epoch {epoch.epoch}."
                return Symptom("The loss is no longer a number.", shown, *smaller_rate(evidence))
    if len(history) < 2:
        return None
    losses = evidence.training_losses
    base = _base_loss(evidence)
    # The loss of the first epoch is its mean, so it may be huge already; twice the loss of random answers is wrong.
    if losses[-1] > max(2 * base + 1, 1.05 * min(losses)) and share_of_falls(losses[-PATIENCE:]) < 1:
        shown = f"It is {number(losses[-1])} now and was {number(losses[0])} in epoch {history[0].epoch}."
        if math.isfinite(base):
            shown += f" Answering every example with the same guess gives {number(base)}."
        grows = losses[-1] > losses[0]
        title = "The loss grows instead of falling." if grows else "The loss stays far above that of guessing."
        return Symptom(title, shown, *smaller_rate(evidence))
    return None


def find_high_rate(evidence: Evidence) -> Symptom | None:
    """Find steps that are too large: a loss that jumps, is lost again, or stays above that of guessing.

    Arguments:
        evidence: of the run.
    """
    losses = evidence.training_losses
    if len(losses) < PATIENCE or _has_learned(evidence) or weaker_regularisation(evidence) is not None:
        return None
    for find in (_jumps, _is_lost, _is_above_guessing, _moves_too_much):
        found = find(evidence, losses)
        if found is not None:
            return Symptom(f"The learning rate is too high{found[0]}.", found[1], *smaller_rate(evidence))
    return None


def _jumps(evidence: Evidence, losses: list[float]) -> tuple[str, str] | None:
    """Return title and evidence of a loss that rises again and again; else None."""
    recent = losses[-2 * PATIENCE :]
    jumps = share_of_jumps(recent)
    if jumps < _JUMPS or not _does_poorly(evidence):
        return None
    worst = max(after / before for before, after in itertools.pairwise(recent) if before > 0)
    shown = (
        f"Training loss rose by more than 10{chr(160)}% in {round(jumps * (len(recent) - 1))} of the last "
        f"{len(recent) - 1} epochs, once to {number(worst)} times its value."
    )
    return ": the loss jumps up and down", shown


def _is_lost(evidence: Evidence, losses: list[float]) -> tuple[str, str] | None:
    """Return title and evidence of a training loss that was much smaller some epochs ago; else None."""
    before, now = losses[:-PATIENCE], min(losses[-PATIENCE:])
    if len(before) < 3 or not _does_poorly(evidence):
        return None
    # One lucky epoch is nothing that was learned.
    usual = [statistics.median(before[start : start + 3]) for start in range(len(before) - 2)]
    lowest = min(usual)
    if lowest > _LOST * now:
        return None
    epoch = evidence.history[usual.index(lowest) + 1].epoch
    return (
        ": what was learned is lost again",
        f"Training loss was {number(lowest)} in epoch {epoch} and is {number(losses[-1])} now.",
    )


def _is_above_guessing(evidence: Evidence, losses: list[float]) -> tuple[str, str] | None:
    """Return title and evidence of a loss that stays above that of the same guess for all; else None."""
    base, recent = _base_loss(evidence), losses[-PATIENCE:]
    if min(recent) < _ABOVE * base or relative_fall(recent) > _CREEP or share_of_falls(recent) == 1:
        return None
    shown = f"Training loss was at least {number(min(recent))} in the last {PATIENCE} epochs. "
    return ": the loss stays above that of guessing", f"{shown}The same guess for every example gives {number(base)}."


def _moves_too_much(evidence: Evidence, losses: list[float]) -> tuple[str, str] | None:
    """Return title and evidence of updates that are large beside the weights while little is learned; else None."""
    update, recent = _median_update(evidence), losses[-2 * PATIENCE :]
    if update is None or not _does_poorly(evidence) or share_of_falls(recent) > _MOSTLY_FALLS:
        return None
    stuck = is_flat(recent) or relative_fall(losses) < 0
    restless = len(recent) == 2 * PATIENCE and restlessness(recent) > _RESTLESS
    if not (stuck and update >= _LARGE_UPDATE) and not (restless and update >= _RESTLESS_UPDATE):
        return None
    does = "does not fall" if stuck else "goes back and forth"
    return "", f"An update changes the weights of a layer by {percent(update)}, and the loss {does}."


def find_low_rate(evidence: Evidence) -> Symptom | None:
    """Find a loss that falls in nearly every epoch, but so slowly that it would take several times as many.

    Arguments:
        evidence: of the run.
    """
    losses, history = evidence.training_losses, evidence.history
    if len(losses) < 2 * PATIENCE or evidence.share_done < 0.3 or _has_learned(evidence):
        return None
    rate = history[-1].learning_rate
    if rate is not None and rate < 0.5 * evidence.training.learning_rate:
        return None  # the schedule has lowered it on purpose, or is warming it up
    fall, early = relative_fall(losses), relative_fall(losses[: len(losses) // 2])
    late = relative_fall(losses[len(losses) // 2 :])
    if share_of_falls(losses) < 0.9 or fall > 3 * _CREEP or late > 2 * max(early, 0):
        return None  # a loss that falls faster and faster was only slow at its start
    update = _median_update(evidence)
    if (update is None and fall > _CREEP) or (update is not None and update > 10 * _SMALL_UPDATE):
        return None
    larger = rounded(evidence.training.learning_rate * 10)
    epochs = evidence.epochs_done
    shown = f"Training loss fell from {number(losses[0])} to {number(losses[-1])} in {epochs} epochs, steadily."
    if update is not None:
        shown += f" An update changes the weights by {number(100 * update)}{chr(160)}%."
    return Symptom(
        "The learning rate is too low.",
        shown,
        f"Use larger steps, such as {setting(larger)}.",
        ChangeTraining(f"Set learning rate {setting(larger)}", {"learning_rate": larger}),
    )


def find_nothing_learned(evidence: Evidence) -> Symptom | None:
    """Find a run that answers no better than the same answer for every example, and no longer moves.

    Arguments:
        evidence: of the run.
    """
    data, now = evidence.data, evidence.score
    if data is None or now is None or len(evidence.history) < PATIENCE or evidence.share_done < _PLENTY:
        return None
    recent = evidence.training_losses[-PATIENCE:]
    margin = 0.05 * (1 - data.base_rate)
    if data.has_classes:
        interval = wilson_interval(min(max(now, 0.0), 1.0), data.training)
        above = interval.low > data.base_rate and now > data.base_rate + margin
    else:
        above = now > margin
    if above or not is_flat(recent):
        return None
    what = f"always answering '{data.most_frequent}'" if data.has_classes else "always answering the mean"
    base = score(data.base_rate, data.has_classes)
    shown = f"After {evidence.epochs_done} epochs it reaches {score(now, data.has_classes)} on the training examples; "
    shown += f"{what} gives {base}. The loss has not moved in the last {PATIENCE} epochs."
    remedy = "Check the labels, scale the inputs, and try a learning rate ten times smaller or larger."
    near = data.neighbours
    if near is not None and near.score > data.base_rate + 0.2 * (1 - data.base_rate):
        shown += f" Comparing with the nearest examples gives {score(near.score, data.has_classes)}."
        remedy = "The data can be learned. Try a learning rate ten times smaller or larger, or a simpler network."
    return Symptom("It has learned nothing.", shown, remedy)


def find_too_short(evidence: Evidence) -> Symptom | None:
    """Find a run that has ended while its loss was still falling, or far below what the data allow.

    Arguments:
        evidence: of the run.
    """
    losses = [epoch.monitored_loss for epoch in evidence.history]
    gain, data = evidence.gain, evidence.data
    if not evidence.finished or evidence.failure or len(losses) < 3 or gain is None or data is None or gain > _DONE:
        return None
    if evidence.epochs_done < evidence.history[-1].epochs:
        return None
    # The last third of the epochs still made the loss clearly smaller.
    third = losses[-max(len(losses) // 3, 2) :]
    fast = relative_fall(third) >= _STILL_FALLING and share_of_falls(third) >= 0.5
    steady = relative_fall(third) >= 2 * FLAT and share_of_falls(third) >= 0.95 and gain < _FAIR
    if evidence.best is evidence.history[-1] and (fast or steady):
        part = "Training" if evidence.history[-1].validation_loss is None else "Validation"
        shown = f"{part} loss fell by {percent(relative_fall(third))} in the last {len(third)} epochs, "
        return Symptom("The run ended too early.", f"{shown}to {number(losses[-1])}.", *more_steps(evidence))
    near = data.neighbours
    if near is None or gain > _FAIR or evidence.gain_of(near.score) < gain + _FAR_BELOW:
        return None
    shown = f"It reaches {score(evidence.score or 0.0, data.has_classes)} on its own training examples. "
    shown += f"Comparing with the nearest examples gives {score(near.score, data.has_classes)}."
    remedy, action = (more_steps if share_of_falls(third) >= _MOSTLY_FALLS else smaller_rate)(evidence)
    remedy += " If that does not help, use more units or layers."
    return Symptom("The network has not learned what the data allow.", shown, remedy, action)


def _base_loss(evidence: Evidence) -> float:
    """Return the loss of the same answer for every example; infinite if it is not known for this loss."""
    return math.inf if evidence.data is None else evidence.data.base_loss(evidence.training.loss)


def _has_learned(evidence: Evidence) -> bool:
    return evidence.gain is not None and evidence.gain > _LEARNED


def _does_poorly(evidence: Evidence) -> bool:
    return evidence.gain is not None and evidence.gain < _FAIR


def _median_update(evidence: Evidence) -> float | None:
    """Return the median over the layers with weights of their usual update, divided by the weights."""
    found = [evidence.recent(layer.name, "update_ratio") for layer in evidence.trained_layers]
    values = [value for value in found if value is not None and math.isfinite(value)]
    return statistics.median(values) if values else None
