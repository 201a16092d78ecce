"""What the curves say, in words: rules that are only used when they are sure enough. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.monitor.curves import monitored_loss
from tinyml.learner import EpochFinished

Severity = Literal["good", "advice", "danger"]

_PATIENCE = 4
"""Epochs after which a missing improvement is no longer called noise."""
_LITTLE = 0.01
"""A relative change that is called none."""


@dataclass(frozen=True)
class Circumstances:
    """What is known of a run besides its history.

    Attributes:
        learning_rate: of the run.
        classes: number of classes that are told apart.
        finished: all planned epochs are done.
        failure: why the run failed, in one sentence; empty when it did not.
    """

    learning_rate: float
    classes: int
    finished: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """One thing that is worth saying: the finding in a few words, and what to do about it."""

    severity: Severity
    finding: str
    advice: str


def diagnose(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return the most important thing to say about a run, or None when there is nothing honest to say."""
    if circumstances.failure:
        return _say_failure(circumstances.failure)
    if broken := _not_finite(history):
        return broken
    if len(history) < 2:
        return None
    return (
        _blown_up(history, circumstances)
        or _not_learning(history, circumstances)
        or _guessing(history, circumstances)
        or _overfitting(history, circumstances)
        or _unfinished(history, circumstances)
        or _levelled_off(history, circumstances)
    )


def _say_failure(sentence: str) -> Diagnosis:
    finding, separator, advice = sentence.partition(". ")
    return Diagnosis("danger", finding + ("." if separator else ""), advice)


def _not_finite(history: Sequence[EpochFinished]) -> Diagnosis | None:
    """The loss is NaN or infinite, on the training or only on the validation set."""
    for epoch in history:
        if not math.isfinite(epoch.training_loss):
            finding = f"The training loss became {epoch.training_loss} in epoch {epoch.epoch}."
        elif not math.isfinite(monitored_loss(epoch)):
            finding = f"The validation loss became {epoch.validation_loss} in epoch {epoch.epoch}."
        else:
            continue
        return Diagnosis("danger", finding, "Lower the learning rate, or check the data for extreme values.")
    return None


def _not_learning(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The training loss has not fallen since the first epoch."""
    if len(history) < _PATIENCE:
        return None
    first, later = history[0].training_loss, [epoch.training_loss for epoch in history[1:]]
    if min(later) < first - _LITTLE * abs(first) or first == 0:
        return None
    smaller, larger = circumstances.learning_rate / 10, circumstances.learning_rate * 10
    if min(later[-_PATIENCE:]) > first * 1.05:
        finding = f"Training loss rises: {first:.3g} in epoch 1, {later[-1]:.3g} now."
        return Diagnosis("advice", finding, f"The steps are too long. Try the learning rate {smaller:.3g}.")
    finding = f"Training loss has not fallen in {len(history)} epochs."
    if max(later) > first * 1.05:
        return Diagnosis("advice", finding, f"It jumps about, so try the smaller learning rate {smaller:.3g}.")
    advice = f"Try another learning rate: {larger:.3g} if the loss creeps, {smaller:.3g} if every unit has died."
    return Diagnosis("advice", finding, advice)


def _blown_up(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The training loss is far above what guessing would cost, and no longer on its way down."""
    if circumstances.classes < 2:
        return None
    first, now = history[0].training_loss, history[-1].training_loss
    guessing = math.log(circumstances.classes)
    falls = len(history) < _PATIENCE and now < history[-2].training_loss
    if now <= 2 * guessing + 1 or falls:
        return None
    finding = f"Training loss is {now:.3g}, far above what guessing costs."
    if now > 2 * first:
        finding = f"Training loss rose from {first:.3g} to {now:.3g}."
    rate = circumstances.learning_rate
    return Diagnosis("advice", finding, f"The learning rate {rate:.3g} is too large. Try {rate / 10:.3g} or less.")


def _guessing(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The training accuracy is what guessing gives."""
    if len(history) < _PATIENCE or circumstances.classes < 2:
        return None
    chance = 1 / circumstances.classes
    shares = [epoch.training_accuracy for epoch in history[-_PATIENCE:] if epoch.training_accuracy is not None]
    if not shares or max(shares) > chance + 0.1 * (1 - chance):
        return None
    finding = f"Accuracy is still at the level of guessing one of {circumstances.classes} classes."
    advice = "Give it more epochs or a larger learning rate; if that does not help, a network with more units."
    return Diagnosis("advice", finding, advice)


def _overfitting(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The validation loss has stopped falling while the training loss still does."""
    if history[-1].validation_loss is None:
        return None
    best = min(history, key=monitored_loss)
    since = [epoch for epoch in history if epoch.epoch > best.epoch]
    if len(since) < _PATIENCE:
        return None
    early, recent = (sum(epoch.training_loss for epoch in part) / 2 for part in (since[:2], since[-2:]))
    still_falls = recent < early * (1 - _LITTLE) and recent < best.training_loss
    stopped = min(monitored_loss(epoch) for epoch in since[-_PATIENCE:]) > monitored_loss(best) * (1 + _LITTLE)
    if not (still_falls and stopped):
        return None
    finding = f"Validation loss has stopped falling since epoch {best.epoch}"
    remedy = "Train for fewer epochs" if circumstances.finished else "Stop here"
    advice = (
        "while training loss still does: the network learns its examples by heart. "
        f"{remedy}, add Dropout, or use more data."
    )
    return Diagnosis("advice", finding, advice)


def _unfinished(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The run has ended, but the loss was still falling."""
    if not circumstances.finished or len(history) < _PATIENCE:
        return None
    last, before = monitored_loss(history[-1]), monitored_loss(history[-_PATIENCE])
    if min(history, key=monitored_loss) is not history[-1] or last > before * (1 - 5 * _LITTLE):
        return None
    which = "Training" if history[-1].validation_loss is None else "Validation"
    return Diagnosis("good", f"{which} loss was still falling at the end.", "More epochs would make it better.")


def _levelled_off(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """The training loss no longer changes, but is not small compared with its beginning."""
    if circumstances.finished or len(history) < 2 * _PATIENCE:
        return None
    recent = [epoch.training_loss for epoch in history[-_PATIENCE:]]
    earlier = [epoch.training_loss for epoch in history[-2 * _PATIENCE : -_PATIENCE]]
    change = sum(earlier) - sum(recent)
    last = history[-1]
    done = last.training_r_squared if last.training_accuracy is None else last.training_accuracy
    if abs(change) > _LITTLE * abs(sum(earlier)) or (done is not None and done > 0.99):
        return None
    finding = f"Training loss has levelled off at {recent[-1]:.3g}."
    return Diagnosis("advice", finding, "A smaller learning rate may take it further; a larger network may too.")
