"""Advice about a run, derived from its epochs. Each rule applies only if it is certain enough. No Qt."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.formatting import format_number
from tinyml.learner import EpochFinished

Severity = Literal["good", "advice", "danger"]

_PATIENCE = 4
"""After so many epochs, a missing improvement is no longer called noise."""
_NEGLIGIBLE = 0.01
"""A relative change of this size does not count."""


@dataclass(frozen=True)
class Circumstances:
    """Everything that the rules use, apart from the history of the run.

    Attributes:
        learning_rate: the learning rate of the run.
        classes: how many classes the data has; 0 if the targets are numbers.
        finished: True if all planned epochs are done.
        failure: why the run failed, in one or two sentences; empty if it did not.
    """

    learning_rate: float
    classes: int
    finished: bool = False
    failure: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """One finding about a run.

    Attributes:
        severity: "good" for good news, "advice" for a hint, "danger" if the run is useless as it is.
        finding: what the curves show, in one sentence.
        advice: what the user can do; empty if there is no advice.
    """

    severity: Severity
    finding: str
    advice: str


def diagnose(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return the most important finding about a run, or None if there is no certain one.

    Arguments:
        history: the completed epochs.
        circumstances: everything else that is known of the run.
    """
    if circumstances.failure:
        return _failed(circumstances.failure)
    if not_finite := _not_finite(history):
        return not_finite
    if len(history) < 2:
        return None
    return (
        _diverged(history, circumstances)
        or _not_learning(history, circumstances)
        or _guessing(history, circumstances)
        or _overfitting(history, circumstances)
        or _unfinished(history, circumstances)
        or _levelled_off(history, circumstances)
    )


def _failed(sentence: str) -> Diagnosis:
    """Split the message of a failed run into the finding, its first sentence, and the advice."""
    finding, separator, advice = sentence.partition(". ")
    return Diagnosis("danger", finding + ("." if separator else ""), advice)


def _not_finite(history: Sequence[EpochFinished]) -> Diagnosis | None:
    """Return a finding if the loss became NaN or infinite, on the training or on the validation set."""
    for epoch in history:
        if not math.isfinite(epoch.training_loss):
            which, loss = "training", epoch.training_loss
        elif not math.isfinite(epoch.monitored_loss):
            which, loss = "validation", epoch.monitored_loss
        else:
            continue
        finding = f"The {which} loss became {format_number(loss)} in epoch {epoch.epoch}."
        return Diagnosis("danger", finding, "Lower the learning rate, or check the data for extreme values.")
    return None


def _not_learning(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the training loss has never fallen since the first epoch."""
    if len(history) < _PATIENCE:
        return None
    first, later = history[0].training_loss, [epoch.training_loss for epoch in history[1:]]
    if min(later) < first - _NEGLIGIBLE * abs(first) or first == 0:
        return None
    smaller = _write_rate(circumstances.learning_rate / 10)
    larger = _write_rate(circumstances.learning_rate * 10)
    if min(later[-_PATIENCE:]) > first * 1.05:
        finding = f"Training loss rises: {format_number(first)} in epoch 1, {format_number(later[-1])} now."
        return Diagnosis("advice", finding, f"The steps are too large. Try the learning rate {smaller}.")
    finding = f"Training loss has not fallen in {len(history)} epochs."
    if max(later) > first * 1.05:
        return Diagnosis("advice", finding, f"It jumps up and down. Try the smaller learning rate {smaller}.")
    advice = f"Try the learning rate {larger} if the loss falls very slowly, {smaller} if all units are dead."
    return Diagnosis("advice", finding, advice)


def _diverged(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the training loss is far above the loss of random guessing, and no longer falls."""
    if circumstances.classes < 2:
        return None
    first, now = history[0].training_loss, history[-1].training_loss
    guessing = math.log(circumstances.classes)
    falls = len(history) < _PATIENCE and now < history[-2].training_loss
    if now <= 2 * guessing + 1 or falls:
        return None
    finding = f"Training loss is {format_number(now)}; random guessing gives {format_number(guessing)}."
    if now > 2 * first:
        finding = f"Training loss rose from {format_number(first)} to {format_number(now)}."
    rate = circumstances.learning_rate
    advice = f"The learning rate {_write_rate(rate)} is too large. Try {_write_rate(rate / 10)} or less."
    return Diagnosis("advice", finding, advice)


def _guessing(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the training accuracy is no better than guessing."""
    if len(history) < _PATIENCE or circumstances.classes < 2:
        return None
    chance = 1 / circumstances.classes
    shares = [epoch.training_accuracy for epoch in history[-_PATIENCE:] if epoch.training_accuracy is not None]
    if not shares or max(shares) > chance + 0.1 * (1 - chance):
        return None
    finding = f"Accuracy is no better than guessing one of {circumstances.classes} classes."
    advice = "Train for more epochs or with a larger learning rate. If that does not help, add units to the network."
    return Diagnosis("advice", finding, advice)


def _overfitting(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the validation loss no longer falls while the training loss does."""
    if history[-1].validation_loss is None:
        return None
    best = min(history, key=_monitored_loss)
    since = [epoch for epoch in history if epoch.epoch > best.epoch]
    if len(since) < _PATIENCE:
        return None
    early, recent = (sum(epoch.training_loss for epoch in part) / 2 for part in (since[:2], since[-2:]))
    still_falls = recent < early * (1 - _NEGLIGIBLE) and recent < best.training_loss
    lowest = min(epoch.monitored_loss for epoch in since[-_PATIENCE:])
    if not still_falls or lowest <= best.monitored_loss * (1 + _NEGLIGIBLE):
        return None
    finding = f"Validation loss has not fallen since epoch {best.epoch}."
    remedy = "Train for fewer epochs" if circumstances.finished else "Stop here"
    advice = f"Training loss still falls, so the network overfits. {remedy}, add Dropout, or use more data."
    return Diagnosis("advice", finding, advice)


def _unfinished(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the run has ended while the loss was still falling."""
    if not circumstances.finished or len(history) < _PATIENCE:
        return None
    last, before = history[-1].monitored_loss, history[-_PATIENCE].monitored_loss
    if min(history, key=_monitored_loss) is not history[-1] or last > before * (1 - 5 * _NEGLIGIBLE):
        return None
    which = "Training" if history[-1].validation_loss is None else "Validation"
    return Diagnosis(
        "good", f"{which} loss was still falling at the end.", "Train for more epochs to lower it further."
    )


def _levelled_off(history: Sequence[EpochFinished], circumstances: Circumstances) -> Diagnosis | None:
    """Return a finding if the training loss no longer changes although the network still makes mistakes."""
    if circumstances.finished or len(history) < 2 * _PATIENCE:
        return None
    recent = [epoch.training_loss for epoch in history[-_PATIENCE:]]
    earlier = [epoch.training_loss for epoch in history[-2 * _PATIENCE : -_PATIENCE]]
    change = sum(earlier) - sum(recent)
    last = history[-1]
    score = last.training_r_squared if last.training_accuracy is None else last.training_accuracy
    if abs(change) > _NEGLIGIBLE * abs(sum(earlier)) or (score is not None and score > 0.99):
        return None
    finding = f"Training loss has levelled off at {format_number(recent[-1])}."
    return Diagnosis("advice", finding, "A smaller learning rate or a larger network may lower it further.")


def _monitored_loss(epoch: EpochFinished) -> float:
    return epoch.monitored_loss


def _write_rate(rate: float) -> str:
    """Write a learning rate as a user types it."""
    return format_number(rate, trailing_zeros=False)
